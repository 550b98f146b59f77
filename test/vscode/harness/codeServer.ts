import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * VS Code's own server, as the npm package `code-server` carries it: what the tests run in where VS Code's download site
 * is out of reach. It is kept out of package.json, as test-electron keeps its download.
 */
export const codeServerVersion = '4.139.1';

/** They wait for services that a test has no account with, and that costs each start some seconds. */
const uselessExtensions = [
  'copilot',
  'github',
  'github-authentication',
  'microsoft-authentication',
  'tunnel-forwarding',
];

/** An installation takes one to two minutes; a lock older than this was left by a process that died. */
const staleLockMs = 10 * 60_000;

export interface CodeServer {
  /** `server-main.js`, to be run by Node 24. */
  readonly main: string;
}

/** Installs code-server under `cacheDir` once, and says where its server is. Two at once: the second waits. */
export async function installCodeServer(cacheDir: string, log: (line: string) => void): Promise<CodeServer> {
  const home = path.join(cacheDir, codeServerVersion);
  const vscode = path.join(home, 'node_modules', 'code-server', 'lib', 'vscode');
  const server = { main: path.join(vscode, 'out', 'server-main.js') };
  const stamp = path.join(home, 'whole');
  if (existsSync(stamp)) return server;

  await mkdir(cacheDir, { recursive: true });
  const lock = path.join(cacheDir, `${codeServerVersion}.lock`);
  await takeLock(lock, log);
  try {
    if (existsSync(stamp)) return server;
    log(`installing code-server ${codeServerVersion} (VS Code for the tests, once, about a minute)`);
    await rm(home, { recursive: true, force: true });
    await mkdir(home, { recursive: true });
    await writeFile(path.join(home, 'package.json'), '{ "private": true }\n');
    await npm(home, ['install', `code-server@${codeServerVersion}`, '--ignore-scripts']);
    await npm(vscode, ['install', '--omit=dev', '--ignore-scripts']);
    await buildNativeModules(vscode, log);
    for (const name of uselessExtensions)
      await rm(path.join(vscode, 'extensions', name), { recursive: true, force: true });
    await writeFile(stamp, `${new Date().toISOString()}\n`);
    return server;
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/** Logs and the watchdog of the server. It runs without them, so a machine with no compiler is not turned away. */
async function buildNativeModules(vscode: string, log: (line: string) => void): Promise<void> {
  try {
    await npm(vscode, ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog', 'node-pty']);
  } catch (cause) {
    log(`code-server runs without its log files: ${(cause as Error).message.split('\n')[0] ?? ''}`);
  }
}

/** `mkdir` is the one file operation that is atomic everywhere. */
async function takeLock(lock: string, log: (line: string) => void): Promise<void> {
  for (let waits = 0; ; waits += 1) {
    try {
      await mkdir(lock);
      await writeFile(path.join(lock, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isStale(lock)) {
      // Renamed first: of two that find it stale, one removes it.
      const aside = `${lock}.${process.pid}`;
      await rename(lock, aside).then(
        () => rm(aside, { recursive: true, force: true }),
        () => undefined,
      );
      continue;
    }
    if (waits === 0) log('another process is installing code-server: waiting for it');
    await delay(500);
  }
}

async function isStale(lock: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(path.join(lock, 'pid'), 'utf8'));
    process.kill(owner, 0);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ESRCH') return true;
  }
  const info = await stat(lock).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > staleLockMs;
}

function npm(cwd: string, args: readonly string[]): Promise<void> {
  const line = ['npm', ...args, '--no-audit', '--no-fund', '--loglevel=error'];
  return new Promise((resolve, reject) => {
    const child = spawn(line.join(' '), { cwd, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${line.join(' ')} ended with ${code}\n${output}`));
    });
  });
}
