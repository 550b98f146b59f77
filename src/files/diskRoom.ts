import { stat } from 'node:fs/promises';
import { DffmpegError } from '../protocol/errors.ts';
import type { FolderMark } from '../protocol/fileState.ts';
import { toDestinationError } from './destinationError.ts';
import { isDiskAway } from './errnoCode.ts';
import { freeBytes } from './freeSpace.ts';
import { requireOwnDisk } from './ownDisk.ts';

/** What an attempt will write, and where. */
export interface Need {
  readonly folder: string;
  readonly bytes: number;
  /** Nothing is begun where less than this would be free. */
  readonly lowWaterBytes: number;
  readonly code: keyof typeof sentences;
  /** Of the folder, on the disk that it was on when the job was looked at. */
  readonly mark?: FolderMark | undefined;
}

const sentences = {
  'destination-full': {
    what: 'The folder',
    hint: 'Free some space there, or choose another folder for the result. It goes on by itself when there is room.',
  },
  'scratch-full': {
    what: 'DFFmpeg’s working folder',
    hint: 'Free some space there, or name another folder in the setting scratchFolder. It goes on by itself when there is room.',
  },
} as const;

/** What tests replace. */
export interface DiskFacts {
  /** Bytes; rejects where the file system does not tell. */
  free(folder: string): Promise<number>;
  /** Equal for all folders of one file system. */
  device(folder: string): Promise<string>;
  /** Whether so many bytes can really be written there: what a file system tells of free space knows no quota. */
  takes(folder: string, bytes: number): Promise<boolean>;
  /** Why nothing can be written there; resolves to undefined where something can. */
  trouble(folder: string): Promise<unknown>;
}

export const realFacts: DiskFacts = {
  free: freeBytes,
  device: async (folder) => String((await stat(folder, { bigint: true })).dev),
  takes: () => Promise.resolve(true),
  trouble: () => Promise.resolve(undefined),
};

/** Room that an attempt has. */
export interface Room {
  /** So many bytes of it are in the folder by now: they are no longer promised, but used. */
  wrote(folder: string, bytes: number): void;
  release(): void;
}

interface Promised {
  readonly folder: string;
  readonly device: string;
  readonly bytes: number;
  written: number;
}

/**
 * Shares out the free space of each file system among attempts: what is promised to those that run counts as taken,
 * as far as it is not written yet. A file system that does not tell is believed to have room: the encode will find out.
 */
export class DiskRoom {
  readonly #facts: DiskFacts;
  readonly #promised = new Set<Promised>();
  /** Folders in which a quota was used up: they are tried before anything is begun there. */
  readonly #quotas = new Set<string>();
  /** Folders whose disk did not answer: what it still tells of free space is not believed. */
  readonly #away = new Set<string>();

  constructor(facts: DiskFacts = realFacts) {
    this.#facts = facts;
  }

  /** Something could not be written there although the disk has room. */
  quotaUsedUp(folder: string): void {
    this.#quotas.add(folder);
  }

  /** Its disk or network drive did not answer. */
  diskAway(folder: string): void {
    this.#away.add(folder);
  }

  /** The error that says which folder is full or away; undefined where there is room for all needs now. */
  async lacks(needs: readonly Need[]): Promise<DffmpegError | undefined> {
    const found = await this.#find(needs);
    return found instanceof DffmpegError ? found : undefined;
  }

  /** Room for all needs, or the error that says which folder is full or away. */
  async take(needs: readonly Need[]): Promise<Room | DffmpegError> {
    const mine = await this.#find(needs, (found) => {
      for (const promised of found) this.#promised.add(promised);
    });
    if (mine instanceof DffmpegError) return mine;
    return {
      wrote: (folder, bytes) => {
        for (const promised of mine)
          if (promised.folder === folder) promised.written = Math.max(promised.written, bytes);
      },
      release: () => {
        for (const promised of mine) this.#promised.delete(promised);
      },
    };
  }

  async #isUsedUp(need: Need): Promise<boolean> {
    if (!this.#quotas.has(need.folder)) return false;
    if (!(await this.#facts.takes(need.folder, wanted(need)))) return true;
    this.#quotas.delete(need.folder);
    return false;
  }

  async #isAway({ folder, code, mark }: Need): Promise<DffmpegError | undefined> {
    if (code !== 'destination-full') return undefined;
    const other = await requireOwnDisk(folder, mark).catch((error: unknown) => error);
    if (other instanceof DffmpegError) return other;
    const tried = this.#away.has(folder) ? this.#facts.trouble(folder) : this.#facts.free(folder);
    const said = await tried.catch((error: unknown) => error);
    const known = isDiskAway(said) ? toDestinationError(said, folder) : said;
    if (known instanceof DffmpegError && known.code === 'destination-away') return known;
    this.#away.delete(folder);
    return undefined;
  }

  /** `onFound` is called before anybody else can look. */
  async #find(
    needs: readonly Need[],
    onFound: (found: readonly Promised[]) => void = () => undefined,
  ): Promise<Promised[] | DffmpegError> {
    const asked = await Promise.all(
      needs.map(async (need) => ({
        ...need,
        free: await this.#facts.free(need.folder).catch(() => Infinity),
        device: await this.#facts.device(need.folder).catch(() => need.folder),
        quota: await this.#isUsedUp(need),
        away: await this.#isAway(need),
      })),
    );
    // From here on nothing waits: two attempts cannot be promised the same bytes.
    const mine: Promised[] = [];
    for (const { device, bytes, free, quota, away, ...need } of asked) {
      if (away) return away;
      if (quota) return noQuota({ ...need, bytes });
      const others = [...this.#promised, ...mine]
        .filter((promised) => promised.device === device)
        .reduce((sum, promised) => sum + Math.max(0, promised.bytes - promised.written), 0);
      if (free - others < wanted({ ...need, bytes })) return full({ ...need, bytes, free, others });
      mine.push({ folder: need.folder, device, bytes, written: 0 });
    }
    onFound(mine);
    return mine;
  }
}

function noQuota(need: Need): DffmpegError {
  const { what, hint } = sentences[need.code];
  return new DffmpegError(
    need.code,
    `The quota of ${what.charAt(0).toLowerCase()}${what.slice(1)} ${need.folder} is used up; an encode begins when ${megabytes(wanted(need))} can be written there.`,
    { hint },
  );
}

function wanted({ bytes, lowWaterBytes }: Need): number {
  return Math.max(bytes, lowWaterBytes);
}

function full(need: Need & { free: number; others: number }): DffmpegError {
  const { what, hint } = sentences[need.code];
  const others = need.others > 0 ? `, of which running encodes need ${megabytes(need.others)}` : '';
  return new DffmpegError(
    need.code,
    `${what} ${need.folder} has ${megabytesLeft(need.free)} left${others}; an encode begins when there are ${megabytes(wanted(need))}.`,
    { hint },
  );
}

/** Rounded down: less than what is needed, which is rounded up. */
function megabytesLeft(bytes: number): string {
  return `${Math.max(0, Math.floor(bytes / 1e6))} MB`;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
