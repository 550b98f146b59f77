import type { Capabilities, Dialect } from '../encoding/dialect.ts';
import { encoderTrials, type EncoderTrial } from '../encoding/trial.ts';
import { CapabilityCache } from './capabilityCache.ts';
import { readVersion } from './ffmpegBinary.ts';
import type { Tools } from './findBinary.ts';
import { readDialect, tryEncoder } from './trialRuns.ts';

interface Wanted {
  trial: EncoderTrial;
  waiters: (() => void)[];
}

/**
 * What one ffmpeg binary can do here, proved by trial runs: an encoder is usable exactly if its trial
 * worked. One trial at a time over all processes of the state folder, those that somebody waits for first.
 */
export class CapabilityProver {
  readonly tools: Tools;
  readonly dialect: Dialect;
  readonly #cache: CapabilityCache;
  readonly #signal: AbortSignal;
  readonly #onChange: () => void;
  readonly #queue: Wanted[] = [];
  #known: Capabilities;
  #running = false;

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
      cached = await cache.exclusively(async () => {
        const now = await cache.read();
        if (now.dialect) return now;
        const version = await readVersion(tools, options.signal);
        const dialect = await readDialect(tools, version, options.signal);
        const filled = { ...now, dialect };
        await cache.write(filled);
        return filled;
      }, options.signal);
    const { dialect, capabilities } = cached;
    if (!dialect) throw new Error('The dialect was read and is not there.');
    return new CapabilityProver(tools, dialect, capabilities, cache, options);
  }

  get known(): Capabilities {
    return this.#known;
  }

  /** Tries these before all others; resolves when each is known. Names that nobody knows are left out. */
  async prove(encoders: readonly string[]): Promise<Capabilities> {
    await Promise.all(
      encoderTrials
        .filter(({ encoder }) => encoders.includes(encoder) && !Object.hasOwn(this.#known, encoder))
        .map((trial) => this.#first(trial)),
    );
    this.#signal.throwIfAborted();
    return this.#known;
  }

  /** Tries the rest, one after the other. */
  proveInBackground(): void {
    for (const trial of encoderTrials)
      if (!Object.hasOwn(this.#known, trial.encoder) && !this.#find(trial))
        this.#queue.push({ trial, waiters: [] });
    this.#pump();
  }

  #first(trial: EncoderTrial): Promise<void> {
    return new Promise((resolve) => {
      const wanted = this.#find(trial) ?? { trial, waiters: [] };
      wanted.waiters.push(resolve);
      const index = this.#queue.indexOf(wanted);
      // The head is under way already.
      const head = this.#running ? 1 : 0;
      if (index < 0 || index >= head) {
        if (index >= 0) this.#queue.splice(index, 1);
        this.#queue.splice(head, 0, wanted);
      }
      this.#pump();
    });
  }

  #find(trial: EncoderTrial): Wanted | undefined {
    return this.#queue.find((wanted) => wanted.trial.encoder === trial.encoder);
  }

  #pump(): void {
    const head = this.#queue[0];
    if (this.#running || !head) return;
    this.#running = true;
    void this.#prove(head.trial)
      // A trial that could not be run leaves the encoder untried; whoever waits finds it missing.
      .catch(() => undefined)
      .then(() => {
        this.#running = false;
        this.#queue.shift();
        for (const done of head.waiters) done();
        this.#pump();
      });
  }

  async #prove(trial: EncoderTrial): Promise<void> {
    const { encoder } = trial;
    await this.#cache.exclusively(async () => {
      const cached = await this.#cache.read();
      this.#known = { ...this.#known, ...cached.capabilities };
      if (Object.hasOwn(this.#known, encoder)) return;
      const { capability, lasting } = await tryEncoder(this.tools, trial, this.#signal);
      this.#known = { ...this.#known, [encoder]: capability };
      if (lasting)
        await this.#cache.write({
          schema: 1,
          dialect: this.dialect,
          capabilities: { ...cached.capabilities, [encoder]: capability },
        });
    }, this.#signal);
    this.#onChange();
  }
}

export interface ProverOptions {
  stateDir: string;
  signal: AbortSignal;
  /** After each trial. */
  onChange: () => void;
}
