import type { SlotKind } from '../encoding/slots.ts';
import type { Work } from '../encoding/workEstimate.ts';
import type { ErrorData } from '../protocol/errors.ts';
import type { FfmpegStatus, MountState } from '../protocol/model.ts';
import type { SetAside } from './circuitBreaker.ts';
import type { KnownEncoders } from './encoderNeeds.ts';
import { bytesToFetch } from './bytesToFetch.ts';
import { needsOf, picksOf, type OutputNeeds } from './encoderPicks.ts';
import { place, type Candidate, type HoldSettings, type Placed } from './placing.ts';
import type { Speeds } from './speeds.ts';
import type { QueueEntry } from './store.ts';
import type { SlotsView, Timetable } from './timetable.ts';
import * as reasons from './waitReasons.ts';
import { worksOf, type Picks } from './works.ts';

/** What a choice needs to know of a connected worker. */
export interface WorkerView extends KnownEncoders, SlotsView {
  readonly name: string;
  /** Whether it sees the files of its coordinator’s machine; else they are fetched. */
  readonly local: boolean;
  /** Whether it gives what it is given to workers of its own. */
  readonly isFleet: boolean;
  readonly cores: number;
  readonly ffmpeg: FfmpegStatus;
  readonly setAside: SetAside | undefined;
  /** A person wants it to be given nothing more. */
  readonly drained: boolean;
  /** Others come first that are free now. */
  readonly isLoaded: boolean;
  /** Whether a job that names this one means it. */
  isCalled(name: string): boolean;
  readonly labels: readonly string[];
  /** Of its machine; some of them may be away. */
  readonly mounts: readonly MountState[];
  /** Node's name of its system. */
  readonly platform: string;
  hasLabel(label: string): boolean;
}

/** What is foreseen, for one look at the queue in its order. */
export interface Outlook {
  /** Each decision is written into it. */
  readonly timetable: Timetable;
  readonly speeds: Pick<Speeds, 'predict' | 'fetchSeconds'>;
  readonly settings: HoldSettings & {
    /** Until it is known how fast files come to a worker that does not see them: bytes a second. */
    readonly transferGuess: number;
  };
  /** Whether a worker on another machine has the sources of a job already. */
  hasSources(jobId: string, workerId: string): boolean;
  /** For how long a task has been held for a busy worker by now; seconds. */
  heldFor(taskId: string): number;
}

export type Consideration =
  /** It takes such tasks; `reason`: not now, all its slots are in use. */
  | { readonly verdict: 'fits'; readonly slot: SlotKind; readonly picks: Picks }
  | { readonly verdict: 'full'; readonly slot: SlotKind; readonly picks: Picks; readonly reason: ErrorData }
  /** `slotless`: it takes no such work, until somebody sets it otherwise. */
  | { readonly verdict: 'busy' | 'missing' | 'slotless'; readonly reason: ErrorData }
  /** It would have to try these encoders first. */
  | { readonly verdict: 'untried'; readonly reason: ErrorData; readonly encoders: readonly string[] }
  /** It never will: encoder → why. */
  | { readonly verdict: 'refused'; readonly refusals: ReadonlyMap<string, string> };

export type Decision =
  | {
      readonly action: 'offer';
      readonly worker: string;
      readonly slot: SlotKind;
      readonly works: readonly Work[] | undefined;
      readonly foreseen: Placed;
    }
  | {
      readonly action: 'wait';
      readonly reason: ErrorData;
      readonly trials: readonly { readonly worker: string; readonly encoders: readonly string[] }[];
      /** Where it will go when there is room; missing where nobody can say. */
      readonly foreseen?: Placed;
      /** Where it would go if there were room: all of these are full. */
      readonly full?: readonly Candidate<WorkerView>[];
      /** It is held: a worker could take it now, and another will end it clearly sooner. For so many seconds at most. */
      readonly longestHold?: number;
    }
  | { readonly action: 'fail'; readonly error: ErrorData };

