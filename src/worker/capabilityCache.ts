import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { capabilitiesSchema, dialectSchema, type Capabilities } from '../encoding/dialect.ts';
import { writeFileAtomic } from '../files/atomicWrite.ts';
import { acquireLock } from '../files/lock.ts';
import type { Tools } from './findBinary.ts';

/** What was proved of one ffmpeg on one machine. */
const cacheSchema = z.object({
  /** Another shape is another number, and an old file then counts as absent. */
  schema: z.literal(2),
  dialect: dialectSchema.optional(),
  capabilities: capabilitiesSchema,
});
export type CachedCapabilities = z.output<typeof cacheSchema>;

/** A trial is bounded by its own time limit; whoever waits longer than some of them is not waiting for one. */
const lockWaitMs = 120_000;

/**
 * By file: refusals that are no lasting fact (a driver was not loaded, a session was missing). All workers of
 * this process share them; the next start tries again.
 */
const refusedHere = new Map<string, Capabilities>();

/** The file in `<state>/cache` that processes share: one for each binary, its state, and the hardware. */
export class CapabilityCache {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  static async open(stateDir: string, { ffmpeg }: Tools): Promise<CapabilityCache> {
    const folder = path.join(stateDir, 'cache');
    await mkdir(folder, { recursive: true });
    const facts = [ffmpeg.realPath, ffmpeg.bytes, ffmpeg.modified, await hardware()];
    const hash = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
    return new CapabilityCache(path.join(folder, `capabilities-${hash}.json`));
  }

  /** With what only this process knows. What is unreadable or of another shape counts as not yet tried. */
  async read(): Promise<CachedCapabilities> {
    const { capabilities, ...stored } = await this.#readFile();
    return { ...stored, capabilities: { ...refusedHere.get(this.#file), ...capabilities } };
  }

  /** Remembers for as long as this process lives. */
  addHere(capabilities: Capabilities): void {
    refusedHere.set(this.#file, { ...refusedHere.get(this.#file), ...capabilities });
  }

  async #readFile(): Promise<CachedCapabilities> {
    try {
      return cacheSchema.parse(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch {
      return { schema: 2, capabilities: {} };
    }
  }

  /** Adds to the file, whoever wrote it meanwhile; returns the whole of it. */
  add(more: Omit<CachedCapabilities, 'schema'>): Promise<CachedCapabilities> {
    return this.exclusively('write', undefined, async () => {
      const now = await this.#readFile();
      const whole: CachedCapabilities = {
        schema: 2,
        dialect: more.dialect ?? now.dialect,
        capabilities: { ...now.capabilities, ...more.capabilities },
      };
      await writeFileAtomic(this.#file, JSON.stringify(whole, undefined, 1));
      return whole;
    });
  }

  /** Runs `work` while nobody else does what has this name: so a trial that two processes want is run once. */
  async exclusively<T>(name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const lock = await acquireLock(`${this.#file}.${name}.lock`, { waitMs: lockWaitMs, signal });
    try {
      return await work();
    } finally {
      lock.release();
    }
  }
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
