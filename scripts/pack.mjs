/**
 * `npm run pack`: makes dist-pack/dffmpeg-VERSION.vsix and says how to install it. `--check`: packs into out/pack and holds
 * the list of packed files against test/pack/files.txt; `--update` writes that list anew.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runNode } from './lib/run.mjs';
import { root, setUp } from './lib/setup.mjs';

await setUp({ system: [] });
const golden = path.join(root, 'test', 'pack', 'files.txt');
const forTests = process.argv.includes('--check') || process.argv.includes('--update');

const built = await runNode(['esbuild.mjs']);
if (built !== 0) process.exit(built);

const { packedFiles, packVsix } = await import('./lib/vsix.mjs');
try {
  const vsix = await packVsix(path.join(root, forTests ? 'out/pack' : 'dist-pack'));
  const files = await packedFiles();
  const megabytes = (statSync(vsix).size / 1e6).toFixed(2);
  console.log(
    `${path.relative(process.env.INIT_CWD ?? root, vsix)} (${megabytes} MB, ${files.length} files)`,
  );
  if (process.argv.includes('--update')) writeGolden(files);
  else if (forTests) process.exitCode = compareWithGolden(files);
  else console.log(`Install it:\n  code --install-extension ${vsix}`);
} catch (error) {
  console.error(`pack: ${error.message}`);
  process.exitCode = 1;
}

function writeGolden(files) {
  mkdirSync(path.dirname(golden), { recursive: true });
  writeFileSync(golden, `${files.join('\n')}\n`);
  console.log(`Wrote ${path.relative(root, golden)}.`);
}

/** Answers the exit code. */
function compareWithGolden(files) {
  const wanted = existsSync(golden) ? readFileSync(golden, 'utf8').trim().split('\n') : [];
  const extra = files.filter((file) => !wanted.includes(file));
  const missing = wanted.filter((file) => !files.includes(file));
  for (const file of extra) console.error(`packed, but not in test/pack/files.txt: ${file}`);
  for (const file of missing) console.error(`in test/pack/files.txt, but not packed: ${file}`);
  if (extra.length + missing.length === 0) return 0;
  console.error('If that is as it should be: node scripts/pack.mjs --update, and commit the list.');
  return 1;
}