/** Where a waiting task goes now, or the sentence why it waits. The caller keeps the order. */
export function decide(entry: QueueEntry, workers: readonly WorkerView[], outlook: Outlook): Decision {
  const found = poolOf(entry, workers);
  if ('nobody' in found) return wait(found.nobody);

  const here = workers.find(({ local }) => local);
  const needs = neededBy(entry);
  const works = worksOf(entry.job);
  const considered = found.pool.map((worker): Considered => ({
    worker,
    consideration: consider(needs, worker),
  }));
  // Loops where there are many workers for each of many tasks.
  const candidates: Candidate<WorkerView>[] = [];
  for (const { worker, consideration } of withoutLoaded(worthTrying(considered, entry.task.avoid)))
    if (consideration.verdict === 'fits' || consideration.verdict === 'full')
      candidates.push({
        ...{ worker, slot: consideration.slot, works: works(consideration.picks) },
        bytes:
          worker.local || outlook.hasSources(entry.job.id, worker.id)
            ? 0
            : bytesToFetch(entry.job, worker, here),
        lacking: lackingOf(entry.job.prefer, worker),
      });
  const trials: Waiting['trials'][number][] = [];
  for (const { worker, consideration } of considered)
    if (consideration.verdict === 'untried')
      trials.push({ worker: worker.id, encoders: consideration.encoders });
  const awaited =
    entry.job.prefer && trials.length > 0 ? preferredTrial(entry, considered, candidates) : undefined;
  if (awaited) return wait(awaited, trials);
  const placing = place(candidates, {
    timetable: outlook.timetable,
    predict: ({ worker, bytes }, each) => {
      const { speeds, settings } = outlook;
      const { seconds, learnt } = speeds.predict(worker, each);
      // What was learnt of a fleet holds the way of the files, and its queue.
      if (worker.isFleet && learnt) return { seconds, learnt };
      return { seconds: seconds + speeds.fetchSeconds(worker, bytes, settings.transferGuess), learnt };
    },
    settings: outlook.settings,
    heldFor: outlook.heldFor(entry.task.id),
  });
  switch (placing?.action) {
    case 'now': {
      const { worker, slot, works: done } = placing.on;
      return { action: 'offer', worker: worker.id, slot, works: done, foreseen: placing.on };
    }
    case 'hold': {
      const { on: better, instead } = placing;
      const isPreferred = better.lacking < instead.lacking;
      const reason = (isPreferred ? reasons.preferred : reasons.heldFor)(
        better.worker.name,
        instead.worker.name,
      );
      return { ...wait(reason, trials), foreseen: better, longestHold: placing.longest };
    }
    case 'later': {
      const { worker, slot } = placing.on;
      const reason = worker.servesOthers(slot) ? reasons.servesOthers(worker.name) : reasons.waitsForTurn;
      return { ...wait(reason, trials), foreseen: placing.on, full: candidates };
    }
    case undefined:
      return nobodyTakes(considered, trials);
  }
}

/** Trials take seconds, once: a worker that is preferred to all that could take it is waited for. */
function preferredTrial(
  { job: { prefer } }: QueueEntry,
  considered: readonly Considered[],
  candidates: readonly Candidate[],
): ErrorData | undefined {
  const least = Math.min(...candidates.map(({ lacking }) => lacking));
  for (const { worker, consideration } of considered)
    if (consideration.verdict === 'untried' && lackingOf(prefer, worker) < least) return consideration.reason;
  return undefined;
}

/** Who may take it at all; or the sentence why nobody may. */
function poolOf(
  { job, task }: QueueEntry,
  workers: readonly WorkerView[],
): { readonly pool: readonly WorkerView[] } | { readonly nobody: ErrorData } {
  const here = workers.filter(({ local }) => local);
  // Looked at where they lie: by whoever encodes them.
  if (task.kind === 'probe') return here.length > 0 ? { pool: here } : { nobody: reasons.noWorker };
  const { on } = job;
  const all = job.client === undefined ? workers : workers.filter(takesForClients);
  const wanted = on === undefined ? all : all.filter((worker) => worker.isCalled(on));
  if (on !== undefined && wanted.length === 0) {
    const names = workers.map(({ name }) => name);
    return { nobody: reasons.unknownWorker(on, names) };
  }
  if (wanted.length === 0) return { nobody: reasons.noWorker };
  const labelled = job.require ? wanted.filter((worker) => hasAll(job.require, worker)) : wanted;
  return labelled.length > 0 ? { pool: labelled } : { nobody: missingLabels(job, wanted) };
}

/**
 * Files of a client's machine are fetched by whoever has no others; and what comes from another queue goes to none, or two that
 * are workers of each other would pass it on for ever.
 */
export function takesForClients({ local, isFleet }: Pick<WorkerView, 'local' | 'isFleet'>): boolean {
  return !local && !isFleet;
}

function hasAll(labels: readonly string[] = [], worker: WorkerView): boolean {
  return labels.every((label) => worker.hasLabel(label));
}

