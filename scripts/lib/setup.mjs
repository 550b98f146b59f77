/**
 * What `npm start` and `npm test` do first, on a machine that has nothing but some Node and npm: packages by npm, Node 24
 * from the npm package `node`, ffmpeg and Chromium from the system. Runs on Node 20 with no node_modules: builtins only.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installSystemPackages } from './systemPackages.mjs';

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const modules = path.join(root, 'node_modules');
const ownNode = path.join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** A sentence for the person at the keyboard; printed without a stack. */
export class SetupError extends Error {}

/**
 * Sets up what is missing. Returns only under a Node that can run the tests; otherwise the whole script has been run again
 * under one, and this process ends with its exit code.
 * @param {{ system: ('ffmpeg' | 'chromium')[] }} needs
 */
export async function setUp(needs) {
  try {
    installModules();
    ensureOwnNode();
    putOwnNodeFirst();
    if (!canRunTypeScript(process.versions.node)) goOnUnderOwnNode();
    await installSystemPackages(needs.system);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** `npm ci`, when the lock is not the one that was installed. */
function installModules() {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = path.join(modules, '.dffmpeg-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  if (!isInstalledByHand()) {
    console.log('set-up: npm ci');
    const result = spawnSync('npm ci --no-audit --no-fund --loglevel=error', {
      cwd: root,
      shell: true,
      stdio: 'inherit',
    });
    if (result.status !== 0)
      throw new SetupError('set-up: npm ci failed (see above). Mend that and run the same command again.');
  }
  writeFileSync(stamp, lock);
}

/** Someone ran `npm ci` themselves: npm's own note of what it installed is as new as the lock. */
function isInstalledByHand() {
  const hidden = path.join(modules, '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([name, entry]) => name === '' || entry.optional || installed[name]?.version === entry.version,
  );
}

/** npm may be told to run no install scripts; the package `node` has its binary from one. */
function ensureOwnNode() {
  if (answersVersion(ownNode)) return;
  const folder = path.join(modules, 'node');
  const result = spawnSync(process.execPath, ['installArchSpecificPackage'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (result.status !== 0 || !answersVersion(ownNode))
    throw new SetupError(
      'set-up: Node 24 could not be installed from npm. Install Node 24 yourself and run this again.',
    );
}

function answersVersion(node) {
  return existsSync(node) && spawnSync(node, ['--version'], { stdio: 'ignore' }).status === 0;
}

function putOwnNodeFirst() {
  const first = [path.dirname(ownNode), path.join(modules, '.bin')];
  const rest = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => !first.includes(folder));
  process.env.PATH = [...first, ...rest].join(path.delimiter);
}

/** Type stripping without a flag and without a warning. */
function canRunTypeScript(version) {
  return Number(version.split('.')[0]) >= 24;
}

function goOnUnderOwnNode() {
  // Ctrl+C reaches both; the child decides, we only pass its exit code on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
  const result = spawnSync(ownNode, process.argv.slice(1), { stdio: 'inherit' });
  process.exit(result.status ?? 1);
}
