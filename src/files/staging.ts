import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { toDestinationError } from './destinationError.ts';
import type { Traces } from './traces.ts';

/** Names that the project leaves in other people's folders begin so, and are hidden on Unix. */
export const ownPrefix = '.dffmpeg-';

/** `.dffmpeg-<task>-<fence>.<tag>.part`; earlier ones had no tag. */
const folderPattern = /^\.dffmpeg-([0-9A-Za-z_-]+-\d+)(?:\.([0-9a-f]+))?\.part$/;

/** Of this process, behind the mark of its notes: a second daemon, such as that of a copied state folder, never works in a folder of this one. */
const tag = randomBytes(4).toString('hex');

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
  // Also in scratch: what is swept there must not have a name that a person gives to a folder.
  const folder = path.join(
    near ? scratchDir : destination,
    `${ownPrefix}${key}.${options.traces.mark}${tag}.part`,
  );
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
 * Removes what dead attempts left in the scratch folder: what has the mark of this worker's notes, since another daemon may
 * have the same disk mounted there. Only to be called once the coordinator has recovered what it knows of. `isRunning` says of
 * a key (`<task>-<fence>`) whether its attempt is under way.
 */
export async function sweepAttempts(
  scratchDir: string,
  isRunning: (key: string) => boolean,
  mark: string,
): Promise<void> {
  // What lies behind a link may be another daemon's as well.
  if ((await lstat(scratchDir).catch(() => undefined))?.isSymbolicLink() !== false) return;
  for (const name of await readdir(scratchDir).catch(() => [])) {
    const [, key, tagged] = folderPattern.exec(name) ?? [];
    if (key !== undefined && tagged?.startsWith(mark) && !isRunning(key))
      await rm(path.join(scratchDir, name), { recursive: true, force: true });
  }
}

/** `<task>-<fence>`, from the path of a staged result. */
export function stagingKey(staged: string): string {
  return keyOf(path.basename(path.dirname(staged))) ?? '';
}

function keyOf(name: string): string | undefined {
  return folderPattern.exec(name)?.[1];
}

/**
 * Whether `folder` has a name that `stage` gives out. What a neighbour names as an attempt's is deleted or moved: nobody
 * else's folder may be.
 */
export function isStagingFolder(folder: string): boolean {
  return path.resolve(folder) === folder && keyOf(path.basename(folder)) !== undefined;
}

/** Whether `staged` is a result, a file or a folder, in such a folder. */
export function isStaged(staged: string): boolean {
  return (
    path.resolve(staged) === staged &&
    resultPattern.test(path.basename(staged)) &&
    isStagingFolder(path.dirname(staged))
  );
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
