/**
 * `npm run pack`: makes dist-pack/dffmpeg-VERSION.vsix, .tgz (for npm and npx) and -linux-x64.tar.gz (with Node inside), and says
 * how to install them. `--check`: packs the VSIX into out/pack and holds the list of its files against test/pack/files.txt;
 * `--update` writes that list anew.
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
  tell(vsix, `, ${files.length} files`);
  if (process.argv.includes('--update')) writeGolden(files);
  else if (forTests) process.exitCode = compareWithGolden(files);
  else await packArchives(vsix);
} catch (error) {
  console.error(`pack: ${error.message}`);
  process.exitCode = 1;
}

function tell(file, more = '') {
  const megabytes = (statSync(file).size / 1e6).toFixed(2);
  console.log(`${path.relative(process.env.INIT_CWD ?? root, file)} (${megabytes} MB${more})`);
}

async function packArchives(vsix) {
  // Only now: it runs TypeScript.
  const { packTgz, packWithNode } = await import('./lib/archives.mjs');
  const folder = path.dirname(vsix);
  const tgz = await packTgz(folder);
  tell(tgz.file);
  const whole = await packWithNode(folder);
  if (whole) tell(whole.file);
  else
    console.log(
      'The archive with Node inside is left out: it is made on Linux, x64, by a Node of nodejs.org.',
    );
  console.log(`Install them:\n  code --install-extension ${vsix}\n  npm install --global ${tgz.file}`);
  if (whole) console.log(`  tar -xzf ${whole.file} -C /opt`);
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
