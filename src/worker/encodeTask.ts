import path from 'node:path';
import { outputsOf } from '../encoding/presetOutputs.ts';
import type { Measured, Plan } from '../encoding/plan.ts';
import type { PlanInput, PlanSource } from '../encoding/planInput.ts';
import { planOutput } from '../encoding/planOutput.ts';
import { checkDestination } from '../files/destination.ts';
import { requireReplaceable } from '../files/aside.ts';
import { requireNameFits } from '../files/resultName.ts';
import { checkSource, replacedState } from '../files/sourceFile.ts';
import { DffmpegError, type ErrorCode } from '../protocol/errors.ts';
import type { EncodePayload } from '../protocol/tasks.ts';
import { maxRounds } from './analyse.ts';
import { encodeProgress, type EncodeProgress, type Foreseen } from './encodeProgress.ts';
import { makeOutput, type OutputTask } from './makeOutput.ts';
import { blameMount } from './mountFailure.ts';
import { proveFor, unprovedOf } from './proveFor.ts';
import { StagingProgress, streamsFrom } from './streamedEncode.ts';
import { toError, type TaskContext } from './task.ts';
import { unchangedCopies, unchangedSources } from './unchangedSources.ts';

export interface PlannedOutput {
  readonly index: number;
  readonly path: string;
  readonly input: PlanInput;
}

/** Makes the outputs one after the other, each placed before the next begins. The sources are only read. */
export async function encodeTask(payload: EncodePayload, context: TaskContext): Promise<void> {
  if (!context.elsewhere) {
    await encodeHere(payload, {}, context);
    return;
  }
  const staging = new StagingProgress((now) => {
    context.progress(now);
  });
  const { signal } = context;
  const planned = await planInputs(payload, context);
  const fetched = await context.elsewhere.fetch(payload, {
    ...{ signal, onProgress: staging.onProgress },
    streamsFrom: streamsFrom(payload, planned, context.settings),
  });
  staging.fetched();
  for (const note of fetched.notes) context.log(note);
  try {
    const { stream } = fetched;
    const streamed = stream && { stream, progress: staging };
    await encodeHere(fetched.payload, { fetched, streamed }, { ...context, progress: staging.encoding });
  } catch (error) {
    throw context.signal.aborted ? error : blameMount(error, fetched);
  } finally {
    staging.stop();
    fetched.release();
  }
}

/** `fetched`: the files are another machine’s, which looks after its own. */
async function encodeHere(
  payload: EncodePayload,
  { fetched, streamed }: Partial<Pick<OutputTask, 'fetched' | 'streamed'>>,
  context: TaskContext,
): Promise<void> {
  const sources = fetched
    ? await unchangedCopies(payload, fetched.sources)
    : await unchangedSources(payload, context);
  const replaces = payload.onSuccess === 'replace' && !fetched;
  if (replaces) await requireReplaceable(sources[0].path, context.traces);
  const outputs = await planInputs(payload, context);
  if (!fetched) await checkDestinations(outputs, context);
  // All are planned before the first is begun: what cannot be made is said at once.
  const replaced = replaces ? await replacedState(sources[0], context.signal) : undefined;
  const progress = encodeProgress(foreseeAll(outputs, context), (now) => {
    context.progress(now);
  });
  const stop = context.suspension.onChange((suspended) => {
    progress.suspended(suspended);
  });
  try {
    await makeAll({ sources, replaced, fetched, streamed }, outputs, progress, context);
  } finally {
    stop();
  }
}

