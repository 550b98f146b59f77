import type { ErrorData } from '../protocol/errors.ts';
import type { Job } from '../protocol/model.ts';

/**
 * Why a job waits, said by the very code that turned a worker down. Each is shown alone as well as behind “waiting:” or
 * “paused:”, so that none says that again.
 */

export const waitsForTurn: ErrorData = { code: 'slots-busy', message: 'Its turn has not come yet.' };

export const pausedByPerson: ErrorData = {
  code: 'paused',
  message: 'Somebody has paused it.',
  hint: 'Resume it to go on.',
};

export const queuePaused: ErrorData = {
  code: 'paused',
  message: 'The queue is paused.',
  hint: 'Resume the queue, and it starts by itself.',
};

export const daemonLeaves: ErrorData = {
  code: 'daemon-unavailable',
  message: 'The daemon is about to leave and begins nothing more.',
  hint: 'The next daemon goes on with it.',
};

export function clientAway(client: string): ErrorData {
  return {
    code: 'worker-lost',
    message: `${client}, which has the files, is not connected.`,
    hint: 'It starts by itself when that is back.',
  };
}

export const noWorker: ErrorData = {
  code: 'worker-lost',
  message: 'No worker is connected.',
  hint: 'It starts by itself when one is.',
};

export function unknownWorker(name: string, known: readonly string[]): ErrorData {
  return {
    code: 'not-found',
    message: `No worker called “${name}” is connected.`,
    hint:
      known.length === 0
        ? 'It starts by itself when that worker is back.'
        : `It starts when that worker is back; connected are: ${known.join(', ')}.`,
  };
}

/** More than one: no worker has all of them. */
export function noLabels(labels: readonly string[]): ErrorData {
  return {
    code: 'not-found',
    message:
      labels.length === 1
        ? `No connected worker has the label ${quoted(labels)}.`
        : `No connected worker has all of the labels ${quoted(labels)}.`,
    hint: `It starts when one has: dffmpeg worker label NAME ${labels.join(' ')}`,
  };
}

/** The one that the job names. What it was given stays: `worker label` sets all of them. */
export function lacksLabels(
  { name, labels }: { readonly name: string; readonly labels: readonly string[] },
  missing: readonly string[],
): ErrorData {
  const what = missing.length === 1 ? 'the label' : 'the labels';
  return {
    code: 'not-found',
    message: `${name} does not have ${what} ${quoted(missing)}.`,
    hint: `It starts when it has: dffmpeg worker label ${name} ${[...labels, ...missing].join(' ')}`,
  };
}

function quoted(labels: readonly string[]): string {
  return labels.map((label) => `“${label}”`).join(', ');
}

export function ffmpegMissing(worker: string, error: ErrorData): ErrorData {
  return {
    code: 'ffmpeg-missing',
    message: `There is no usable ffmpeg on ${worker}: ${error.message}`,
    hint: error.hint ?? 'Install ffmpeg; the job then starts by itself.',
  };
}

export function ffmpegChecking(worker: string): ErrorData {
  return { code: 'slots-busy', message: `ffmpeg on ${worker} is being looked at.` };
}

export function beingTried(worker: string, encoders: readonly string[]): ErrorData {
  return { code: 'slots-busy', message: `${worker} is trying out ${encoders.join(', ')}.` };
}

export function noSlots(worker: string, slot: string): ErrorData {
  return {
    code: 'slots-busy',
    message: `${worker} takes no ${slot} work.`,
    hint: `Give it ${slot} slots in the daemon’s settings (slots), or choose another encoder.`,
  };
}

export function servesOthers(worker: string): ErrorData {
  return {
    code: 'slots-busy',
    message: `${worker} encodes for another machine, whose worker it is, too.`,
  };
}

export function workerSetAside(worker: string, { message }: ErrorData): ErrorData {
  return {
    code: 'slots-busy',
    message: `${worker} is set aside for a while. ${message}`,
    hint: 'It is tried again by itself, with one job; “dffmpeg workers” shows when.',
  };
}

export function drained(worker: string): ErrorData {
  return {
    code: 'slots-busy',
    message: `${worker} is drained: it is given nothing more.`,
    hint: `Let it go on: dffmpeg worker resume ${worker}`,
  };
}

/** Without numbers: it is stored, and what is foreseen changes all the time. */
export function heldFor(better: string, free: string): ErrorData {
  return {
    code: 'slots-busy',
    message: `${better} is busy, and will still have finished it sooner than ${free}, which is free.`,
  };
}

export function preferred(better: string, free: string): ErrorData {
  return {
    code: 'slots-busy',
    message: `${better}, which has a preferred label, is busy; ${free}, which is free, would not end it clearly sooner.`,
  };
}

/** Without numbers, for the same reason. */
export function sourceOnItsWay(worker: string, servesOthers: boolean): ErrorData {
  return {
    code: 'slots-busy',
    message: `Its source is on the way to ${worker}, which ${isBusy(servesOthers)}.`,
  };
}

export function sourceThere(worker: string, servesOthers: boolean): ErrorData {
  return { code: 'slots-busy', message: `Its source is on ${worker} by now, which ${isBusy(servesOthers)}.` };
}

function isBusy(servesOthers: boolean): string {
  return servesOthers ? 'encodes for another machine, whose worker it is, too' : 'is busy';
}

/** Of the job that is stopped for another one. */
export function slotTaken(worker: string, by: string): ErrorData {
  return {
    code: 'slots-busy',
    message: `Job ${by}, of much higher priority, has taken its slot on ${worker}.`,
    hint: 'It begins anew when its turn comes. That happens to a job once (preemptPriorityGap).',
  };
}

/** Of what is taken from a worker because its machine is used by others. */
export function givenAway(worker: string, { most, spanMs }: { most: number; spanMs: number }): ErrorData {
  return {
    code: 'slots-busy',
    message: `Other programs have used more than ${Math.round(most * 100)} % of ${worker} for ${Math.round(spanMs / 1000)} s: it was given back.`,
    hint: 'Another worker begins it anew. That happens to a job once (preemptLoadedWorkers).',
  };
}

/** Of the other one, until the slot is free. */
export function takesSlot(worker = 'A worker'): ErrorData {
  return { code: 'slots-busy', message: `${worker} stops a job of much lower priority for it.` };
}

/** Of a result that is to take the place of its source. */
export function waitsForReader(source: string, { id, preset }: Pick<Job, 'id' | 'preset'>): ErrorData {
  return {
    code: 'slots-busy',
    message: `The result takes the place of the source when job ${id} (${preset}), which still reads ${source}, has ended.`,
    hint: 'Both lie side by side until then.',
  };
}

/** The sentence that a person reads: with the jobs that come first, where it waits for its turn alone. */
export function withAhead(reason: ErrorData | undefined, ahead: number): ErrorData | undefined {
  if (reason?.message !== waitsForTurn.message || ahead === 0) return reason;
  const jobs = ahead === 1 ? '1 job is' : `${ahead} jobs are`;
  return { ...reason, message: `${jobs} ahead of it.` };
}

export function isSameReason(one: ErrorData, other: ErrorData | undefined): boolean {
  return one.code === other?.code && one.message === other.message && one.hint === other.hint;
}
