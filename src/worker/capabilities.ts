import type { Capabilities, Dialect } from '../encoding/dialect.ts';
import { encoderTrials, type EncoderTrial } from '../encoding/trial.ts';
import { CapabilityCache } from './capabilityCache.ts';
import { readVersion } from './ffmpegBinary.ts';
import type { Tools } from './findBinary.ts';
import type { Priority } from './priority.ts';
import { readDialect, tryEncoder } from './trialRuns.ts';

/** A trial that was cut short is run again when it is asked for after so long. */
const retryMs = 300_000;

/**
 * What one ffmpeg binary can do here, proved by trial runs: an encoder is usable exactly if its trial
 * worked. Each is tried once over all processes of the state folder: what somebody waits for at once, the rest
 * one after the other behind everything else.
 */
export class CapabilityProver {
  readonly tools: Tools;
  readonly dialect: Dialect;
  readonly #cache: CapabilityCache;
  readonly #signal: AbortSignal;
  readonly #onChange: () => void;
  readonly #underWay = new Map<string, Promise<void>>();
  /** Encoder → when its trial was cut short, by `performance.now()`. */
  readonly #cutShort = new Map<string, number>();
  #known: Capabilities;

  private constructor(
    tools: Tools,
    dialect: Dialect,
    known: Capabilities,
    cache: CapabilityCache,
    options: ProverOptions,
  ) {
    this.tools = tools;
    this.dialect = dialect;
    this.#known = known;
    this.#cache = cache;
    this.#signal = options.signal;
    this.#onChange = options.onChange;
  }

  /** Reads the binary's dialect, from the cache or by running it. Throws `ffmpeg-missing` if it does not run. */
  static async open(tools: Tools, options: ProverOptions): Promise<CapabilityProver> {
    const cache = await CapabilityCache.open(options.stateDir, tools);
    let cached = await cache.read();
    if (!cached.dialect)
      cached = await cache.exclusively('dialect', options.signal, async () => {
        const now = await cache.read();
        if (now.dialect) return now;
        const version = await readVersion(tools, options.signal);
        const dialect = await readDialect(tools, version, options.signal);
        await cache.add({ dialect, capabilities: {} });
        return cache.read();
      });
    const { dialect, capabilities } = cached;
    if (!dialect) throw new Error('The dialect was read and is not there.');
    return new CapabilityProver(tools, dialect, capabilities, cache, options);
  }

  get known(): Capabilities {
    return this.#known;
  }

  /**
   * Tries those that are not known yet, now; resolves when all are. Names that nobody knows are left out, and
   * so is an encoder whose trial could not be run.
   */
  async prove(encoders: readonly string[]): Promise<Capabilities> {
    await Promise.all(
      encoderTrials
        .filter(({ encoder }) => encoders.includes(encoder))
        .map((trial) => this.#prove(trial, 'normal')),
    );
    this.#signal.throwIfAborted();
    return this.#known;
  }

  /** Tries the rest, one after the other. */
  async proveInBackground(): Promise<void> {
    for (const trial of encoderTrials) {
      if (this.#signal.aborted) return;
      await this.#prove(trial, 'lowest');
    }
  }

  #prove(trial: EncoderTrial, priority: Priority): Promise<void> {
    if (this.#isSettled(trial.encoder)) return Promise.resolve();
    const before = this.#underWay.get(trial.encoder);
    if (before) return before;
    const proof = this.#proveOnce(trial, priority)
      .catch(() => undefined)
      .finally(() => this.#underWay.delete(trial.encoder));
    this.#underWay.set(trial.encoder, proof);
    return proof;
  }

  #isSettled(encoder: string): boolean {
    const cutShort = this.#cutShort.get(encoder);
    if (cutShort !== undefined && performance.now() - cutShort > retryMs) return false;
    return Object.hasOwn(this.#known, encoder);
  }

  async #proveOnce(trial: EncoderTrial, priority: Priority): Promise<void> {
    const { encoder } = trial;
    const proved = async () => {
      const { capabilities } = await this.#cache.read();
      this.#known = { ...this.#known, ...capabilities };
      return Object.hasOwn(capabilities, encoder);
    };
    await this.#cache.exclusively(encoder, this.#signal, async () => {
      // By another process, while this one waited.
      if (await proved()) {
        this.#cutShort.delete(encoder);
        return;
      }
      const { capability, validity } = await tryEncoder(this.tools, trial, priority, this.#signal);
      this.#known = { ...this.#known, [encoder]: capability };
      if (validity === 'moment') this.#cutShort.set(encoder, performance.now());
      else this.#cutShort.delete(encoder);
      if (validity === 'binary')
        await this.#cache.add({ dialect: this.dialect, capabilities: { [encoder]: capability } });
      if (validity === 'process') this.#cache.addHere({ [encoder]: capability });
    });
    this.#onChange();
  }
}

export interface ProverOptions {
  stateDir: string;
  signal: AbortSignal;
  /** After each trial. */
  onChange: () => void;
}
