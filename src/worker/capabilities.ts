import type { Capabilities, Dialect } from '../encoding/dialect.ts';
import { withFeatures } from '../encoding/dialectFacts.ts';
import { dialectTrials } from '../encoding/dialectTrials.ts';
import { encoderTrials, featuresOfEncoder } from '../encoding/trial.ts';
import { isCutShort, type Validity } from '../encoding/trialOutcome.ts';
import { CapabilityCache, together, type Found } from './capabilityCache.ts';
import { readVersion } from './ffmpegBinary.ts';
import type { Tools } from './findBinary.ts';
import type { Priority } from './priority.ts';
import { readDialect, tryEncoder, tryFeature } from './trialRuns.ts';
import { twoAtATime } from './twoAtATime.ts';
import { defaultWorkerSettings, type WorkerSettings } from './workerSettings.ts';

/** What can be proved: an encoder, or a feature of the dialect. */
interface Subject {
  readonly kind: keyof Found;
  readonly name: string;
}

const everything: readonly Subject[] = [
  ...dialectTrials.map(({ feature }) => ({ kind: 'features', name: feature }) as const),
  ...encoderTrials.map(({ encoder }) => ({ kind: 'encoders', name: encoder }) as const),
];

/**
 * What one ffmpeg binary can do here, proved by trial runs: an encoder is usable exactly if its trial
 * worked. Each is tried once over all processes of the state folder: what somebody waits for at once, the rest
 * behind everything else.
 */
export class CapabilityProver {
  readonly tools: Tools;
  readonly #bareDialect: Dialect;
  readonly #cache: CapabilityCache;
  readonly #signal: AbortSignal;
  readonly #onChange: () => void;
  readonly #settings: WorkerSettings;
  readonly #underWay = new Map<string, Promise<void>>();
  /** Subject whose trial was cut short → when it is worth another, by `performance.now()`. */
  readonly #cutShort = new Map<string, number>();
  #found: Found;

  private constructor(
    tools: Tools,
    dialect: Dialect,
    found: Found,
    cache: CapabilityCache,
    options: ProverOptions,
  ) {
    this.tools = tools;
    this.#bareDialect = dialect;
    this.#found = found;
    this.#cache = cache;
    this.#signal = options.signal;
    this.#onChange = options.onChange;
    this.#settings = settingsOf(options);
  }

  /**
   * Reads the binary's dialect, from the cache or by running it: what every encode asks for, no features yet. Throws
   * `ffmpeg-missing` if it does not run.
   */
  static async open(tools: Tools, options: ProverOptions): Promise<CapabilityProver> {
    const cache = await CapabilityCache.open(options.stateDir, tools, settingsOf(options));
    let cached = await cache.read();
    if (!cached.dialect)
      cached = await cache.exclusively('dialect', options.signal, async () => {
        const now = await cache.read();
        if (now.dialect) return now;
        await cache.add({ dialect: await examine(tools, options) });
        return cache.read();
      });
    const { dialect, encoders, features } = cached;
    if (!dialect) throw new Error('The dialect was read and is not there.');
    return new CapabilityProver(tools, dialect, { encoders, features }, cache, options);
  }

  /** Encoders that were tried so far. */
  get known(): Capabilities {
    return this.#found.encoders;
  }

