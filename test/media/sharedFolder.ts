import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';

const here = import.meta.dirname;
let found: Promise<string> | undefined;

/**
 * Where test sources lie from one run to the next, so that each is made once: a folder of this very set of recipes and
 * this very ffmpeg. Read from it, write elsewhere.
 */
export function sharedFolder(): Promise<string> {
  found ??= find();
  return found;
}

async function find(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of readdirSync(here).sort()) hash.update(name).update(readFileSync(path.join(here, name)));
  const { stdout } = await execa('ffmpeg', ['-version'], { stdin: 'ignore' });
  hash.update(stdout);
  return path.join(here, '..', '..', '.cache', 'media', hash.digest('hex').slice(0, 16));
}
