/**
 * `npm test [-- STEP… --grep TEXT]`: sets up what is missing, builds, and runs every step, or those named.
 * The last line is `N passed, N failed, N skipped`; the exit code is 1 when anything failed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runNode } from './lib/run.mjs';
import { root, setUp } from './lib/setup.mjs';
import { makeStateDir } from './lib/stateDir.mjs';
import { hasTests, steps } from './lib/steps.mjs';

const { names, grep } = readArguments(process.argv.slice(2));
await setUp({ system: [...new Set(names.flatMap((name) => steps[name].system ?? []))] });
process.chdir(root);
nameTheClips();

console.log('\n== build');
if ((await runNode(['esbuild.mjs'])) !== 0) finish({ passed: 0, failed: 1, skipped: 0 });

let stopped = false;
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => (stopped = true));

const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of names) {
  if (stopped) {
    total.failed += 1;
    break;
  }
  if (!hasTests(name)) continue;
  console.log(`\n== ${name}`);
  const start = performance.now();
  const counts = await runStep(steps[name]);
  for (const key of Object.keys(total)) total[key] += counts[key];
  console.log(`-- ${name}: ${sentence(counts)} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}
console.log('');
finish(total);

async function runStep(step) {
  const state = makeStateDir();
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-test-'));
  const countsFile = path.join(scratch, 'counts.json');
  const env = { ...process.env, DFFMPEG_STATE_DIR: state.dir, DFFMPEG_TEST_COUNTS: countsFile };
  try {
    const code = await runNode([...step.script, ...(step.grep && grep ? ['--grep', grep] : [])], { env });
    if (!step.counts) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
    const counts = existsSync(countsFile)
      ? JSON.parse(readFileSync(countsFile, 'utf8'))
      : { passed: 0, failed: 0, skipped: 0 };
    // A runner that broke before or after its tests has failed, whatever it counted.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    await state.remove();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function readArguments(args) {
  const names = [];
  let grep;
  for (let i = 0; i < args.length; i += 1) {
    if (args[i] === '--grep') grep = args[(i += 1)];
    else if (Object.hasOwn(steps, args[i])) names.push(args[i]);
    else {
      console.error(`npm test: there is no step ${args[i]}. Steps: ${Object.keys(steps).join(', ')}.`);
      process.exit(2);
    }
  }
  return { names: names.length > 0 ? names : Object.keys(steps), grep };
}

/** Real clips, where a checkout has a folder of them beside it; without, tests make their own. */
function nameTheClips() {
  const beside = path.join(root, '..', 'shared', 'media');
  if (!process.env.DFFMPEG_TEST_MEDIA && existsSync(beside)) process.env.DFFMPEG_TEST_MEDIA = beside;
}

function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function finish(counts) {
  console.log(sentence(counts));
  process.exit(counts.failed > 0 ? 1 : 0);
}
