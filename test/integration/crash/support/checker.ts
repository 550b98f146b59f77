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
  /** The same beside the source. */
  readonly neighbours: ReadonlyMap<string, string>;
}

export async function digest(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** What is wrong, in sentences; empty when nothing is. */
export async function check(scene: Scene, job: Pick<Job, 'state' | 'reason' | 'outputs'>): Promise<string[]> {
  const wrong = await checkForeign(scene);
  if ((await digest(scene.source).catch(() => 'gone')) !== scene.sourceDigest)
    wrong.push('The source has changed.');
  wrong.push(...(await checkFolder(scene, [path.basename(scene.source)])));
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

/** What is wrong where the result is to have the place of the source, which lies aside or was kept long enough. */
export async function checkReplaced(
  scene: Scene,
  job: Job,
  expected: 'replaced' | 'expired',
): Promise<string[]> {
  const wrong = await checkForeign(scene);
  const { state, aside, reason } = job.replacement ?? {};
  if (job.state !== 'done' || state !== expected)
    wrong.push(`The job is ${job.state} and ${state}: ${JSON.stringify(reason ?? job.reason)}.`);
  const folder = path.dirname(scene.source);
  const name = scene.neighbours.size > 0 ? 'clip-2.mp4' : 'clip.mp4';
  const target = path.join(folder, name);
  const told = job.outputs[0]?.path;
  if (told !== target) wrong.push(`The job says that its result is ${told}, not ${target}.`);
  const [result] = scene.kind.results;
  if (result) for (const complaint of await checkResult(target, result)) wrong.push(`${name}: ${complaint}`);
  const kept = expected === 'replaced';
  if (kept && (aside === undefined || (await digest(aside).catch(() => 'gone')) !== scene.sourceDigest))
    wrong.push(`The source does not lie aside: ${aside}.`);
  wrong.push(...(await checkFolder(scene, [name, ...(kept ? ['.dffmpeg-replaced'] : [])])));
  for (const left of await readdir(scene.destination))
    if (!scene.foreign.has(left) && !left.startsWith('.dffmpeg-'))
      wrong.push(`There is a ${left} in the destination.`);
  return wrong;
}

async function checkForeign({ source, destination, foreign, neighbours }: Scene): Promise<string[]> {
  const wrong: string[] = [];
  for (const [folder, files] of [
    [destination, foreign],
    [path.dirname(source), neighbours],
  ] as const)
    for (const [name, before] of files) {
      const now = await digest(path.join(folder, name)).catch(() => 'gone');
      if (now !== before) wrong.push(`Somebody else’s file ${name} was changed: ${now}.`);
    }
  return wrong;
}

/** What lies in the source’s folder, and must not. */
async function checkFolder({ source, neighbours }: Scene, expected: readonly string[]): Promise<string[]> {
  const names: string[] = await readdir(path.dirname(source)).catch(() => []);
  const wrong = names
    .filter((name) => !expected.includes(name) && !neighbours.has(name))
    .map((name) => `There is a ${name} beside the source.`);
  for (const name of expected)
    if (!names.includes(name)) wrong.push(`There is no ${name} beside the source.`);
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
    ...inScratch
      // Notes of what was moved or deleted for a replacement are kept for `placementKeepDays`: it may be asked for again.
      .filter((entry) => entry.isFile() && !/-(?:source|result|home|discard)\.json$/u.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name)),
    ...hidden.map((name) => path.join(destination, name)),
  ];
}
