import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { toDestinationError } from './destinationError.ts';

/** Names that the project leaves in other people's folders begin so, and are hidden on Unix. */
export const ownPrefix = '.dffmpeg-';

/** `<task>-<fence>`. */
const keyPattern = /^[0-9A-Za-z_-]+-\d+$/;

/** Where an attempt writes its result until that is placed. */
export interface Staging {
  /** Path of the result under way. */
  readonly file: string;
  /** A folder of the attempt's own, removed with it; missing when the file lies in the destination folder. */
  readonly folder?: string;
}

/**
 * A place on the destination's file system, so that placing is a link and not a copy: the worker's scratch
 * where that is on the same device, else a hidden name in the destination folder.
 */
export async function stage(options: {
  scratchDir: string;
  destination: string;
  taskId: string;
  fence: number;
  /** Without the dot. */
  extension: string;
}): Promise<Staging> {
  const { scratchDir, destination, extension } = options;
  const key = `${options.taskId}-${options.fence}`;
  await mkdir(scratchDir, { recursive: true });
  if (!(await sameDevice(scratchDir, destination))) return { file: partPath(destination, key) };
  const folder = path.join(scratchDir, key);
  await mkdir(folder, { recursive: true });
  return { folder, file: path.join(folder, `result.${extension}`) };
}

export async function removeStaging(staging: Staging): Promise<void> {
  await rm(staging.folder ?? staging.file, { recursive: true, force: true });
}

/** Hours without a change after which what no attempt runs in, and no recovery asked for, is dropped. */
const keepHours = 24;

/**
 * Removes what dead attempts left in the scratch folder. Only to be called once the coordinator has had the
 * time to recover what it knows. `running` are the keys (`<task>-<fence>`) of the attempts under way.
 */
export async function sweepAttempts(
  scratchDir: string,
  now: number,
  running: ReadonlySet<string>,
): Promise<void> {
  for (const key of await readdir(scratchDir).catch(() => [])) {
    const folder = path.join(scratchDir, key);
    if (running.has(key) || !keyPattern.test(key)) continue;
    if (now - (await lastChange(folder)) > keepHours * 3_600_000)
      await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds since 1970; a file that grows does not change its folder. */
async function lastChange(folder: string): Promise<number> {
  const files = (await readdir(folder)).map((name) => path.join(folder, name));
  const all = await Promise.all([folder, ...files].map((file) => stat(file)));
  return Math.max(...all.map(({ mtimeMs }) => mtimeMs));
}

/** The staging that `stage` made, found again from the file's path after a restart. */
export function stagingOf(file: string): Staging {
  return path.basename(file).startsWith(ownPrefix) ? { file } : { file, folder: path.dirname(file) };
}

/** `<task>-<fence>`, from the path of a staged file. */
export function stagingKey(file: string): string {
  const name = path.basename(file);
  return name.startsWith(ownPrefix)
    ? name.slice(ownPrefix.length, -path.extname(name).length)
    : path.basename(path.dirname(file));
}

/**
 * Whether `file` is a name that `stage` gives out, for this scratch folder or hidden in a destination. What a
 * neighbour names as staged is deleted or moved: nobody else's file may be.
 */
export function isStaged(file: string, scratchDir: string): boolean {
  if (path.resolve(file) !== file || !keyPattern.test(stagingKey(file))) return false;
  const name = path.basename(file);
  if (name.startsWith(ownPrefix)) return name.endsWith('.part');
  return /^result\.\w+$/.test(name) && path.dirname(path.dirname(file)) === path.resolve(scratchDir);
}

/** A result's name in the destination folder before it has its own. */
export function partPath(destination: string, key: string): string {
  return path.join(destination, `${ownPrefix}${key}.part`);
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
