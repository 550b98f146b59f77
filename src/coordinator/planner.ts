import { checkPreset } from '../encoding/arguments.ts';
import { defaultOutputTemplate, resolveOutputPath } from '../encoding/outputName.ts';
import { parsePath, type PathPlatform } from '../encoding/pathText.ts';
import type { Preset } from '../encoding/preset.ts';
import type { Probe } from '../encoding/probe.ts';
import type { Outcome } from '../encoding/problem.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { TaskPayload } from '../protocol/workerContract.ts';
import type { Reservation } from './store.ts';
import type { JobRecord } from './store/records.ts';

/** What decides the name of a result. */
export interface OutputPlan {
  readonly source: string;
  readonly presetName: string;
  readonly preset: Preset;
  readonly template?: string | undefined;
  /** Node's name of the system on which the paths lie. */
  readonly platform: string;
}

export function outputPlan(job: JobRecord, platform: string): OutputPlan {
  return {
    source: sourceOf(job),
    presetName: job.preset,
    preset: job.presetData,
    template: job.output,
    platform,
  };
}

/** What can be said of a submission before anything is looked at: throws `preset-invalid` or `template-invalid`. */
export function checkPlan(plan: OutputPlan): void {
  unwrap(checkPreset(plan.preset));
  outputName(plan, 1);
}

/** Name number `number` for the result, 1 and up: `clip.web.mp4`, `clip.web-2.mp4`, … */
export function outputName(plan: OutputPlan, number: number): Reservation {
  const { path } = unwrap(
    resolveOutputPath(plan.template ?? defaultOutputTemplate, {
      source: plan.source,
      preset: plan.presetName,
      container: plan.preset.container,
      platform: pathPlatform(plan.platform),
      ...(number > 1 ? { taken: number } : {}),
    }),
  );
  return { path, normalised: normalisePath(path, plan.platform) };
}

/** A name tried often enough that something else must be wrong. */
const maxNumber = 100_000;
const namesAtOnce = 64;

/**
 * The first name that is neither reserved nor comes before `taken`, which the disk turned out to have. Whether
 * the disk has it is asked when the result is placed.
 */
export async function freeName(
  plan: OutputPlan,
  reserved: (normalised: readonly string[]) => Promise<readonly string[]>,
  taken?: string,
): Promise<Reservation> {
  for (let number = taken === undefined ? 1 : numberOf(plan, taken) + 1; number < maxNumber;) {
    const names = Array.from({ length: namesAtOnce }, (_, index) => outputName(plan, number + index));
    const gone = new Set(await reserved(names.map(({ normalised }) => normalised)));
    const free = names.find(({ normalised }) => !gone.has(normalised));
    if (free) return free;
    number += namesAtOnce;
  }
  throw new DffmpegError('destination-unwritable', 'Every name for the result is taken.', {
    hint: 'Choose another output folder, or another output template.',
  });
}

function numberOf(plan: OutputPlan, path: string): number {
  for (let number = 1; number < maxNumber; number += 1)
    if (outputName(plan, number).path === path) return number;
  return 1;
}

/** Equal for all spellings of one file: the systems whose disks usually ignore case are taken at that. */
export function normalisePath(path: string, platform: string): string {
  const composed = path.normalize('NFC');
  return platform === 'win32' || platform === 'darwin' ? composed.toLowerCase() : composed;
}

export function probePayload(job: JobRecord, platform: string): TaskPayload {
  const { path } = outputName(outputPlan(job, platform), 1);
  return {
    kind: 'probe',
    jobId: job.id,
    source: sourceOf(job),
    destination: parsePath(path, pathPlatform(platform)).folder,
  };
}

export function encodePayload(job: JobRecord, probe: Probe): TaskPayload {
  const output = job.outputs[0]?.path;
  if (output === undefined) throw new DffmpegError('internal', `Job ${job.id} has no planned output.`);
  return {
    kind: 'encode',
    jobId: job.id,
    source: sourceOf(job),
    probe,
    preset: job.presetData,
    output,
  };
}

function sourceOf(job: JobRecord): string {
  const [source] = job.sources;
  if (!source) throw new DffmpegError('internal', `Job ${job.id} has no source.`);
  return source.path;
}

function pathPlatform(platform: string): PathPlatform {
  return platform === 'win32' ? 'win32' : 'posix';
}

function unwrap<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw DffmpegError.from(outcome.problem);
  return outcome;
}
