/** `npm run bench [-- NAME…]`: runs test/bench/NAME.bench.ts, or all of them. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runNode } from './lib/run.mjs';
import { root, setUp } from './lib/setup.mjs';

await setUp({ system: ['ffmpeg'] });

const folder = path.join(root, 'test', 'bench');
const ending = '.bench.ts';
const known = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith(ending))
      .map((file) => file.slice(0, -ending.length))
  : [];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark named ${unknown.join(', ')}. There are: ${known.join(', ') || 'none yet'}.`);
  process.exit(2);
}

const built = await runNode([path.join(root, 'esbuild.mjs')]);
if (built !== 0) process.exit(built);
for (const name of wanted.length > 0 ? wanted : known) {
  const code = await runNode([path.join(folder, name + ending)]);
  if (code !== 0) process.exitCode = code;
}
