import { watchStateText } from '../../protocol/watchText.ts';
import type { WatchFolder } from '../../protocol/watchFolder.ts';
import type { Invocation } from '../command.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson, watchFoldersOutputSchema } from '../jsonOutput.ts';
import { typedPath } from '../typedPath.ts';

export type FolderChange = 'pause' | 'resume' | 'remove' | 'scan';

export async function changeFolders(
  invocation: Invocation,
  typed: readonly string[],
  change: FolderChange,
): Promise<number> {
  const { io, json } = invocation;
  const folders = await withDaemon(invocation, async (daemon) => {
    const changed: WatchFolder[] = [];
    for (const each of typed) {
      const folder = /^[0-9a-f]{12}$/.test(each) ? each : typedPath(io.cwd, each);
      changed.push((await daemon.request(`watch.${change}`, { folder })).folder);
    }
    return changed;
  });
  if (json) printJson(io.stdout, watchFoldersOutputSchema, { folders, problems: [] });
  else
    for (const folder of folders)
      io.stdout.write(
        `${folder.spec.path}: ${change === 'remove' ? 'not watched any more' : watchStateText(folder)}\n`,
      );
  return exitCodes.done;
}
