import { lstat, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { toDestinationError } from './destinationError.ts';
import type { Traces } from './traces.ts';

/** Names that the project leaves in other people's folders begin so, and are hidden on Unix. */
export const ownPrefix = '.dffmpeg-';

/** `<task>-<fence>`. */
const keyPattern = /^[0-9A-Za-z_-]+-\d+$/;

/** What a plan calls its result in the attempt's folder: `result.mp4`, `hd.mkv`, `stream`. */
const resultPattern = /^[0-9A-Za-z][0-9A-Za-z_-]*(?:\.[0-9A-Za-z]+)?$/;

/**
 * A folder of the attempt's own, empty, in which its ffmpegs run: on the destination's file system, so that placing
 * is a link and not a copy. In the worker's scratch where that is on the same device, else under a hidden name in
 * the destination.
 */
export async function stage(options: {
  scratchDir: string;
  destination: string;
  taskId: string;
  fence: number;
  traces: Traces;
}): Promise<string> {
  const { scratchDir, destination } = options;
  const key = stagingName(options);
  await mkdir(scratchDir, { recursive: true });
  const near = await sameDevice(scratchDir, destination);
  const folder = near ? path.join(scratchDir, key) : partFolder(destination, key);
  try {
    if (!near) await options.traces.note(folder);
    // Whatever somebody else put there under this name, a link included, is not written into.
    await rm(folder, { recursive: true, force: true });
    // What is under way is nobody else's to read, however its source may be read.
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    throw near ? error : toDestinationError(error, destination);
  }
  return folder;
}

/** What the folder of an attempt is called: `<task>-<fence>`. */
export function stagingName({ taskId, fence }: { readonly taskId: string; readonly fence: number }): string {
  return `${taskId}-${fence}`;
}

/** Of a folder that `stage` made. Never rejects: what cannot be removed now is swept later. */
export async function removeStaging(folder: string, traces: Traces): Promise<void> {
  await traces.remove(folder);
}

/**
 * Removes what dead attempts left in the scratch folder. Only to be called once the coordinator has recovered what it
 * knows of. `isRunning` says of a key (`<task>-<fence>`) whether its attempt is under way.
 */
export async function sweepAttempts(scratchDir: string, isRunning: (key: string) => boolean): Promise<void> {
  // What lies behind a link is a folder that a person has chosen, and may hold what is not ours.
  if ((await lstat(scratchDir).catch(() => undefined))?.isSymbolicLink() !== false) return;
  for (const key of await readdir(scratchDir).catch(() => []))
    if (keyPattern.test(key) && !isRunning(key) && (await isOwnFolder(path.join(scratchDir, key))))
      await rm(path.join(scratchDir, key), { recursive: true, force: true });
}

/** As `stage` makes one: nobody else’s, and closed to others. A name alone proves nothing. */
async function isOwnFolder(folder: string): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined);
  if (stats?.isDirectory() !== true) return false;
  const own = process.getuid?.();
  // Windows: no modes.
  return own === undefined || (stats.uid === own && (stats.mode & 0o777) === 0o700);
}

/** `<task>-<fence>`, from the path of a staged result. */
export function stagingKey(staged: string): string {
  return keyOf(path.dirname(staged)) ?? '';
}

function keyOf(folder: string): string | undefined {
  const name = path.basename(folder);
  if (!name.startsWith(ownPrefix)) return name;
  return name.endsWith('.part') ? name.slice(ownPrefix.length, -'.part'.length) : undefined;
}

/**
 * Whether `folder` is a name that `stage` gives out, for this scratch folder or hidden in a destination. What a
 * neighbour names as an attempt's is deleted or moved: nobody else's folder may be.
 */
export function isStagingFolder(folder: string, scratchDir: string): boolean {
  if (path.resolve(folder) !== folder || !keyPattern.test(keyOf(folder) ?? '')) return false;
  return path.basename(folder).startsWith(ownPrefix) || path.dirname(folder) === path.resolve(scratchDir);
}

/** Whether `staged` is a result, a file or a folder, in such a folder. */
export function isStaged(staged: string, scratchDir: string): boolean {
  return (
    path.resolve(staged) === staged &&
    resultPattern.test(path.basename(staged)) &&
    isStagingFolder(path.dirname(staged), scratchDir)
  );
}

function partFolder(destination: string, key: string): string {
  return path.join(destination, `${ownPrefix}${key}.part`);
}

/** A copy's name in the destination folder, before it has its own. */
export function copyPath(destination: string, key: string): string {
  return path.join(destination, `${ownPrefix}${key}.copy`);
}

async function sameDevice(scratchDir: string, destination: string): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([
      stat(scratchDir, { bigint: true }),
      stat(destination, { bigint: true }),
    ]);
    return a.dev === b.dev;
  } catch (error) {
    throw toDestinationError(error, destination);
  }
}
