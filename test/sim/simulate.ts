import { rankOf } from '../../src/coordinator/ageing.ts';
import {
  ConnectedWorker,
  type RunningAttempt,
  type WorkerPeer,
} from '../../src/coordinator/connectedWorker.ts';
import { Holds } from '../../src/coordinator/holds.ts';
import { newTask } from '../../src/coordinator/jobTasks.ts';
import type { QueueSettings } from '../../src/coordinator/queueSettings.ts';
import { decide, type Decision } from '../../src/coordinator/scheduler.ts';
import { Speeds } from '../../src/coordinator/speeds.ts';
import type { QueueEntry } from '../../src/coordinator/store.ts';
import { Timetable } from '../../src/coordinator/timetable.ts';
import { trueSeconds, type Load, type SimJob } from './load.ts';
import type { Random } from './random.ts';

/**
 * The scheduler over a load, by a clock of its own: the rank, `decide`, the timetable, the holds and what is learnt are
 * those of the daemon; only queue, workers and time are made up. Everything is in seconds from the beginning.
 */
export interface SimOptions {
  readonly settings: QueueSettings;
  /** The true durations and speeds in place of predictions: the same order, decided by somebody who knows. */
  readonly clairvoyant: boolean;
  /** Jobs are dealt out as they come, each to the next worker, whatever that has to do already. */
  readonly roundRobin?: boolean;
  /** For what workers say of the time left. */
  readonly random: Random;
}

export interface SimResult {
  readonly job: SimJob;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly worker: string;
}

interface Waiting {
  readonly job: SimJob;
  readonly entry: QueueEntry;
}

interface Running {
  readonly job: SimJob;
  readonly attempt: RunningAttempt;
  readonly worker: ConnectedWorker;
  readonly startedAt: number;
  readonly endsAt: number;
  /** Of its word about the time left; the logarithm of a factor at the beginning, nothing at the end. */
  readonly error: number;
}

/** How well a worker foresees its own end when it has just begun. */
const etaSpread = 0.25;
/** Until this part of an attempt is done, its worker says nothing of its end. */
const quietPart = 0.02;

export function simulate(
  load: Load,
  { settings, clairvoyant, roundRobin = false, random }: SimOptions,
): SimResult[] {
  let now = 0;
  const clock = (): number => now * 1000;
  const timers = { after: () => () => undefined };
  const standing = () => ({ drained: false, labels: [] });
  const context = { settings, timers, clock, monotonic: clock, standing, wake: () => undefined };
  const workers = load.workers.map((each) => new ConnectedWorker({} as WorkerPeer, each, context));
  const speeds = new Speeds();
  const holds = new Holds();
  const waiting: Waiting[] = [];
  const running = new Set<Running>();
  const results: SimResult[] = [];
  /** Job → to whom it was dealt. */
  const dealt = new Map<string, readonly ConnectedWorker[]>();
  let arrived = 0;

  for (;;) {
    now = Math.min(...nextTimes());
    if (now === Infinity) return results;
    for (const each of [...running]) if (each.endsAt <= now) end(each);
    for (let job = load.jobs[arrived]; job && job.arrivesAt <= now; job = load.jobs[arrived]) {
      enqueue(job);
      arrived += 1;
    }
    for (const each of running) tell(each);
    walk();
  }

  function nextTimes(): number[] {
    const held = holds.nextDue(clock());
    return [
      load.jobs[arrived]?.arrivesAt ?? Infinity,
      ...[...running].map(({ endsAt }) => endsAt),
      // A little later, so that no rounding makes it too early.
      ...(held === undefined ? [] : [held / 1000 + 0.001]),
    ];
  }

  function enqueue(job: SimJob): void {
    const record = { ...job.record, createdAt: clock() };
    const task = newTask(record.id, 'encode', record.createdAt);
    const rank = rankOf(task, record, settings.ageingMs);
    if (roundRobin) dealt.set(record.id, workers.slice(arrived % workers.length).slice(0, 1));
    waiting.push({ job, entry: { job: record, task: { ...task, rank } } });
    waiting.sort(
      (a, b) => a.entry.task.rank - b.entry.task.rank || (a.entry.task.id < b.entry.task.id ? -1 : 1),
    );
  }

  /** What the dispatcher does in one pass. */
  function walk(): void {
    const timetable = new Timetable();
    holds.forgetOld(clock(), settings.holdMaxMs);
    for (const each of [...waiting]) {
      if (!workers.some((worker) => worker.takes('encode'))) return;
      const truth: Pick<Speeds, 'predict' | 'fetchSeconds'> = {
        predict: ({ id }, works) => ({ seconds: trueSeconds(load, each.job, id, works), learnt: true }),
        fetchSeconds: () => 0,
      };
      const decision = decide(each.entry, dealt.get(each.entry.job.id) ?? workers, {
        ...{ timetable, speeds: clairvoyant ? truth : speeds, settings },
        // All of them see the files.
        hasSources: () => true,
        heldFor: (taskId) => holds.heldFor(taskId, clock()),
      });
      holds.note(each.entry.task.id, decision, clock());
      if (decision.action === 'offer') begin(each, decision);
      else if (decision.action === 'fail') throw new Error(decision.error.message);
    }
  }

  function begin(each: Waiting, decision: Extract<Decision, { action: 'offer' }>): void {
    const worker = workers.find(({ id }) => id === decision.worker);
    const { works } = decision;
    if (!worker || !works) throw new Error('The load is of known lengths, on known workers.');
    const { start, end: foreseen } = decision.foreseen;
    const attempt: RunningAttempt = {
      ...{ taskId: each.entry.task.id, fence: 1, jobId: each.entry.job.id, slot: decision.slot },
      ...{ priority: each.entry.job.priority, takenAt: clock(), preempted: false },
      foreseen: { works, begunAt: clock(), seconds: foreseen.at - start.at, basis: foreseen.basis },
    };
    worker.take(attempt);
    waiting.splice(waiting.indexOf(each), 1);
    const endsAt = now + trueSeconds(load, each.job, worker.id, works);
    running.add({
      job: each.job,
      attempt,
      worker,
      startedAt: now,
      endsAt,
      error: random.normal() * etaSpread,
    });
  }

  function tell({ attempt, worker, startedAt, endsAt, error }: Running): void {
    const left = endsAt - now;
    const part = (now - startedAt) / (endsAt - startedAt);
    if (clairvoyant) worker.heard(attempt, { eta: left });
    else if (part >= quietPart) worker.heard(attempt, { eta: left * Math.exp(error * (1 - part)) });
  }

  function end(each: Running): void {
    const { job, attempt, worker, startedAt, endsAt } = each;
    const lesson = worker.lesson(attempt);
    if (lesson) speeds.learn(worker, lesson.works, lesson.seconds);
    worker.release(attempt);
    running.delete(each);
    results.push({ job, startedAt, endedAt: endsAt, worker: worker.id });
  }
}
