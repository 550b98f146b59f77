/**
 * A second ffmpeg beside the machine's own, so that tests see arguments work on more than one: `DFFMPEG_TEST_FFMPEG2`,
 * else the one kept in `.cache/ffmpeg-second`, else, on Linux x64, the static build that a Python package carries.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './setup.mjs';
import { which } from './which.mjs';

const run = promisify(execFile);
const variable = 'DFFMPEG_TEST_FFMPEG2';
const wheel = 'imageio-ffmpeg==0.6.0';
const byHand = `Set ${variable} to an ffmpeg to test with it.`;
const minute = 60_000;

let known;

/**
 * Looked for once a process; `options` are for tests of this file.
 * @param {{ env?: NodeJS.ProcessEnv, cache?: string }} [options]
 * @returns {Promise<{ path: string, version: string } | { path: undefined, reason: string }>}
 */
export function secondFfmpeg(options) {
  if (options) return find(options);
  known ??= find({});
  return known;
}

async function find({ env = process.env, cache = path.join(root, '.cache', 'ffmpeg-second') }) {
  const named = env[variable];
  if (named)
    return (await running(named)) ?? none(`${variable} names ${named}, which is no ffmpeg that runs.`);
  const kept = path.join(cache, 'ffmpeg');
  const there = await running(kept);
  if (there) return there;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return none(
      `There is no second ffmpeg, and none is fetched on ${process.platform} ${process.arch}. ${byHand}`,
    );
  try {
    await fetchTo(kept, env);
  } catch (error) {
    return none(`A second ffmpeg could not be fetched: ${lastLine(error)} ${byHand}`);
  }
  return (await running(kept)) ?? none(`The second ffmpeg was fetched and does not run here. ${byHand}`);
}

function none(reason) {
  return { path: undefined, reason };
}

async function running(file) {
  try {
    const { stdout } = await run(file, ['-version'], { timeout: minute });
    const version = /^ffmpeg version (\S+)/u.exec(stdout)?.[1];
    return version && { path: file, version };
  } catch {
    return undefined;
  }
}

/** Unpacked beside its place, then moved there: whoever looks sees a whole program or none. */
async function fetchTo(file, env) {
  const python = await pythonWithPip(env);
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(path.join(folder, '.fetching-'));
  try {
    const only = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--retries', '1'];
    await run(python, ['-m', 'pip', 'download', '--quiet', ...only, wheel, '-d', work], {
      env,
      timeout: 5 * minute,
    });
    const [packed] = (await readdir(work)).filter((name) => name.endsWith('.whl'));
    await run(python, ['-m', 'zipfile', '-e', path.join(work, packed), work], { env, timeout: minute });
    const binaries = path.join(work, 'imageio_ffmpeg', 'binaries');
    const [program] = (await readdir(binaries)).filter((name) => name.startsWith('ffmpeg-linux-x86_64'));
    await chmod(path.join(binaries, program), 0o755);
    await rename(path.join(binaries, program), file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function pythonWithPip(env) {
  const found = await findPip(env);
  if (found) return found;
  if (process.getuid?.() !== 0 || !which('apt-get', env))
    throw new Error('pip for python3 is not on this machine.');
  const quietly = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 5 * minute };
  for (const argv of [['update'], ['install', '-y', '--no-install-recommends', 'python3-pip']]) {
    console.error(`set-up: apt-get ${argv.join(' ')}`);
    await run('apt-get', argv, quietly);
  }
  const installed = await findPip(env);
  if (!installed) throw new Error('pip was installed and does not run.');
  return installed;
}

async function findPip(env) {
  const python = which('python3', env);
  if (!python) return undefined;
  return run(python, ['-m', 'pip', '--version'], { env, timeout: minute }).then(
    () => python,
    () => undefined,
  );
}

/** A program's own last word says more than that it failed. */
function lastLine(error) {
  const lines = String(error.stderr || error.message)
    .trim()
    .split('\n');
  const line = lines.at(-1).trim();
  return /[.!?]$/u.test(line) ? line : `${line}.`;
}
