import type { Capabilities } from '../encoding/dialect.ts';
import { setTimeout as later } from 'node:timers/promises';
import { toDffmpegError } from '../protocol/errors.ts';
import type { FfmpegStatus } from '../protocol/model.ts';
import { CapabilityProver } from './capabilities.ts';
import { Deferred } from './deferred.ts';
import type { FfmpegBinary } from './ffmpegBinary.ts';
import { defaultWorkerSettings, type WorkerSettings } from './workerSettings.ts';

export interface FfmpegKeeperOptions {
  binary: FfmpegBinary;
  stateDir: string;
  /** Found, lost, replaced. */
  onStatus: () => void;
  onCapabilities: () => void;
  /** Resolves when nothing is encoded: what nobody asked for is tried only then. */
  idle: () => Promise<void>;
  settings?: WorkerSettings | undefined;
}

/** Keeps a proved ffmpeg at hand: looks for it while it is missing, starts anew when it is replaced. */
export class FfmpegKeeper {
  readonly #options: FfmpegKeeperOptions;
  readonly #settings: WorkerSettings;
  readonly #closed = new AbortController();
  #status: FfmpegStatus = { state: 'checking' };
  #prover: CapabilityProver | undefined;
  #settled = new Deferred();
  #replaced = new Deferred();

  constructor(options: FfmpegKeeperOptions) {
    this.#options = options;
    this.#settings = options.settings ?? defaultWorkerSettings;
  }

  get status(): FfmpegStatus {
    return this.#status;
  }

  get prover(): CapabilityProver | undefined {
    return this.#prover;
  }

  get capabilities(): Capabilities {
    return this.#prover?.known ?? {};
  }

  /** Runs until `close`. */
  async run(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      try {
        await this.#keepOne();
      } catch (thrown) {
        if (this.#closed.signal.aborted) return;
        // It does not run as ffmpeg, or the cache folder cannot be written; or the machine was too busy for a
        // while, which no change of the binary would tell.
        this.#set({ state: 'missing', error: toDffmpegError(thrown, 'ffmpeg-missing').toData() });
        const retryMs = this.#settings.ffmpegRetrySeconds * 1000;
        await this.#options.binary.waitForChange(this.#closed.signal, retryMs);
      }
    }
  }

  /** Before a task: is it still the binary that was proved? Waits while that is being found out. */
  async check(): Promise<CapabilityProver | undefined> {
    if (this.#prover && (await this.#options.binary.look()).changed) {
      this.#prover = undefined;
      this.#set({ state: 'checking' });
      this.#replaced.resolve();
    }
    await this.#settled.promise;
    return this.#prover;
  }

  close(): void {
    this.#closed.abort();
    this.#settled.resolve();
    this.#replaced.resolve();
  }

  async #keepOne(): Promise<void> {
    const { binary, stateDir, idle, onCapabilities } = this.#options;
    let { tools } = await binary.look();
    if (!tools) {
      this.#set({ state: 'missing', error: (await binary.missing()).toData() });
      tools = await binary.waitFor(this.#closed.signal);
      this.#set({ state: 'checking' });
    }
    const replaced = new AbortController();
    const signal = AbortSignal.any([this.#closed.signal, replaced.signal]);
    this.#replaced = new Deferred();
    const prover = await CapabilityProver.open(tools, {
      ...{ stateDir, signal, settings: this.#settings },
      onChange: onCapabilities,
    });
    // Closed meanwhile: what is known from the cache is told without a look at the signal.
    this.#closed.signal.throwIfAborted();
    this.#prover = prover;
    this.#set({
      state: 'ready',
      path: tools.ffmpeg.path,
      ffprobePath: tools.ffprobe.path,
      version: prover.dialect.version,
    });
    // Whoever has just started the daemon waits for an encode, and has the machine for that.
    const background = later(this.#settings.trialDelaySeconds * 1000, undefined, { signal }).then(() =>
      prover.proveInBackground(idle),
    );
    background.catch(() => undefined);
    await this.#replaced.promise;
    replaced.abort();
    await background.catch(() => undefined);
  }

  #set(status: FfmpegStatus): void {
    this.#status = status;
    if (status.state === 'checking') this.#settled = new Deferred();
    else this.#settled.resolve();
    this.#options.onStatus();
  }
}
