import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Uri, window } from 'vscode';
import type { DffmpegError } from '../../protocol/errors.ts';
import { errorText } from '../model/errorText.ts';

/**
 * Opens the daemon's newest log: its own, or that of a start which failed before it had one. `failure`: why there is
 * no daemon, said in place of a log that was never written.
 */
export async function showDaemonLog(stateDir: string, failure: DffmpegError | undefined): Promise<void> {
  const file = await newestLog(path.join(stateDir, 'logs'));
  if (file === undefined) {
    if (failure) void window.showErrorMessage(errorText(failure));
    else
      void window.showInformationMessage(
        'The daemon has written no log yet: nothing has been encoded on this machine.',
      );
    return;
  }
  await window.showTextDocument(Uri.file(file), { preview: true });
}

async function newestLog(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const logs = await Promise.all(
    names
      .filter((name) => /^daemon.*\.log$/.test(name))
      .map(async (name) => {
        const { mtimeMs, size } = await stat(path.join(folder, name));
        return { file: path.join(folder, name), mtimeMs, size };
      }),
  );
  const written = logs.filter(({ size }) => size > 0).sort((a, b) => b.mtimeMs - a.mtimeMs);
  return written[0]?.file;
}
