import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { endTree } from './processTree.ts';

/** Long for a machine whose two cores are encoding. */
const startTimeoutMs = 60_000;

export interface ServerOptions {
  readonly serverMain: string;
  /** Added to our environment; the extension host inherits it. */
  readonly env?: NodeJS.ProcessEnv;
  /** What is installed before it starts: folders as they lie on disk, and VSIX files as people install them. */
  readonly extensions?: readonly string[];
  /** Settings of the remote machine, e.g. `workbench.colorTheme`. Those of application scope are not read from here. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Workspaces start untrusted, as they do for people. */
  readonly restrictedMode?: boolean;
  /** The page will run a test bundle. VS Code then shows no notifications: not for tests that look. */
  readonly testDriver?: boolean;
  /** 0: a free one. */
  readonly port?: number;
}

/** A VS Code server of its own: free port, private data folder, gone with `stop`. */
export interface VscodeServer {
  readonly origin: string;
  readonly authority: string;
  readonly settingsFile: string;
  /** The last lines it printed, for a failure's message. */
  output(): string;
  /** Ends the server and every process under it, and removes its data. */
  stop(): Promise<void>;
}

/** What a test workbench never does: ask, tip, update, greet, or change a file behind our back. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  // A hover lies over the rows below and takes the next click.
  'workbench.hover.delay': 60_000,
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'explorer.autoReveal': false,
  'git.enabled': false,
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.enableExperiments': false,
};

export async function startServer(options: ServerOptions): Promise<VscodeServer> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-vscode-'));
  const settingsFile = path.join(dataDir, 'data', 'Machine', 'settings.json');
  await mkdir(path.dirname(settingsFile), { recursive: true });
  await writeFile(settingsFile, JSON.stringify({ ...quietSettings, ...options.settings }, null, 2));
  await installExtensions(options.serverMain, dataDir, options.extensions ?? []);

  const args = ['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--without-connection-token'];
  args.push('--accept-server-license-terms', '--telemetry-level', 'off', '--server-data-dir', dataDir);
  if (options.testDriver) args.push('--enable-smoke-test-driver');
  if (!options.restrictedMode) args.push('--disable-workspace-trust');
  const child = spawn(process.execPath, [options.serverMain, ...args], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });

  let output = '';
  const stop = async (): Promise<void> => {
    await endTree(child);
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const port = await listeningPort(child, (text) => {
      output = (output + text).slice(-20_000);
    });
    const authority = `127.0.0.1:${port}`;
    return { origin: `http://${authority}`, authority, settingsFile, output: () => output, stop };
  } catch (cause) {
    await stop();
    throw new Error(`VS Code's server did not start.\n${output}`, { cause });
  }
}

async function installExtensions(
  serverMain: string,
  dataDir: string,
  extensions: readonly string[],
): Promise<void> {
  const extensionsDir = path.join(dataDir, 'extensions');
  await mkdir(extensionsDir, { recursive: true });
  for (const extension of extensions) {
    if (extension.endsWith('.vsix')) {
      const args = [serverMain, '--install-extension', extension, '--server-data-dir', dataDir];
      await promisify(execFile)(process.execPath, [...args, '--accept-server-license-terms']);
      continue;
    }
    // At its first start the server takes what it finds in its folder for installed.
    const manifest = JSON.parse(await readFile(path.join(extension, 'package.json'), 'utf8')) as Record<
      string,
      string
    >;
    const name = `${manifest.publisher}.${manifest.name}-${manifest.version}`;
    await symlink(extension, path.join(extensionsDir, name), 'junction');
  }
}

async function listeningPort(child: ChildProcess, keep: (text: string) => void): Promise<number> {
  const signal = AbortSignal.timeout(startTimeoutMs);
  const listening = new Promise<number>((resolve) => {
    let seen = '';
    const read = (chunk: Buffer): void => {
      const text = chunk.toString('utf8');
      keep(text);
      seen = (seen + text).slice(-4000);
      const match = /Extension host agent listening on (\d+)/.exec(seen);
      if (match) resolve(Number(match[1]));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
  });
  const gone = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`it ended with ${String(code)}`);
  });
  // The race's loser rejects later, when the server is stopped: that is no failure.
  gone.catch(() => undefined);
  return Promise.race([listening, gone]);
}

/** The address that opens a folder; with `tests`, of an extension that is being developed, and runs a test bundle in it. */
export function workbenchUrl(
  server: VscodeServer,
  folder: string,
  development?: { extension: string; tests: string },
): string {
  const query = new URLSearchParams({ folder: toUriPath(folder) });
  if (development) {
    const remote = (file: string): string => `vscode-remote://${server.authority}${toUriPath(file)}`;
    const payload = [
      ['extensionDevelopmentPath', remote(development.extension)],
      ['extensionTestsPath', remote(development.tests)],
    ];
    query.set('payload', JSON.stringify(payload));
  }
  return `${server.origin}/?${query.toString()}`;
}

function toUriPath(file: string): string {
  const slashed = file.replaceAll('\\', '/');
  return slashed.startsWith('/') ? slashed : `/${slashed}`;
}
