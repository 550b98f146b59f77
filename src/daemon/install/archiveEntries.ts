import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { TarEntry } from '../../files/tar.ts';
import { launcher } from './launcher.ts';

/** The program as Node runs it: what lies in its folder but the source maps, by name. */
export async function programEntries(programDir: string): Promise<TarEntry[]> {
  const names = (await readdir(programDir)).filter((name) => !name.endsWith('.map'));
  return names.sort().map((name) => ({ name: `program/${name}`, file: path.join(programDir, name) }));
}

/** What is typed where the archive is unpacked. */
export const launcherEntry: TarEntry = { name: 'dffmpeg', content: launcher, executable: true };

/** A Node to run it with, and its licence: where it came without (nodejs.org packs it beside `bin`), the way to it. */
export function nodeEntries({
  file,
  version,
}: {
  readonly file: string;
  readonly version: string;
}): TarEntry[] {
  const license = path.join(path.dirname(file), '..', 'LICENSE');
  const where = `Node.js ${version} (https://nodejs.org), licence: https://github.com/nodejs/node/blob/v${version}/LICENSE\n`;
  return [
    existsSync(license)
      ? { name: 'node/LICENSE', file: license }
      : { name: 'node/LICENSE.txt', content: where },
    { name: 'node/bin/node', file, executable: true },
  ];
}
