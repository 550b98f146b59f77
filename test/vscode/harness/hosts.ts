import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { format } from 'node:util';
import { launchBrowser } from './browser.ts';
import { root } from './bundle.ts';
import { installCodeServer } from './codeServer.ts';
import { startServer, workbenchUrl } from './server.ts';

/** One run of a bundled suite in a real VS Code, on a workspace of its own. */
export interface HostRun {
  readonly bundle: string;
  readonly workspace: string;
  readonly restrictedMode: boolean;
  readonly env: NodeJS.ProcessEnv;
}

export interface Host {
  /** For the output: which host ran, and why. */
  readonly description: string;
  /** Answers the exit code of the tests. */
  run(run: HostRun): Promise<number>;
}

/** A suite that says nothing for this long is taken for hung. */
const suiteTimeoutMs = 10 * 60_000;
/** Begins each line of the tests among those that the workbench writes to the same console. */
const mark = '[dffmpeg tests]';
const downloadSite = 'https://update.code.visualstudio.com/api/releases/stable';

/** `DFFMPEG_VSCODE_HOST=auto|electron|server`; auto: Electron where it can be downloaded and shown, else the server. */
export async function chooseHost(wanted = process.env.DFFMPEG_VSCODE_HOST ?? 'auto'): Promise<Host> {
  switch (wanted) {
    case 'electron':
      return electronHost('as asked for');
    case 'server':
      return serverHost('as asked for');
    case 'auto': {
      const obstacle = await obstacleToElectron();
      if (obstacle) return serverHost(obstacle);
      return electronHost('it can be downloaded').catch((error: unknown) => serverHost(String(error)));
    }
    default:
      throw new Error(`DFFMPEG_VSCODE_HOST is ${wanted}; it can be auto, electron or server.`);
  }
}

async function obstacleToElectron(): Promise<string | undefined> {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'there is no display for Electron (xvfb-run gives it one)';
  try {
    const response = await fetch(downloadSite, { signal: AbortSignal.timeout(5000) });
    return response.ok ? undefined : `VS Code's download site answered ${response.status}`;
  } catch {
    return "VS Code's download site is out of reach";
  }
}

async function electronHost(why: string): Promise<Host> {
  const vscodeExecutablePath = await downloadAndUnzipVSCode({
    cachePath: path.join(root, '.cache', 'vscode-test'),
  });
  return {
    description: `Electron by test-electron: ${why}`,
    async run({ bundle, workspace, restrictedMode, env }) {
      const dataDir = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-vscode-'));
      const launchArgs = [workspace, '--disable-extensions', '--disable-gpu', '--user-data-dir', dataDir];
      if (!restrictedMode) launchArgs.push('--disable-workspace-trust');
      try {
        return await runTests({
          vscodeExecutablePath,
          extensionDevelopmentPath: root,
          extensionTestsPath: bundle,
          extensionTestsEnv: env,
          launchArgs,
        });
      } catch {
        // It throws when the tests failed, and has printed why.
        return 1;
      } finally {
        await rm(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      }
    },
  };
}

async function serverHost(why: string): Promise<Host> {
  const { main } = await installCodeServer(path.join(root, '.cache', 'code-server'), (line) =>
    console.log(line),
  );
  return {
    description: `VS Code's server and headless Chromium: ${why}`,
    async run({ bundle, workspace, restrictedMode, env }) {
      const server = await startServer({
        serverMain: main,
        env: { ...env, DFFMPEG_TEST_MARK: mark },
        restrictedMode,
        testDriver: true,
      });
      const browser = await launchBrowser();
      try {
        // Else a headless browser may wait for a person to allow it.
        const page = await browser.newPage({ permissions: ['clipboard-read', 'clipboard-write'] });
        const exitCode = new Promise<number>((resolve) => {
          void page.exposeFunction('codeAutomationExit', resolve);
        });
        const rest: string[] = [];
        await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
          const line = format(...args);
          if (line.startsWith(mark)) console.log(line.slice(mark.length));
          else rest.push(line);
        });
        await page.goto(workbenchUrl(server, workspace, { extension: root, tests: bundle }));
        return await withTimeout(exitCode, () => [server.output(), ...rest.slice(-50)].join('\n'));
      } finally {
        await browser.close();
        await server.stop();
      }
    },
  };
}

async function withTimeout(exitCode: Promise<number>, output: () => string): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(() => {
      console.error(
        `The tests did not end in ${suiteTimeoutMs / 60_000} minutes. VS Code's server said:\n${output()}`,
      );
      resolve(1);
    }, suiteTimeoutMs);
  });
  try {
    return await Promise.race([exitCode, late]);
  } finally {
    clearTimeout(timer);
  }
}
