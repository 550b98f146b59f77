/**
 * `npm run soak [-- table | replacing | kills | network | slow] [--every N] [--seed N] [--kills N] [--rounds N] [--lanes N] [--write]`:
 * what `npm test` has no time for: the whole crash table, or every Nth row of it, kills at random moments, and two machines
 * with a cable between them, which is pulled. Prints what was violated, with the seed; exit code 1 if anything was. `--write`
 * keeps the counts in docs/reliability.md.
 */
import path from 'node:path';
import { runNode } from './lib/run.mjs';
import { root, setUp } from './lib/setup.mjs';

await setUp({ system: ['ffmpeg'] });
process.exitCode = await runNode([path.join(root, 'test', 'soak', 'soak.ts'), ...process.argv.slice(2)]);
