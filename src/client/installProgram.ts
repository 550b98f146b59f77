import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { DffmpegError } from '../protocol/errors.ts';

/** `build.json` beside the bundles: what names the copy. */
const buildSchema = z.object({
  version: z.string().regex(/^[0-9A-Za-z.+-]{1,64}$/),
  build: z.string().regex(/^[0-9a-f]{8,64}$/),
});

export type Build = z.output<typeof buildSchema>;

/** The file of the program that Node runs. */
export const programFile = 'dffmpeg.mjs';

export async function readBuild(programDir: string): Promise<Build> {
  const file = path.join(programDir, 'build.json');
  try {
    return buildSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new DffmpegError('daemon-unavailable', `The program is not complete: ${file} cannot be read.`, {
      hint: 'Install DFFmpeg again; in a checkout, type: npm run build',
      cause: error,
    });
  }
}

/**
 * Copies the program to `<state>/bin/<version>-<build>` and returns that folder. The daemon runs from there, so
 * an update of the extension takes nothing away from it. Several processes at once are fine: a copy appears whole,
 * under its final name, or not at all. Copies of other versions are left alone.
 */
export async function installProgram(programDir: string, stateDir: string): Promise<string> {
  const { version, build } = await readBuild(programDir);
  const bin = path.join(stateDir, 'bin');
  const target = path.join(bin, `${version}-${build}`);
  const files = (await readdir(programDir)).filter((name) => !name.endsWith('.map'));
  if (await isWhole(target, programDir, files)) return target;

  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await mkdir(bin, { recursive: true });
  const suffix = `${process.pid}-${randomBytes(6).toString('hex')}`;
  const temporary = path.join(bin, `.copy-${suffix}`);
  try {
    await mkdir(temporary);
    for (const name of files)
      await cp(path.join(programDir, name), path.join(temporary, name), { recursive: true });
    await place(temporary, target, path.join(bin, `.damaged-${suffix}`), () =>
      isWhole(target, programDir, files),
    );
  } catch (error) {
    throw new DffmpegError('daemon-unavailable', `The program could not be copied to ${target}.`, {
      hint: 'Check that the folder can be written and that the disk is not full.',
      cause: error,
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return target;
}

/** The name holds a digest of the content, so equal names and sizes are enough to see that nothing is missing. */
async function isWhole(target: string, programDir: string, files: readonly string[]): Promise<boolean> {
  try {
    const sizes = await Promise.all(
      files.map(async (name) => {
        const [copy, original] = await Promise.all([
          stat(path.join(target, name)),
          stat(path.join(programDir, name)),
        ]);
        return (
          copy.isDirectory() === original.isDirectory() && (copy.isDirectory() || copy.size === original.size)
        );
      }),
    );
    return sizes.every(Boolean);
  } catch {
    return false;
  }
}

/** A folder is never renamed over one that has content: either another process was faster, or what is there is damaged. */
async function place(
  temporary: string,
  target: string,
  aside: string,
  isPlaced: () => Promise<boolean>,
): Promise<void> {
  try {
    await rename(temporary, target);
  } catch (error) {
    if (await isPlaced()) return;
    if (!(await exists(target))) throw error;
    await rename(target, aside);
    await rename(temporary, target).catch(async (second: unknown) => {
      if (!(await isPlaced())) throw second;
    });
    await rm(aside, { recursive: true, force: true });
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
