import type { BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { DffmpegError } from '../protocol/errors.ts';
import type { SourceState } from '../protocol/fileState.ts';
import { briefKey } from './contentKey.ts';
import { errnoCode } from './errnoCode.ts';
import { keptBeside } from './keptBeside.ts';

/** What names one state of a source: another write, another file under its name, another size, all differ. */
export interface SourceIdentity {
  readonly path: string;
  readonly bytes: number;
  /** Nanoseconds since the epoch. */
  readonly modified: bigint;
  /** Of the last change of the file or of what is said of it (ctime); nanoseconds since the epoch. */
  readonly changed: bigint;
  readonly device: bigint;
  readonly inode: bigint;
}

/**
 * Checks that a source is there, a regular file (links are followed), readable and not empty, and returns its
 * identity. Throws `source-missing`, `source-unreadable` or `source-not-media`.
 */
export async function checkSource(path: string): Promise<SourceIdentity> {
  const stats = await statSource(path);
  if (!stats.isFile())
    throw new DffmpegError('source-unreadable', `${path} is ${describe(stats)}, not a file.`, {
      hint: 'Choose a media file.',
    });
  try {
    await (await open(path, 'r')).close();
  } catch (error) {
    throw toSourceError(error, path);
  }
  if (stats.size === 0n)
    throw new DffmpegError('source-not-media', `${path} is empty.`, {
      hint: 'Copy or download the file again: it has no content.',
    });
  return sourceIdentity(path, stats);
}

/** Nanoseconds: some file systems count time in steps of two seconds. */
const timeStep = 2_000_000_000n;

/** Whether two times, in nanoseconds, may be one: of a file on a network drive each machine may be told another fraction. */
export function isAboutTheSameTime(one: bigint, other: bigint): boolean {
  const apart = one > other ? one - other : other - one;
  return apart <= timeStep;
}

/** As it travels. */
export function stateOf({ bytes, modified, changed, device, inode }: SourceIdentity): SourceState {
  return {
    bytes,
    modified: String(modified),
    changed: String(changed),
    identity: { device: String(device), inode: String(inode) },
  };
}

/** The same, with what it holds: that a result does not replace a source which was written to meanwhile. */
export async function replacedState(source: SourceIdentity, signal?: AbortSignal): Promise<SourceState> {
  try {
    const kept = await keptBeside(source.path);
    const content = await briefKey(source.path, signal);
    return { ...stateOf(source), content, ...(kept.length > 0 ? { kept } : {}) };
  } catch (error) {
    signal?.throwIfAborted();
    throw toSourceError(error, source.path);
  }
}

/**
 * Throws `source-changed` when the source is no longer what it was when `before` was taken. `wholly`: nor may anything have been changed of
 * what is said of it, since a write whose time was set back is told by that alone.
 */
export async function assertUnchanged(before: SourceIdentity, wholly = false): Promise<void> {
  let after: SourceIdentity;
  try {
    after = sourceIdentity(before.path, await statSource(before.path));
  } catch (error) {
    throw changed(`${before.path} was moved or deleted while it was encoded.`, error);
  }
  const same =
    after.bytes === before.bytes &&
    after.modified === before.modified &&
    after.device === before.device &&
    after.inode === before.inode;
  if (!same) throw changed(`${before.path} changed while it was encoded.`);
  if (wholly && after.changed !== before.changed)
    throw changed(`${before.path} was written to while it was encoded, or its attributes were changed.`);
}

function changed(message: string, cause?: unknown): DffmpegError {
  return new DffmpegError('source-changed', message, {
    hint: 'Wait until the file is complete, then retry the job.',
    cause,
  });
}

async function statSource(path: string): Promise<BigIntStats> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    throw toSourceError(error, path);
  }
}

export function sourceIdentity(path: string, stats: BigIntStats): SourceIdentity {
  return {
    path,
    bytes: Number(stats.size),
    modified: stats.mtimeNs,
    changed: stats.ctimeNs,
    device: stats.dev,
    inode: stats.ino,
  };
}

function describe(stats: BigIntStats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

function toSourceError(error: unknown, path: string): DffmpegError {
  const code = errnoCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new DffmpegError('source-missing', `${path} does not exist.`, {
      hint: 'Check whether the file was moved, renamed or deleted.',
      cause: error,
    });
  if (code === 'EACCES' || code === 'EPERM')
    return new DffmpegError('source-unreadable', `${path} may not be read by this user.`, {
      hint: 'Change the file’s permissions so that you can read it.',
      cause: error,
    });
  return new DffmpegError('source-unreadable', `${path} cannot be read (${code ?? 'unknown error'}).`, {
    hint: 'Check the disk or network drive that the file is on.',
    cause: error,
  });
}