/** Why none of these workers has all the labels. */
function missingLabels(
  { on, require = [] }: Pick<QueueEntry['job'], 'on' | 'require'>,
  workers: readonly WorkerView[],
): ErrorData {
  const [named] = workers;
  if (on === undefined || !named) return reasons.noLabels(require);
  return reasons.lacksLabels(
    named,
    require.filter((label) => !named.hasLabel(label)),
  );
}

/** Which part of the labels that a job prefers a worker does not have. */
function lackingOf(prefer: readonly string[] | undefined, worker: WorkerView): number {
  if (prefer === undefined) return 0;
  return prefer.filter((label) => !worker.hasLabel(label)).length / prefer.length;
}

interface Considered {
  readonly worker: WorkerView;
  readonly consideration: Consideration;
}

/** Where it failed before it goes only when nobody else could take it, now or later. */
function worthTrying(considered: readonly Considered[], avoid: readonly string[]): readonly Considered[] {
  if (avoid.length === 0) return considered;
  const fresh = considered.filter(
    ({ worker, consideration: { verdict } }) =>
      (verdict === 'fits' || verdict === 'full' || verdict === 'busy') && !avoid.includes(worker.id),
  );
  return fresh.length > 0 ? fresh : considered;
}

/** Whose machine others use gets something only when nobody else is free: it would be given away again. */
function withoutLoaded(considered: readonly Considered[]): readonly Considered[] {
  if (!considered.some(({ worker }) => worker.isLoaded)) return considered;
  const others = considered.filter(({ worker }) => !worker.isLoaded);
  return others.some(({ consideration }) => consideration.verdict === 'fits') ? others : considered;
}

function nobodyTakes(considered: readonly Considered[], trials: Waiting['trials']): Decision {
  for (const verdict of ['busy', 'untried', 'missing', 'slotless'] as const)
    for (const { consideration } of considered)
      if (consideration.verdict === verdict && 'reason' in consideration)
        return wait(consideration.reason, trials);
  return { action: 'fail', error: encoderUnavailable(considered.map(refusalsOf)) };
}

/** Undefined for a probe, which needs no encoder. */
function neededBy({ job, task }: QueueEntry): OutputNeeds | undefined {
  if (task.kind === 'probe') return undefined;
  const all = needsOf(job.presetData);
  const isPlanned = (index: number): boolean => job.outputs[index]?.state === 'planned';
  return all.every((_, index) => isPlanned(index)) ? all : all.filter((_, index) => isPlanned(index));
}

/** Whether this worker takes such a task now; if not, the reason that a person reads. */
function consider(needs: OutputNeeds | undefined, worker: WorkerView): Consideration {
  const { ffmpeg, name } = worker;
  if (ffmpeg.state === 'checking') return { verdict: 'busy', reason: reasons.ffmpegChecking(name) };
  if (ffmpeg.state === 'missing')
    return { verdict: 'missing', reason: reasons.ffmpegMissing(name, ffmpeg.error) };
  if (worker.setAside)
    return { verdict: 'busy', reason: reasons.workerSetAside(name, worker.setAside.reason) };
  if (needs === undefined) return slotOf(worker, 'probe', []);
  if (worker.drained) return { verdict: 'busy', reason: reasons.drained(name) };

  const { picks, slot, refusals, untried } = picksOf(needs, worker);
  if (refusals) return { verdict: 'refused', refusals };
  if (untried.length > 0)
    return { verdict: 'untried', reason: reasons.beingTried(name, untried), encoders: untried };
  return slotOf(worker, slot, picks);
}

function slotOf(worker: WorkerView, slot: SlotKind, picks: Picks): Consideration {
  if (worker.freeSlots(slot) > 0) return { verdict: 'fits', slot, picks };
  if (worker.slots(slot) > 0) return { verdict: 'full', slot, picks, reason: reasons.waitsForTurn };
  return { verdict: 'slotless', reason: reasons.noSlots(worker.name, slot) };
}

function refusalsOf({ worker, consideration }: Considered): string {
  if (consideration.verdict !== 'refused') return '';
  const list = [...consideration.refusals].map(([encoder, why]) => `${encoder} (${why})`).join(', ');
  return `${worker.name}: ${list}`;
}

function encoderUnavailable(refusals: readonly string[]): ErrorData {
  return {
    code: 'encoder-unavailable',
    message: `No encoder of the preset works on ${refusals.join('; ')}.`,
    hint: 'Choose a preset with another encoder; “dffmpeg doctor” shows which ones work.',
  };
}

type Waiting = Extract<Decision, { action: 'wait' }>;

function wait(reason: ErrorData, trials: Waiting['trials'] = []): Waiting {
  return { action: 'wait', reason, trials };
}
