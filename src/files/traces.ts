import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ownPrefix } from './staging.ts';

/**
 * The hidden names that this worker gives out in other people's folders, each noted in a folder of its own before it
 * is made: what a killed worker left there is found again.
 */
export class Traces {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = path.resolve(directory);
  }

  /** Before something of this path, whose name begins with `ownPrefix`, is made. */
  async note(file: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    await writeFile(this.#noteOf(file), file);
  }

  /** What was noted is gone. A note that is not taken back is, by the next `sweep`. */
  async forget(file: string): Promise<void> {
    await rm(this.#noteOf(file), { force: true });
  }

  /** Removes what was noted and is not in use. A folder that cannot be reached now is kept for another time. */
  async sweep(isUsed: (file: string) => boolean): Promise<void> {
    for (const name of await readdir(this.#directory).catch(() => [])) {
      const note = path.join(this.#directory, name);
      const file = await readFile(note, 'utf8').catch(() => '');
      const isOurs = path.isAbsolute(file) && path.basename(file).startsWith(ownPrefix);
      if (isOurs && isUsed(file)) continue;
      if (isOurs && !(await remove(file))) continue;
      await rm(note, { force: true });
    }
  }

  #noteOf(file: string): string {
    return path.join(this.#directory, createHash('sha256').update(file).digest('hex'));
  }
}

/** Whether it is gone. */
async function remove(file: string): Promise<boolean> {
  try {
    await stat(path.dirname(file));
    await rm(file, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}
