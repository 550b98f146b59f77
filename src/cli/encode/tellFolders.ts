import os from 'node:os';
import type { Invocation } from '../command.ts';
import { shortenPath } from '../paths.ts';
import { styleFor } from '../style.ts';
import type { ExpandedSources } from './expandSources.ts';

/** A folder is not what a person counted: say how many files it turned into, and what was left out. */
export function tellFolders({ io }: Invocation, { folders }: ExpandedSources, how?: string): void {
  const style = styleFor(io.stderr, io.env);
  const shorten = (path: string): string => shortenPath(path, { cwd: io.cwd, home: os.homedir() });
  for (const folder of folders) {
    const files = folder.found === 1 ? '1 media file' : `${folder.found} media files`;
    io.stderr.write(
      `${[`${shorten(folder.path)}: ${files}`, ...(how === undefined ? [] : [how])].join(' ')}\n`,
    );
    for (const { path, why } of folder.skipped.slice(0, 10))
      io.stderr.write(style.dim(`  skipped ${shorten(path)}: ${why}`) + '\n');
    if (folder.skipped.length > 10)
      io.stderr.write(style.dim(`  and ${folder.skipped.length - 10} more skipped`) + '\n');
  }
}