async function makeAll(
  of: Pick<OutputTask, 'sources' | 'replaced' | 'fetched' | 'streamed'>,
  outputs: readonly PlannedOutput[],
  progress: EncodeProgress,
  context: TaskContext,
): Promise<void> {
  context.signal.throwIfAborted();
  const written = outputs.map(() => 0);
  const folderOf = (position: number): string => path.dirname(outputs[position]?.path ?? '');
  for (const [position, output] of outputs.entries()) {
    context.signal.throwIfAborted();
    const isLast = position === outputs.length - 1;
    const folder = folderOf(position);
    await makeOutput(
      {
        ...output,
        ...of,
        // After the first one it is there.
        ...(position > 0 && of.streamed && { streamed: undefined, sources: await identitiesOf(of.sources) }),
        isLast,
        progress: {
          next: () => {
            progress.next(position);
          },
          update: (block) => {
            progress.update(block);
            written[position] = block.bytes ?? written[position] ?? 0;
            context.wrote(folder, sumOf(written.filter((_, at) => folderOf(at) === folder)));
          },
          delivered: () => {
            if (isLast) progress.delivered();
          },
        },
      },
      context,
    );
  }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** As they are now. */
async function identitiesOf([first, ...more]: OutputTask['sources']): Promise<OutputTask['sources']> {
  return [await checkSource(first.path), ...(await Promise.all(more.map((each) => checkSource(each.path))))];
}

/** What decides how each output is made, with what this ffmpeg has proved of what they need. */
export async function planInputs(
  payload: EncodePayload,
  { prover }: Pick<TaskContext, 'prover'>,
): Promise<PlannedOutput[]> {
  const presets = outputsOf(payload.preset);
  const wanted = payload.outputs.map(({ index, path: target }) => {
    const output = presets[index];
    if (!output) throw new DffmpegError('request-invalid', `The preset has no output ${index}.`);
    return { index, path: target, output };
  });
  const proved = await proveFor(
    wanted.map(({ output }) => output),
    prover,
  );
  const sources = payload.sources as [PlanSource, ...PlanSource[]];
  return wanted.map(({ index, path: target, output }) => ({
    index,
    path: target,
    // What takes the place of its source is looked at from its beginning to its end.
    input: {
      output: payload.onSuccess === 'replace' ? { ...output, verify: 'whole' } : output,
      sources,
      ...proved,
    },
  }));
}

/** Every destination can be written, and can have the name. That there is room was looked at when the attempt was offered. */
async function checkDestinations(
  outputs: readonly PlannedOutput[],
  { traces, requireForeign }: Pick<TaskContext, 'traces' | 'requireForeign'>,
): Promise<void> {
  for (const folder of new Set(outputs.map(({ path: target }) => path.dirname(target)))) {
    await requireForeign(folder);
    await checkDestination(folder, traces);
  }
  for (const { path: target } of outputs) await requireNameFits(target);
}

/** The codes of a plan that is refused because of what this ffmpeg can do. */
const ofFfmpeg = new Set<ErrorCode>(['encoder-unavailable', 'ffmpeg-lacks']);

/** What cannot be made since a trial was cut short may go well the next time: that is no fault of the preset. */
function foreseeAll(outputs: readonly PlannedOutput[], { prover }: Pick<TaskContext, 'prover'>): Foreseen[] {
  try {
    return outputs.map(foresee);
  } catch (error) {
    const presets = outputs.map(({ input }) => input.output);
    const unproved = unprovedOf(presets, prover);
    if (!(error instanceof DffmpegError) || !ofFfmpeg.has(error.code) || unproved.length === 0) throw error;
    throw new DffmpegError(
      'ffmpeg-killed',
      `Whether this ffmpeg has ${unproved.join(', ')} is not known: a trial run was killed, or did not end in time.`,
      { hint: 'See whether the machine is short of memory or overloaded, then retry the job.', cause: error },
    );
  }
}

/** Measurements that change nothing: what follows them is known well enough to weigh the work. */
const usual = {
  crop: { top: 0, bottom: 0, left: 0, right: 0 },
  loudness: { inputI: -20, inputTp: -3, inputLra: 5, inputThresh: -30, targetOffset: 0 },
} as const;

/** The steps of an output. Throws why it cannot be made. */
export function foresee({ input }: PlannedOutput): Foreseen {
  const { name } = input.output;
  const analyses: Plan['analyses'][number][] = [];
  let measured: Measured = {};
  for (let round = 0; ; round += 1) {
    const planned = planOutput({ ...input, measured });
    if (!planned.ok) throw toError(planned.problem);
    const { plan } = planned;
    if (plan.analyses.length === 0 || round === maxRounds) return { name, analyses, commands: plan.commands };
    for (const analysis of plan.analyses) {
      analyses.push(analysis);
      if (analysis.kind === 'crop') measured = { ...measured, crop: usual.crop };
      if (analysis.kind === 'quality') measured = { ...measured, crf: 23 };
      if (analysis.kind === 'loudness')
        measured = {
          ...measured,
          loudness: { ...measured.loudness, [analysis.track]: usual.loudness },
        };
    }
  }
}
