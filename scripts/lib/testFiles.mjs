/**
 * `node testFiles.mjs GLOB [--grep TEXT]`: runs each file in a mocha of its own, as many at once as this machine has cores for:
 * most of a test of a daemon is waiting. A file is so proved to need none that ran before it, and whatever it leaves open is
 * its own. What one says is printed in one piece when it is over. With `--grep`, all are read by one mocha.
 */
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runNode } from './run.mjs';
import { root } from './setup.mjs';
import { mochaCommand } from './steps.mjs';

/** More would wait for one another's encodes. */
const mostAtOnce = 4;

const [glob, ...more] = process.argv.slice(2);
if (more.length > 0) process.exit(await runNode([...mochaCommand, glob, ...more]));

/** The largest first, which mostly take the longest: none is then left over at the end. */
const waiting = globSync(glob, { cwd: root }).sort((a, b) => sizeOf(b) - sizeOf(a));
const total = { passed: 0, failed: 0, skipped: 0 };
const failed = [];
const running = new Set();
const scratch = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-counts-'));
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'])
  process.on(signal, () => {
    waiting.length = 0;
    for (const child of running) child.kill(signal);
  });

const hands = Math.max(1, Math.min(mostAtOnce, os.availableParallelism()));
await Promise.all(Array.from({ length: hands }, work));
rmSync(scratch, { recursive: true, force: true });
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
if (process.env.DFFMPEG_TEST_COUNTS) writeFileSync(process.env.DFFMPEG_TEST_COUNTS, JSON.stringify(total));
process.exitCode = failed.length > 0 ? 1 : 0;

async function work() {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await runFile(file);
}

async function runFile(file) {
  const countsFile = path.join(scratch, `${file.replaceAll(/[\\/]/g, '-')}.json`);
  const start = performance.now();
  const child = spawn(process.execPath, [...mochaCommand, file], {
    cwd: root,
    env: { ...process.env, DFFMPEG_TEST_COUNTS: countsFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => said.push(bytes));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  running.delete(child);
  const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : { failed: 0 };
  // A runner that broke before or after its tests has failed, whatever it counted.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  for (const key of Object.keys(total)) total[key] += counts[key] ?? 0;
  if (counts.failed > 0) failed.push(file);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${Buffer.concat(said).toString()}-- ${file} (${seconds} s)\n`);
}

function sizeOf(file) {
  return statSync(path.join(root, file)).size;
}