  /** With the features that were tried so far. */
  get dialect(): Dialect {
    return withFeatures(this.#bareDialect, this.#found.features);
  }

  /** Of these encoders and features, those whose trial was cut short: whether they work is not known. */
  unproved(names: readonly string[]): string[] {
    return everything
      .filter((subject) => names.includes(subject.name) && this.#cutShort.has(keyOf(subject)))
      .map(({ name }) => name);
  }

  /**
   * Tries those that are not known yet, now; resolves when all are. Names that nobody knows are left out, and
   * so is an encoder whose trial could not be run.
   */
  async prove(encoders: readonly string[]): Promise<Capabilities> {
    await this.#proveAll('encoders', encoders);
    return this.known;
  }

  /** The same for features of the dialect, by their names in dialectTrials.ts. */
  async proveFeatures(features: readonly string[]): Promise<Dialect> {
    await this.#proveAll('features', features);
    return this.dialect;
  }

  /** Tries the rest, one more whenever `idle` resolves. */
  async proveInBackground(idle: () => Promise<void>): Promise<void> {
    await twoAtATime(everything, async (subject) => {
      if (!this.#isSettled(subject)) await idle();
      if (!this.#signal.aborted) await this.#prove(subject, 'lowest');
    });
  }

  async #proveAll(kind: Subject['kind'], names: readonly string[]): Promise<void> {
    await twoAtATime(
      everything.filter((subject) => subject.kind === kind && names.includes(subject.name)),
      (subject) => this.#prove(subject, 'normal'),
    );
    this.#signal.throwIfAborted();
  }

  #prove(subject: Subject, priority: Priority): Promise<void> {
    if (this.#isSettled(subject)) return Promise.resolve();
    const before = this.#underWay.get(keyOf(subject));
    if (before) return before;
    const proof = this.#proveOnce(subject, priority)
      .catch(() => undefined)
      .finally(() => this.#underWay.delete(keyOf(subject)));
    this.#underWay.set(keyOf(subject), proof);
    return proof;
  }

  #isSettled(subject: Subject): boolean {
    const cutShort = this.#cutShort.get(keyOf(subject));
    if (cutShort !== undefined && performance.now() >= cutShort) return false;
    return Object.hasOwn(this.#found[subject.kind], subject.name);
  }

  async #proveOnce(subject: Subject, priority: Priority): Promise<void> {
    const key = keyOf(subject);
    await this.#cache.exclusively(key, this.#signal, async () => {
      const cached = await this.#cache.read();
      this.#found = together(this.#found, cached);
      // By another process, while this one waited.
      if (Object.hasOwn(cached[subject.kind], subject.name)) {
        this.#cutShort.delete(key);
        return;
      }
      const { found, holds } = await this.#try(subject, priority);
      this.#found = together(this.#found, found);
      const patience = holds === 'while' ? this.#settings.trialRetrySeconds * 1000 : 0;
      if (isCutShort(holds)) this.#cutShort.set(key, performance.now() + patience);
      else this.#cutShort.delete(key);
      if (holds === 'binary') await this.#cache.add(found);
      if (holds === 'process') this.#cache.addHere(found);
    });
    this.#onChange();
  }

  #try({ kind, name }: Subject, priority: Priority): Promise<{ found: Partial<Found>; holds: Validity }> {
    return kind === 'encoders' ? this.#tryEncoder(name, priority) : this.#tryFeature(name, priority);
  }

  async #tryEncoder(name: string, priority: Priority) {
    const trial = encoderTrials.find(({ encoder }) => encoder === name);
    if (!trial) throw new Error(`There is no trial of ${name}.`);
    const needed = featuresOfEncoder(name).map((feature) => ({ kind: 'features', name: feature }) as const);
    for (const feature of needed) await this.#prove(feature, priority);
    const worked = needed.filter((feature) => this.#found.features[feature.name]?.worked === true);
    const options = { tools: this.tools, settings: this.#settings, priority, signal: this.#signal };
    const { capability, holds } = await tryEncoder(
      trial,
      worked.map((feature) => feature.name),
      options,
    );
    // With arguments that may not have been its own, it was no trial.
    const certain = needed.every(
      (feature) => this.#isSettled(feature) && !this.#cutShort.has(keyOf(feature)),
    );
    return { found: { encoders: { [name]: capability } }, holds: certain ? holds : ('moment' as const) };
  }

  async #tryFeature(name: string, priority: Priority) {
    const trial = dialectTrials.find(({ feature }) => feature === name);
    if (!trial) throw new Error(`There is no trial of ${name}.`);
    const options = { tools: this.tools, settings: this.#settings, priority, signal: this.#signal };
    const outcome = await tryFeature(trial, this.#bareDialect, options);
    if (outcome.worked)
      return { found: { features: { [name]: { worked: true } } }, holds: 'binary' } as const;
    const { refusal, holds } = outcome;
    return { found: { features: { [name]: { worked: false, refusal } } }, holds } as const;
  }
}

/** Both at once, since somebody waits. What does not run at all is said first. */
async function examine(tools: Tools, options: ProverOptions): Promise<Dialect> {
  const settings = settingsOf(options);
  const { signal } = options;
  const dialect = readDialect({ tools, settings, signal });
  dialect.catch(() => undefined);
  const version = await readVersion(tools, signal, settings);
  return { version, ...(await dialect) };
}

function settingsOf(options: ProverOptions): WorkerSettings {
  return options.settings ?? defaultWorkerSettings;
}

/** Also the name of its lock: no slash. */
function keyOf({ kind, name }: Subject): string {
  return kind === 'encoders' ? name : `feature-${name}`;
}

export interface ProverOptions {
  stateDir: string;
  signal: AbortSignal;
  settings?: WorkerSettings | undefined;
  /** After each trial. */
  onChange: () => void;
}
