import { readFile } from 'node:fs/promises';
import { ffmpegInstallHint, parseOsRelease } from '../encoding/ffmpegInstall.ts';
import { parseVersion, versionArguments } from '../encoding/listings.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { findTools, sameBinary, type SearchContext, type Tools } from './findBinary.ts';
import { runTool, toolTimes } from './runTool.ts';
import { defaultWorkerSettings, type WorkerSettings } from './workerSettings.ts';

export interface FfmpegBinaryOptions extends SearchContext {
  /** Absolute path of ffmpeg or of its folder. */
  configured?: string | undefined;
  settings?: WorkerSettings | undefined;
}

/** Which ffmpeg this worker uses, noticing when it comes, goes or is replaced. */
export class FfmpegBinary {
  readonly #options: FfmpegBinaryOptions;
  #tools: Tools | undefined;

  constructor(options: FfmpegBinaryOptions) {
    this.#options = options;
  }

  /** Found when last looked for. */
  get tools(): Tools | undefined {
    return this.#tools;
  }

  /** Looks again; `changed` when it is another binary than before, or none any more. */
  async look(): Promise<{ tools: Tools | undefined; changed: boolean }> {
    const tools = await findTools(this.#options.configured, this.#options);
    const before = this.#tools;
    const same =
      tools && before
        ? sameBinary(tools.ffmpeg, before.ffmpeg) && sameBinary(tools.ffprobe, before.ffprobe)
        : tools === before;
    this.#tools = tools;
    return { tools, changed: !same };
  }

  /** Resolves when there is an ffmpeg. */
  async waitFor(signal: AbortSignal): Promise<Tools> {
    for (;;) {
      signal.throwIfAborted();
      const { tools } = await this.look();
      if (tools) return tools;
      await unreferencedDelay(this.#lookMs, signal);
    }
  }

  /** Resolves when there is another ffmpeg than now, or none any more, and at the latest after `withinMs`. */
  async waitForChange(signal: AbortSignal, withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    do await unreferencedDelay(Math.min(this.#lookMs, withinMs), signal);
    while (!signal.aborted && performance.now() < end && !(await this.look()).changed);
  }

  /** How often a missing ffmpeg is looked for: a handful of `stat` calls, no process. */
  get #lookMs(): number {
    return (this.#options.settings ?? defaultWorkerSettings).ffmpegLookSeconds * 1000;
  }

  /** For the person at the machine: what to install, and how. */
  async missing(): Promise<DffmpegError> {
    const { configured, platform } = this.#options;
    if (configured)
      return new DffmpegError('ffmpeg-missing', `There is no ffmpeg with its ffprobe at ${configured}.`, {
        hint: 'Correct the setting ffmpegPath, or empty it to search the PATH.',
      });
    return new DffmpegError('ffmpeg-missing', 'ffmpeg and ffprobe were not found on this machine.', {
      hint: ffmpegInstallHint({ platform, distributions: await distributions(platform) }),
    });
  }
}

/** Runs `-version`; throws `ffmpeg-missing` when what was found does not run. */
export async function readVersion(
  tools: Tools,
  signal: AbortSignal,
  settings: Pick<WorkerSettings, 'ffmpegVersionSeconds' | 'stopGraceSeconds'>,
): Promise<string> {
  const times = toolTimes(settings.ffmpegVersionSeconds, settings);
  const result = await runTool(tools.ffmpeg.path, versionArguments, { ...times, signal });
  const version = result.code === 0 ? parseVersion(result.stdout) : undefined;
  if (version !== undefined) return version;
  const said = result.stderr.trim().split('\n').at(-1) ?? '';
  throw new DffmpegError(
    'ffmpeg-missing',
    `${tools.ffmpeg.path} does not run as ffmpeg${said === '' ? '.' : `: ${said.slice(0, 300)}`}`,
    { hint: 'Install ffmpeg again, or set the path of another one in the setting ffmpegPath.' },
  );
}

async function distributions(platform: NodeJS.Platform): Promise<string[]> {
  if (platform !== 'linux') return [];
  return parseOsRelease(await readFile('/etc/os-release', 'utf8').catch(() => ''));
}

/** Does not keep the process alive by itself. */
function unreferencedDelay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    timer.unref();
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
