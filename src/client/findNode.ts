import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import type { ClientSettings } from './clientSettings.ts';
import { programEnvironment } from './programEnvironment.ts';

/** The first with `node:sqlite` and no flag. */
export const minimumNode = { major: 22, minor: 13 };

export interface NodeProgram {
  path: string;
  version: string;
  /** To be set for every process started from it: makes VS Code's binary behave as Node. */
  env: Readonly<Record<string, string>>;
}

export interface FindNodeOptions {
  /** The setting `dffmpeg.nodePath`: used or refused, never passed over. */
  nodePath?: string | undefined;
  /** Whether this very process is Node as people installed it (a command line), not an editor's. */
  preferOwn: boolean;
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  execPath: string;
  settings: Pick<ClientSettings, 'nodeTrialSeconds'>;
  signal?: AbortSignal | undefined;
}

/** A Node that ran here and has what the daemon needs. Rejects with `node-missing`, saying what was tried. */
export async function findNode(options: FindNodeOptions): Promise<NodeProgram> {
  if (options.nodePath !== undefined && options.nodePath !== '')
    return fromSetting(options.nodePath, options);
  const refusals: string[] = [];
  for (const candidate of await listCandidates(options)) {
    const trial = await tryNode(candidate, options);
    if (trial.usable) return trial.node;
    refusals.push(`${candidate.path}: ${trial.why}`);
  }
  throw new DffmpegError('node-missing', `No usable Node was found. ${refusals.join('; ')}.`, {
    hint: `Install Node ${minimumNode.major} or newer from https://nodejs.org, or set dffmpeg.nodePath to one.`,
  });
}

interface Candidate {
  path: string;
  env: Readonly<Record<string, string>>;
}

async function fromSetting(nodePath: string, options: FindNodeOptions): Promise<NodeProgram> {
  const trial = await tryNode({ path: nodePath, env: {} }, options);
  if (trial.usable) return trial.node;
  throw new DffmpegError('node-missing', `dffmpeg.nodePath is ${nodePath}, but ${trial.why}.`, {
    hint: `Point the setting to Node ${minimumNode.major}.${minimumNode.minor} or newer, or clear it.`,
  });
}

/** Every `node` on PATH in its order, then the binary of this process, as Node. */
async function listCandidates({ preferOwn, env, platform, execPath }: FindNodeOptions): Promise<Candidate[]> {
  const windows = platform === 'win32';
  const paths = windows ? path.win32 : path.posix;
  const own: Candidate = { path: execPath, env: { ELECTRON_RUN_AS_NODE: '1' } };
  const files = (env.PATH ?? env.Path ?? '')
    .split(paths.delimiter)
    .filter((folder) => paths.isAbsolute(folder))
    .map((folder) => paths.join(folder, windows ? 'node.exe' : 'node'));
  const onPath: Candidate[] = [];
  for (const file of new Set(files)) if (await isExecutable(file)) onPath.push({ path: file, env: {} });
  return preferOwn ? [{ ...own, env: {} }, ...onPath] : [...onPath, own];
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

type Trial = { usable: true; node: NodeProgram } | { usable: false; why: string };

/** Prints the version, then whether SQLite loads: an old Node gets as far as the first. */
const trialScript =
  "process.stdout.write(process.versions.node+' ');require('node:sqlite');process.stdout.write('ok')";

/** What a version says is not enough: some builds of Node have no SQLite, some editors cannot run as Node. */
async function tryNode(candidate: Candidate, options: FindNodeOptions): Promise<Trial> {
  const { stdout, why } = await run(candidate, ['-e', trialScript], options);
  const [version = '', sqlite] = stdout.split(' ');
  if (!/^\d+\.\d+\.\d+/.test(version)) return { usable: false, why: `it does not run as Node (${why})` };
  if (!isNewEnough(version)) return { usable: false, why: `it is Node ${version}` };
  if (sqlite !== 'ok') return { usable: false, why: `it is Node ${version} without node:sqlite` };
  return { usable: true, node: { ...candidate, version } };
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > minimumNode.major || (major === minimumNode.major && minor >= minimumNode.minor);
}

function run(
  { path: file, env }: Candidate,
  args: string[],
  { env: inherited, settings, signal }: FindNodeOptions,
): Promise<{ stdout: string; why: string }> {
  const timeout = settings.nodeTrialSeconds * 1000;
  return new Promise((resolve, reject) => {
    execFile(
      file,
      args,
      { env: { ...programEnvironment(inherited), ...env }, timeout, windowsHide: true, signal },
      (error, stdout) => {
        if (signal?.aborted)
          reject(new DffmpegError('cancelled', 'Looking for Node was cancelled.', { cause: error }));
        else
          resolve({
            stdout,
            why: error ? (error.message.split('\n', 1)[0] ?? '') : 'no version was printed',
          });
      },
    );
  });
}
