import { createHash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { DffmpegError } from '../protocol/errors.ts';
import { errnoCode, isDiskFull, isQuotaUsedUp } from './errnoCode.ts';
import { folderIdentity, folderIdentitySchema, isSurelySame } from './folderIdentity.ts';
import { isAnother, ownerOf, ownerSchema } from './ownerOf.ts';
import { ownPrefix } from './staging.ts';
import { replacementCharacter } from './unreadName.ts';

/** A note that is being written. */
const unfinished = '.tmp';

/** What a note is called, see `#noteOf`. */
const notePattern = /^[0-9a-f]{64}(?:\.tmp)?$/;

const hiddenPath = z
  .string()
  .refine((file) => path.isAbsolute(file) && path.basename(file).startsWith(ownPrefix));

/** What is in a note: the hidden name, and which folder it was given out in. */
const noteSchema = z.object({
  path: hiddenPath,
  /** Without links: what one led to then. */
  real: hiddenPath.optional(),
  folder: folderIdentitySchema,
  /** Of the folder of notes; earlier ones had none. */
  owner: ownerSchema.optional(),
});
type Note = z.infer<typeof noteSchema>;

/**
 * The hidden names that this worker gives out in other people's folders, each noted in a folder of its own before it
 * is made: what a killed worker left there is found again, and what was on a disk that was away.
 */
export class Traces {
  readonly #directory: string;
  /** Given out by this process, and not yet to be removed. */
  readonly #inUse = new Set<string>();
  /** Notes that this process is writing. */
  readonly #writing = new Set<string>();
  #left = false;
  #mark: string | undefined;

  readonly #removeTree: (file: string) => Promise<void>;

  /** `removeTree`: what a test of a disk that is pulled meanwhile replaces. */
  constructor(
    directory: string,
    removeTree = (file: string): Promise<void> => rm(file, { recursive: true, force: true }),
  ) {
    this.#directory = path.resolve(directory);
    this.#removeTree = removeTree;
  }

  /**
   * Of this folder of notes, eight hexadecimal digits, the same for as long as it is there: by it what this worker or an
   * earlier one has made is told from what another's daemon has.
   */
  get mark(): string {
    if (this.#mark === undefined) {
      mkdirSync(this.#directory, { recursive: true });
      const { ino } = statSync(this.#directory, { bigint: true });
      const { machine = '' } = ownerOf(this.#directory);
      this.#mark = createHash('sha256').update(`${machine} ${ino}`).digest('hex').slice(0, 8);
    }
    return this.#mark;
  }

  /** Whether something could not be removed because its folder was away: to be swept again. */
  get left(): boolean {
    return this.#left;
  }

  /**
   * Before something of this path, whose name begins with `ownPrefix`, is made. Throws the `errno` error of a folder
   * that is not there: nothing can be made in it.
   */
  async note(file: string): Promise<void> {
    const folder = await folderIdentity(path.dirname(file));
    const resolved = path.join(await realpath(path.dirname(file)), path.basename(file));
    // One whose bytes are no text leads to nothing as it is read: then the link has to do.
    const real = resolved.includes(replacementCharacter) ? undefined : resolved;
    const note = this.#noteOf(file);
    this.#inUse.add(file);
    this.#writing.add(note + unfinished);
    try {
      await mkdir(this.#directory, { recursive: true });
      const owner = ownerOf(this.#directory);
      await writeFile(note + unfinished, JSON.stringify({ path: file, real, folder, owner } satisfies Note));
      await rename(note + unfinished, note);
    } catch (error) {
      this.#inUse.delete(file);
      await rm(note + unfinished, { force: true });
      throw isDiskFull(error) ? scratchFull(this.#directory, error) : error;
    } finally {
      this.#writing.delete(note + unfinished);
    }
  }

  /** An earlier process has noted it, and it is needed still. */
  hold(file: string): void {
    this.#inUse.add(file);
  }

  /**
   * Removes what was noted, and its note once it is certainly gone. Never rejects: what is on a disk that is away stays
   * noted, for `sweep`. Resolves to whether it is gone.
   */
  async remove(file: string): Promise<boolean> {
    this.#inUse.delete(file);
    const noteFile = this.#noteOf(file);
    if (await this.isAnothers(file)) return false;
    const note = await readNote(noteFile);
    const gone = await this.#removed(note?.real ?? file, note?.folder);
    if (gone) await this.forget(file);
    else if (note) this.#left = true;
    return gone;
  }

  /**
   * Whether another daemon has noted it, or what it is in: the one of whose state folder this one's is a copy. It may be at
   * work there.
   */
  async isAnothers(file: string): Promise<boolean> {
    for (let name = file; name !== path.dirname(name); name = path.dirname(name)) {
      const note = await readNote(this.#noteOf(name));
      if (note) return isAnother(note.owner, ownerOf(this.#directory));
    }
    return false;
  }

  /** It is known to be gone: it has another name by now, or was never made. Never rejects. */
  async forget(file: string): Promise<void> {
    this.#inUse.delete(file);
    await rm(this.#noteOf(file), { force: true }).catch(() => undefined);
  }

  /**
   * The folder that is away, or may be, with what was noted in it: that is `file`, or what `file` is in. Undefined when it
   * is there, was certainly removed, or was never noted.
   */
  async awayFolder(file: string): Promise<string | undefined> {
    for (let name = file; name !== path.dirname(name); name = path.dirname(name)) {
      const note = await readNote(this.#noteOf(name));
      if (!note) continue;
      const state = await look(note.real ?? name, note.folder);
      return state === 'unknown' ? path.dirname(name) : undefined;
    }
    return undefined;
  }

  /**
   * Removes what an earlier process noted, and what this one could not remove. A folder that cannot be reached now is kept for another time, and its note
   * dropped after `keepDays`.
   */
  async sweep(keepDays: number): Promise<void> {
    this.#left = false;
    for (const name of await readdir(this.#directory).catch(() => [])) {
      // The folder may be a link to one of a person's.
      if (!notePattern.test(name)) continue;
      const noteFile = path.join(this.#directory, name);
      const isUnfinished = name.endsWith(unfinished);
      const note = isUnfinished ? undefined : await readNote(noteFile);
      if (note && (this.#inUse.has(note.path) || (await this.remove(note.path)))) continue;
      // Before its note is whole nothing is made: one that a killed process left stands for nothing.
      const isDone = note ? await isOld(noteFile, keepDays) : !this.#writing.has(noteFile);
      if (isDone) await rm(noteFile, { force: true });
    }
  }

  /** Whether it is gone: it was there and is removed, or it is not in the folder in which it was noted. */
  async #removed(file: string, folder: Note['folder'] | undefined): Promise<boolean> {
    const state = await look(file, folder);
    if (state !== 'there') return state === 'gone';
    try {
      await this.#removeTree(file);
    } catch {
      return false;
    }
    // In a folder that has gone away since the look, there was nothing to be removed.
    return folder === undefined || (await look(file, folder)) === 'gone';
  }

  #noteOf(file: string): string {
    return path.join(this.#directory, createHash('sha256').update(file).digest('hex'));
  }
}

async function readNote(noteFile: string): Promise<Note | undefined> {
  try {
    return noteSchema.parse(JSON.parse(await readFile(noteFile, 'utf8')));
  } catch {
    return undefined;
  }
}

function scratchFull(folder: string, cause: unknown): DffmpegError {
  if (isQuotaUsedUp(cause))
    return new DffmpegError('scratch-full', `The quota of ${folder} is used up.`, {
      hint: 'Free some of what you have on the disk of the state folder, or ask for a larger quota.',
      cause,
    });
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

/** `gone`: certainly; `unknown`: its folder is away, or may be. */
async function look(file: string, folder: Note['folder'] | undefined): Promise<'there' | 'gone' | 'unknown'> {
  try {
    await lstat(file);
    return 'there';
  } catch (error) {
    // ENOTDIR: what was noted as its folder is a file, in which there is nothing.
    const code = errnoCode(error);
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || !folder) return 'unknown';
    const now = await folderIdentity(path.dirname(file)).catch(() => undefined);
    return now && isSurelySame(folder, now) ? 'gone' : 'unknown';
  }
}
