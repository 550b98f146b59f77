import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const here = path.dirname(fileURLToPath(import.meta.url));
/** Run by type stripping, the source lies in src/cli; bundled, all of the program is in one folder. */
const fromSource = import.meta.url.endsWith('.ts');

/** The folder with `dffmpeg.mjs`: what a daemon is started from. */
export function programDir(): string {
  return fromSource ? path.join(here, '..', '..', 'dist', 'program') : here;
}

export function programVersion(): string {
  const file = fromSource ? path.join(here, '..', '..', 'package.json') : path.join(here, 'build.json');
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
