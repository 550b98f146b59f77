/** The invariant of the crash table, by program: what a job may leave on the disk, and nothing else. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Job } from '../../../../src/protocol/model.ts';
import { clipSeconds, type ExpectedResult, type Kind } from './kinds.ts';

const run = promisify(execFile);
/** Seconds that a result may be longer or shorter than its source: the frames of its codecs. */
const toleranceSeconds = 0.2;

/** The folders of one job, and what was in them before. */
export interface Scene {
  readonly kind: Kind;
  readonly source: string;
  readonly sourceDigest: string;
  readonly destination: string;
  /** Files of somebody else's in the destination: name → digest. */
  readonly foreign: ReadonlyMap<string, string>;
}

export async function digest(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** What is wrong, in sentences; empty when nothing is. */
export async function check(scene: Scene, job: Job): Promise<string[]> {
  const wrong: string[] = [];
  if ((await digest(scene.source)) !== scene.sourceDigest) wrong.push('The source has changed.');
  for (const [name, before] of scene.foreign) {
    const now = await digest(path.join(scene.destination, name)).catch(() => 'gone');
    if (now !== before) wrong.push(`Somebody else’s file ${name} was changed: ${now}.`);
  }
  if (job.state !== 'done') wrong.push(`The job ended ${job.state}: ${JSON.stringify(job.reason)}.`);
  const expected = scene.kind.results.map((result) => ({
    result,
    name: scene.foreign.has(result.name) ? result.next : result.name,
  }));
  const allowed = new Set([...scene.foreign.keys(), ...expected.map(({ name }) => name)]);
  for (const name of await readdir(scene.destination))
    // Hidden names of ours are removed a moment later: see `leftovers`.
    if (!allowed.has(name) && !name.startsWith('.dffmpeg-'))
      wrong.push(`There is a ${name} in the destination.`);
  for (const [index, { result, name }] of expected.entries()) {
    const target = path.join(scene.destination, name);
    const told = job.outputs[index]?.path;
    if (told !== target) wrong.push(`The job says that its result is ${told}, not ${target}.`);
    for (const complaint of await checkResult(target, result)) wrong.push(`${name}: ${complaint}`);
  }
  return wrong;
}

/** Results that have been looked at: encodes of one clip are equal to the byte, mostly. */
const known = new Map<string, Promise<string[]>>();

async function checkResult(target: string, result: ExpectedResult): Promise<string[]> {
  const key = await digestOf(target).catch(() => undefined);
  if (key === undefined) return ['It is not there.'];
  const looked = known.get(key) ?? look(target, result);
  known.set(key, looked);
  return looked;
}

async function look(target: string, { play, codecs }: ExpectedResult): Promise<string[]> {
  const file = play === undefined ? target : path.join(target, play);
  const wrong: string[] = [];
  try {
    const decoded = await run('ffmpeg', [
      ...['-v', 'error', '-xerror', '-nostdin', '-i', file, '-map', '0', '-f', 'null', '-'],
    ]);
    if (decoded.stderr.trim() !== '') wrong.push(`It does not decode: ${decoded.stderr.trim()}`);
    const { stdout } = await run('ffprobe', [
      ...['-v', 'error', '-show_entries', 'stream=codec_name:format=duration', '-of', 'json', file],
    ]);
    const { streams, format } = JSON.parse(stdout) as {
      streams: { codec_name: string }[];
      format: { duration: string };
    };
    const names = new Set(streams.map(({ codec_name: name }) => name));
    if ([...names].sort().join() !== [...codecs].sort().join())
      wrong.push(`It has streams of ${[...names].join()}, not ${codecs.join()}.`);
    const off = Math.abs(Number(format.duration) - clipSeconds);
    if (!(off < toleranceSeconds)) wrong.push(`It lasts ${format.duration} s, not ${clipSeconds} s.`);
  } catch (error) {
    wrong.push(`It cannot be read: ${String(error)}`);
  }
  return wrong;
}

async function digestOf(target: string): Promise<string> {
  if (!(await stat(target)).isDirectory()) return digest(target);
  const hash = createHash('sha256');
  for (const name of (await readdir(target)).sort())
    hash.update(`${name}\0${await digest(path.join(target, name))}\0`);
  return hash.digest('hex');
}

/** Files of ours that are left anywhere. */
export async function leftovers({ destination }: Scene, stateDir: string): Promise<string[]> {
  const scratch = path.join(stateDir, 'scratch');
  const inScratch = await readdir(scratch, { recursive: true, withFileTypes: true }).catch(() => []);
  const hidden = (await readdir(destination).catch(() => [])).filter((name) => name.startsWith('.dffmpeg-'));
  return [
    ...inScratch.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name)),
    ...hidden.map((name) => path.join(destination, name)),
  ];
}
