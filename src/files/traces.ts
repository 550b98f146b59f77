import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import { isDiskFull } from './errnoCode.ts';
import { ownPrefix } from './staging.ts';

/** A note that is being written. */
const unfinished = '.tmp';

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
    const note = this.#noteOf(file);
    try {
      await mkdir(this.#directory, { recursive: true });
      await writeFile(note + unfinished, file);
      await rename(note + unfinished, note);
    } catch (error) {
      await rm(note + unfinished, { force: true });
      throw isDiskFull(error) ? scratchFull(this.#directory, error) : error;
    }
  }

  /** What was noted is gone. */
  async forget(file: string): Promise<void> {
    await rm(this.#noteOf(file), { force: true });
  }

  /**
   * Removes what was noted and is not in use. A folder that cannot be reached now is kept for another time, and its note
   * dropped after `keepDays`.
   */
  async sweep(isUsed: (file: string) => boolean, keepDays: number): Promise<void> {
    for (const name of await readdir(this.#directory).catch(() => [])) {
      const note = path.join(this.#directory, name);
      const file = await readFile(note, 'utf8').catch(() => '');
      const isOurs = path.isAbsolute(file) && path.basename(file).startsWith(ownPrefix);
      if (isOurs && isUsed(file)) continue;
      const isDone = name.endsWith(unfinished)
        ? await isOld(note, 1)
        : !isOurs || (await remove(file)) || (await isOld(note, keepDays));
      if (isDone) await rm(note, { force: true });
    }
  }

  #noteOf(file: string): string {
    return path.join(this.#directory, createHash('sha256').update(file).digest('hex'));
  }
}

function scratchFull(folder: string, cause: unknown): DffmpegError {
  return new DffmpegError('scratch-full', `There is no space left in ${folder}.`, {
    hint: 'Free some space on the disk of the state folder.',
    cause,
  });
}

async function isOld(note: string, days: number): Promise<boolean> {
  return stat(note).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > days * 86_400_000,
    () => false,
  );
}

/** Whether it was found and removed: what is not there may be on a disk that is not mounted now. */
async function remove(file: string): Promise<boolean> {
  try {
    await lstat(file);
    await rm(file, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}
