import { printable } from '../../encoding/printable.ts';
import { watchCountText, watchedFileText, watchStateText } from '../../protocol/watchText.ts';
import type { WatchedFile, WatchFolder } from '../../protocol/watchFolder.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson, watchFoldersOutputSchema } from '../jsonOutput.ts';
import { table } from '../render/table.ts';
import { styleFor, type Style } from '../style.ts';

interface Listed extends WatchFolder {
  readonly files?: WatchedFile[];
}

export async function listFolders(invocation: Invocation, withFiles: boolean): Promise<number> {
  const { io, json } = invocation;
  const { folders, problems } = await withDaemon(invocation, async (daemon) => {
    const answer = await daemon.request('watch.list', {});
    if (!withFiles) return answer;
    const listed: Listed[] = [];
    for (const folder of answer.folders)
      listed.push(
        folder.state === 'declared'
          ? { ...folder, files: [] }
          : { ...folder, ...(await daemon.request('watch.files', { folder: folder.id })) },
      );
    return { ...answer, folders: listed };
  });
  if (json) {
    printJson(io.stdout, watchFoldersOutputSchema, { folders, problems });
    return exitCodes.done;
  }
  const style = styleFor(io.stdout, io.env);
  for (const problem of problems) io.stderr.write(`${style.warn('!')} ${printable(problem)}\n`);
  if (folders.length === 0)
    io.stderr.write('No folder is watched. Begin with: dffmpeg watch activate FOLDER --preset NAME\n');
  else io.stdout.write(`${folderLines(folders, style).join('\n')}\n`);
  return exitCodes.done;
}

export function folderLines(folders: readonly Listed[], style: Style): string[] {
  const heading = ['ID', 'FOLDER', 'PRESET', 'STATE', 'JOBS'].map((cell) => style.dim(cell));
  const rows = folders.map((folder) => [
    folder.id,
    printable(folder.spec.path),
    folder.spec.preset,
    watchStateText(folder),
    folder.state === 'declared' ? '' : watchCountText(folder),
  ]);
  const [first = '', ...lines] = table([heading, ...rows]);
  return [
    first,
    ...folders.flatMap((folder, index) => [
      lines[index] ?? '',
      ...(folder.reason === undefined ? [] : [`  ${style.warn('!')} ${printable(folder.reason.message)}`]),
      ...(folder.reason?.hint === undefined ? [] : [`    ${printable(folder.reason.hint)}`]),
      ...table((folder.files ?? []).map((file) => fileRow(file, style))),
    ]),
  ];
}

function fileRow(file: WatchedFile, style: Style): string[] {
  return [`    ${watchedFileText(file)}`, style.dim(file.jobId ?? ''), printable(file.path)];
}
