import type { OutputPreset } from '../encoding/output.ts';
import { appliesTo } from '../encoding/outputCondition.ts';
import { checkPreset } from '../encoding/presetCheck.ts';
import { outputsOf } from '../encoding/presetOutputs.ts';
import type { Probe } from '../encoding/probe.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Output } from '../protocol/model.ts';
import type { EncodePayload, TaskPayload } from '../protocol/tasks.ts';
import {
  folderOf,
  freeName,
  normalisePath,
  outputFolder,
  outputName,
  outputNaming,
  reservationOf,
  sourcesOf,
  unwrap,
  type ReservedAmong,
} from './outputNames.ts';
import { checkReplaceable } from './replacementPolicy.ts';
import type { Reservation } from './store.ts';
import type { JobRecord } from './store/records.ts';
import type { MadeBy } from './watchStore.ts';

/** Any picture will do to see whether a template has mistakes. */
const someSize = { width: 1920, height: 1080 };

/** It travels with every task and every job that is told, in frames of a bounded size. */
const maxPresetCharacters = 1_000_000;

/** What can be said of a submission before anything is looked at: throws `preset-invalid` or `template-invalid`. */
export function checkPlan(job: JobRecord, platform: string): void {
  checkPresetOf(job);
  checkReplaceable(job);
  for (const output of outputsOf(job.presetData))
    outputName({ ...outputNaming(job, output, platform), size: someSize }, 1);
}

/** Throws `preset-invalid`. */
export function checkPresetOf({ presetData }: Pick<JobRecord, 'presetData'>): void {
  unwrap(checkPreset(presetData));
  if (JSON.stringify(presetData).length > maxPresetCharacters)
    throw new DffmpegError('preset-invalid', 'The preset is too large.', { hint: 'Make two presets of it.' });
}

/** As `planEachOutput`, of a job that is to be encoded. Throws `source-no-stream` when no output is for its source. */
export async function planOutputs(
  job: JobRecord,
  platform: string,
  reserved: ReservedAmong,
): Promise<Output[]> {
  const outputs = await planEachOutput(job, platform, reserved);
  if (outputs.every(({ state }) => state === 'skipped')) throw noneApplies(outputs);
  return outputs;
}

/**
 * What is to be made of a source that is known: every output of the preset, in its order. What a retry finds in
 * place stays; what is not for this source is skipped.
 */
export async function planEachOutput(
  job: JobRecord,
  platform: string,
  reserved: ReservedAmong,
): Promise<Output[]> {
  const probe = wholeProbe(job);
  const taken = new Set<string>();
  const outputs: Output[] = [];
  for (const [index, preset] of outputsOf(job.presetData).entries()) {
    const earlier = job.outputs[index];
    const planned =
      earlier?.state === 'placed' && earlier.name === preset.name
        ? earlier
        : await planOutput(preset, probe, async () => {
            const naming = outputNaming(job, preset, platform);
            const name = await freeName(naming, async (names) => [
              ...(await reserved(names)),
              ...names.filter((each) => taken.has(each)),
            ]);
            return name.path;
          });
    if (planned.path !== undefined) taken.add(reservationOf(planned.path, platform).normalised);
    outputs.push(planned);
  }
  return outputs;
}

async function planOutput(
  preset: OutputPreset,
  probe: Probe,
  findPath: () => Promise<string>,
): Promise<Output> {
  const named = preset.name === undefined ? {} : { name: preset.name };
  const condition = appliesTo(preset, probe);
  if (condition.applies) return { ...named, state: 'planned', path: await findPath() };
  const findings = [{ level: 'note' as const, message: condition.why }];
  return { ...named, state: 'skipped', verdict: { level: 'pass', findings } };
}

/** What is joined is looked at as the first with the length of all. */
function wholeProbe({ id, probes = [] }: JobRecord): Probe {
  const [first, ...more] = probes;
  if (!first) throw new DffmpegError('internal', `Job ${id} was not probed.`);
  if (more.length === 0) return first;
  const durations = probes.map(({ duration }) => duration).filter((duration) => duration !== undefined);
  const duration =
    durations.length < probes.length ? undefined : durations.reduce((total, each) => total + each, 0);
  return { ...first, duration };
}

function noneApplies(outputs: readonly Output[]): DffmpegError {
  const why = outputs.map(({ verdict }) => verdict?.findings[0]?.message ?? '');
  return new DffmpegError(
    'source-no-stream',
    `None of the preset’s outputs is for this source: ${[...new Set(why)].join(' ')}`,
    { hint: 'Choose another preset, or change the conditions of its outputs.' },
  );
}

/** Names that the job holds: those of what is in place as well, until it has ended. */
export function reservationsOf(outputs: readonly Output[], platform: string): Reservation[] {
  return outputs.flatMap(({ path }) => (path === undefined ? [] : [reservationOf(path, platform)]));
}

/** `contents`: of what this job has made, by the path, normalised. */
export function probePayload(
  job: JobRecord,
  platform: string,
  contents: readonly MadeBy[] = [],
): TaskPayload {
  const folders = outputsOf(job.presetData).flatMap(
    (output) => outputFolder(outputNaming(job, output, platform)) ?? [],
  );
  // To be set aside, the source needs a folder that can be written.
  if (job.onSuccess === 'replace') folders.push(folderOf(sourcesOf(job)[0], platform));
  const placed = placedOf(job).map((result) => {
    const normalised = normalisePath(result.path, platform);
    const made = contents.find(
      (each) => each.jobId === job.id && each.normalised === normalised && each.bytes === result.bytes,
    );
    return { ...result, content: made?.content };
  });
  return {
    ...{ kind: 'probe', jobId: job.id, sources: sourcesOf(job), destinations: [...new Set(folders)] },
    ...(placed.length > 0 ? { placed } : {}),
  };
}

/** What a job that is tried again has in place already. */
export function placedOf(job: JobRecord): { output: number; path: string; bytes: number | undefined }[] {
  return job.outputs.flatMap(({ state, path, bytes }, output) =>
    state === 'placed' && path !== undefined ? [{ output, path, bytes }] : [],
  );
}

/** What is still to be made, from the stored facts. */
export function encodePayload(job: JobRecord): EncodePayload {
  const { id, probes = [], presetData, destinations, onSuccess } = job;
  const sources = sourcesOf(job).map((path, index) => {
    const probe = probes[index];
    if (!probe) throw new DffmpegError('internal', `Job ${id} was not probed.`);
    return { path, probe };
  });
  const outputs = job.outputs.flatMap(({ state, path }, index) => {
    if (state !== 'planned') return [];
    if (path === undefined) throw new DffmpegError('internal', `Job ${id} has no planned output.`);
    return [{ index, path }];
  });
  return {
    kind: 'encode',
    jobId: id,
    sources,
    preset: presetData,
    outputs,
    onSuccess,
    ...(destinations ? { destinations } : {}),
  };
}
