import type { OutputPreset } from '../encoding/output.ts';
import { outputsOf } from '../encoding/presetOutputs.ts';
import { slotKindOf, type SlotKind } from '../encoding/slots.ts';
import type { ErrorData } from '../protocol/errors.ts';
import type { FfmpegStatus } from '../protocol/model.ts';
import { encoderNeeds, pickEncoder, type KnownEncoders } from './encoderNeeds.ts';
import type { QueueEntry } from './store.ts';
import * as reasons from './waitReasons.ts';

/** What a choice needs to know of a connected worker. */
export interface WorkerView extends KnownEncoders {
  readonly id: string;
  readonly name: string;
  readonly ffmpeg: FfmpegStatus;
  /** All slots of a kind. */
  slots(kind: SlotKind): number;
  /** Those that take a task now. */
  freeSlots(kind: SlotKind): number;
}

export type Consideration =
  | { readonly verdict: 'fits'; readonly slot: SlotKind }
  | { readonly verdict: 'busy' | 'missing'; readonly reason: ErrorData }
  /** It would have to try these encoders first. */
  | { readonly verdict: 'untried'; readonly reason: ErrorData; readonly encoders: readonly string[] }
  /** It never will: encoder → why. */
  | { readonly verdict: 'refused'; readonly refusals: ReadonlyMap<string, string> };

export type Decision =
  | { readonly action: 'offer'; readonly worker: string; readonly slot: SlotKind }
  | {
      readonly action: 'wait';
      readonly reason: ErrorData;
      readonly trials: readonly { readonly worker: string; readonly encoders: readonly string[] }[];
    }
  | { readonly action: 'fail'; readonly error: ErrorData };

/** Where a waiting task goes now, or the sentence why it waits. The caller keeps the order. */
export function decide(entry: QueueEntry, workers: readonly WorkerView[]): Decision {
  const { on } = entry.job;
  const pool = on === undefined ? workers : workers.filter(({ name, id }) => name === on || id === on);
  if (pool.length === 0)
    return wait(
      on === undefined
        ? reasons.noWorker
        : reasons.unknownWorker(
            on,
            workers.map(({ name }) => name),
          ),
    );

  const considered = pool.map((worker) => ({ worker, ...consider(entry, worker) }));
  const able = considered.filter(({ verdict }) => verdict === 'fits' || verdict === 'busy');
  // Where it failed before it goes only when nobody else could take it, now or later.
  const fresh = able.filter(({ worker }) => !entry.task.avoid.includes(worker.id));
  const candidates = (fresh.length > 0 ? fresh : able)
    .flatMap((each) => (each.verdict === 'fits' ? [each] : []))
    .sort((a, b) => b.worker.freeSlots(b.slot) - a.worker.freeSlots(a.slot));
  const [best] = candidates;
  if (best) return { action: 'offer', worker: best.worker.id, slot: best.slot };

  const trials = considered.flatMap((each) =>
    each.verdict === 'untried' ? [{ worker: each.worker.id, encoders: each.encoders }] : [],
  );
  for (const verdict of ['busy', 'untried', 'missing'] as const)
    for (const each of considered)
      if (each.verdict === verdict && 'reason' in each) return wait(each.reason, trials);
  return { action: 'fail', error: encoderUnavailable(considered.map(refusalsOf)) };
}

/** Whether this worker takes such a task now; if not, the reason that a person reads. */
export function consider({ job, task }: QueueEntry, worker: WorkerView): Consideration {
  const { ffmpeg, name } = worker;
  if (ffmpeg.state === 'checking') return { verdict: 'busy', reason: reasons.ffmpegChecking(name) };
  if (ffmpeg.state === 'missing')
    return { verdict: 'missing', reason: reasons.ffmpegMissing(name, ffmpeg.error) };
  if (task.kind === 'probe') return slotOf(worker, 'probe');

  const picks = outputsToMake(job)
    .flatMap(encoderNeeds)
    .map((need) => ({ ...need, ...pickEncoder(need, worker) }));
  const untried = [...new Set(picks.flatMap((pick) => pick.untried))];
  const missing = picks.filter(({ required, encoder }) => required && encoder === undefined);
  // A part that is refused for good needs no trial of the others.
  if (missing.some((pick) => pick.untried.length === 0))
    return { verdict: 'refused', refusals: new Map(missing.flatMap((pick) => [...pick.refusals])) };
  if (untried.length > 0)
    return { verdict: 'untried', reason: reasons.beingTried(name, untried), encoders: untried };
  return slotOf(worker, slotKindOf(picks.flatMap(({ encoder }) => encoder ?? [])));
}

function outputsToMake(job: QueueEntry['job']): OutputPreset[] {
  return outputsOf(job.presetData).filter((_, index) => job.outputs[index]?.state === 'planned');
}

function slotOf(worker: WorkerView, slot: SlotKind): Consideration {
  if (worker.freeSlots(slot) > 0) return { verdict: 'fits', slot };
  if (worker.slots(slot) > 0) return { verdict: 'busy', reason: reasons.waitsForTurn };
  return { verdict: 'busy', reason: reasons.noSlots(worker.name, slot) };
}

function refusalsOf(each: { worker: WorkerView } & Consideration): string {
  if (each.verdict !== 'refused') return '';
  const list = [...each.refusals].map(([encoder, why]) => `${encoder} (${why})`).join(', ');
  return `${each.worker.name}: ${list}`;
}

function encoderUnavailable(refusals: readonly string[]): ErrorData {
  return {
    code: 'encoder-unavailable',
    message: `No encoder of the preset works on ${refusals.join('; ')}.`,
    hint: 'Choose a preset with another encoder; “dffmpeg doctor” shows which ones work.',
  };
}

function wait(reason: ErrorData, trials: Extract<Decision, { action: 'wait' }>['trials'] = []): Decision {
  return { action: 'wait', reason, trials };
}
