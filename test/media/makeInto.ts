import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { Step, Trait } from './trait.ts';

/** Made in a folder of its own, then moved: whoever looks sees the whole source or none. */
export async function makeInto(
  folder: string,
  name: string,
  traits: Readonly<Record<string, Trait>>,
): Promise<string> {
  const { file, needs = [], steps } = traits[name]!;
  const place = path.join(folder, file);
  if (existsSync(place)) return place;
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(path.join(folder, '.making-'));
  try {
    for (const need of needs) {
      const made = await makeInto(folder, need, traits);
      await link(made, path.join(work, path.basename(made)));
    }
    for (const step of steps) await run(step, work);
    await moved(path.join(work, file), place);
  } catch (error) {
    throw new Error(`The test source “${name}” could not be made.`, { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return place;
}

/** Someone else may have been faster, and a folder cannot be renamed onto a full one; theirs is as good. */
async function moved(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

async function run(step: Step, cwd: string): Promise<void> {
  if ('folder' in step) {
    await mkdir(path.join(cwd, step.folder));
  } else if ('write' in step) {
    const files = await Promise.all((step.from ?? []).map((name) => readFile(path.join(cwd, name))));
    await writeFile(path.join(cwd, step.write), step.by(...files));
  } else {
    await runFfmpeg(step.ffmpeg, cwd);
  }
}

const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];

async function runFfmpeg(argv: readonly string[], cwd: string): Promise<void> {
  const { failed, exitCode, signal, code, stderr } = await execa('ffmpeg', [...quiet, ...argv], {
    cwd,
    reject: false,
    stdin: 'ignore',
    timeout: 60_000,
  });
  if (!failed) return;
  const tail = stderr.split('\n').slice(-8).join('\n');
  throw new Error(`ffmpeg ended with ${exitCode ?? signal ?? code}: ffmpeg ${argv.join(' ')}\n${tail}`);
}
