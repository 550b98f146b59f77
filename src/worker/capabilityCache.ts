import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { capabilitiesSchema, dialectSchema, type Dialect } from '../encoding/dialect.ts';
import { dialectTrials } from '../encoding/dialectTrials.ts';
import { trialsFingerprint } from '../encoding/trial.ts';
import { writeFileAtomic } from '../files/atomicWrite.ts';
import { isDiskFull } from '../files/errnoCode.ts';
import { freeBytes } from '../files/freeSpace.ts';
import { acquireLock } from '../files/lock.ts';
import type { Tools } from './findBinary.ts';
import type { WorkerSettings } from './workerSettings.ts';

const featureSchema = z.discriminatedUnion('worked', [
  z.object({ worked: z.literal(true) }),
  z.object({ worked: z.literal(false), refusal: z.string() }),
]);

const foundSchema = z.object({
  encoders: capabilitiesSchema,
  features: z.record(z.string(), featureSchema),
});
/** By name, what trial runs have shown so far. */
export type Found = z.output<typeof foundSchema>;

/** What was proved of one ffmpeg on one machine. */
const cacheSchema = foundSchema.extend({
  /** Another shape is another number, and an old file then counts as absent. */
  schema: z.literal(3),
  /** Without features, which are found one by one. */
  dialect: dialectSchema.optional(),
});
export type CachedCapabilities = z.output<typeof cacheSchema>;

/**
 * By file: refusals that are no lasting fact (a driver was not loaded, a session was missing). All workers of
 * this process share them; the next start tries again.
 */
const refusedHere = new Map<string, Found>();

type CacheSettings = Pick<WorkerSettings, 'trialLockSeconds' | 'trialLockLookMs' | 'cacheLowMegabytes'>;

/** By file: what could not be written, since the disk is full or nearly so. */
const dialectHere = new Map<string, Dialect | undefined>();

/**
 * The file in `<state>/cache` that processes share: one for each binary, its state, the hardware, and the trials
 * themselves, since another program's trials prove other things.
 */
export class CapabilityCache {
  readonly #file: string;
  readonly #settings: CacheSettings;

  private constructor(file: string, settings: CacheSettings) {
    this.#file = file;
    this.#settings = settings;
  }

  static async open(stateDir: string, { ffmpeg }: Tools, settings: CacheSettings): Promise<CapabilityCache> {
    const folder = path.join(stateDir, 'cache');
    await mkdir(folder, { recursive: true });
    const trials = [dialectTrials, trialsFingerprint()];
    const facts = [ffmpeg.realPath, ffmpeg.bytes, ffmpeg.modified, await hardware(), trials];
    const hash = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
    const cache = new CapabilityCache(path.join(folder, `capabilities-${hash}.json`), settings);
    if (await cache.#isLow()) await cache.#giveWay();
    return cache;
  }

  /** Below its mark the cache keeps nothing new: the disk is the queue’s. */
  async #isLow(): Promise<boolean> {
    const left = await freeBytes(path.dirname(this.#file)).catch(() => Infinity);
    return left < this.#settings.cacheLowMegabytes * 1e6;
  }

  /** What was proved of another ffmpeg, or of this one in another state, is found out again by who needs it. */
  async #giveWay(): Promise<void> {
    const folder = path.dirname(this.#file);
    const own = path.basename(this.#file);
    for (const name of await readdir(folder).catch(() => []))
      if (name.startsWith('capabilities-') && !name.startsWith(own))
        await rm(path.join(folder, name), { force: true }).catch(() => undefined);
  }

  /** With what only this process knows. What is unreadable or of another shape counts as not yet tried. */
  async read(): Promise<CachedCapabilities> {
    const stored = await this.#readFile();
    const dialect = stored.dialect ?? dialectHere.get(this.#file);
    return { ...stored, dialect, ...together(refusedHere.get(this.#file), stored) };
  }

  /** Remembers for as long as this process lives. */
  addHere(found: Partial<Found>): void {
    refusedHere.set(this.#file, together(refusedHere.get(this.#file), found));
  }

  async #readFile(): Promise<CachedCapabilities> {
    try {
      return cacheSchema.parse(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch {
      return { schema: 3, encoders: {}, features: {} };
    }
  }

  /** Adds to the file, whoever wrote it meanwhile; returns the whole of it. */
  add(more: Partial<Omit<CachedCapabilities, 'schema'>>): Promise<CachedCapabilities> {
    return this.exclusively('write', undefined, async () => {
      const now = await this.#readFile();
      const whole: CachedCapabilities = {
        schema: 3,
        dialect: more.dialect ?? now.dialect,
        ...together(now, more),
      };
      // On a full disk it is known to this process alone, and found out again by the next.
      const keepHere = (): void => {
        this.addHere(more);
        dialectHere.set(this.#file, whole.dialect);
      };
      if (await this.#isLow()) keepHere();
      else
        await writeFileAtomic(this.#file, JSON.stringify(whole, undefined, 1)).catch((error: unknown) => {
          if (!isFull(error)) throw error;
          keepHere();
        });
      return whole;
    });
  }

  /** Runs `work` while nobody else does what has this name: so a trial that two processes want is run once. */
  async exclusively<T>(name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const { trialLockSeconds, trialLockLookMs: lookMs } = this.#settings;
    const waitMs = trialLockSeconds * 1000;
    const file = `${this.#file}.${name}.lock`;
    // On a full disk nothing can be locked: another process may then run the same trial.
    const lock = await acquireLock(file, { waitMs, lookMs, signal }).catch((error: unknown) => {
      if (!isFull(error)) throw error;
      return undefined;
    });
    try {
      return await work();
    } finally {
      lock?.release();
    }
  }
}

/** SQLite’s result code, or the system’s. */
function isFull(error: unknown): boolean {
  return isDiskFull(error) || (error instanceof Error && 'errcode' in error && error.errcode === 13);
}

/** Both; where both know something, the second counts. */
export function together(first: Partial<Found> | undefined, second: Partial<Found>): Found {
  return {
    encoders: { ...first?.encoders, ...second.encoders },
    features: { ...first?.features, ...second.features },
  };
}

/** A driver that comes or goes makes other encoders work with the same binary. */
async function hardware(): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const [devices, renderers, nvidia] = await Promise.all([
    readdir('/dev').catch(() => []),
    readdir('/dev/dri').catch(() => []),
    readFile('/proc/driver/nvidia/version', 'utf8').catch(() => ''),
  ]);
  return [...devices.filter((name) => name.startsWith('nvidia')).sort(), ...renderers.sort(), nvidia];
}
