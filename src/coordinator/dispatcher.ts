import { toDffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { Timers } from '../protocol/timers.ts';
import type { Agents } from './agents.ts';
import { Assigner, type AssignerOptions } from './assigner.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import type { FetchAhead } from './fetchAhead.ts';
import { Holds } from './holds.ts';
import type { Victims } from './preemption.ts';
import { Preemptor } from './preemptor.ts';
import { longestWait } from './queueSettings.ts';
import { decide, type Decision, type Outlook } from './scheduler.ts';
import type { Speeds } from './speeds.ts';
import type { Explanation, QueuedJob, QueueEntry } from './store.ts';
import type { TaskKind } from './store/records.ts';
import { Timetable } from './timetable.ts';
import { Trials } from './trials.ts';
import { clientAway, daemonLeaves, isSameReason, queuePaused } from './waitReasons.ts';

export interface DispatcherOptions extends Omit<AssignerOptions, 'wake'> {
  readonly timers: Timers;
  /** Nothing is given out to be encoded. */
  readonly isPaused: () => boolean;
  /** Nothing at all is begun any more. */
  readonly isLeaving: () => boolean;
  readonly speeds: Speeds;
  readonly fetchAhead: FetchAhead;
  readonly agents: Pick<Agents, 'isConnected'>;
}

/** One look at the queue: who may lose a slot, what is being written of it, which jobs had their turn out of the order. */
interface Look {
  readonly victims?: Victims | undefined;
  readonly begun: Promise<void>[];
  readonly served: Set<string>;
}

const pageSize = 200;
const taskKinds = ['probe', 'encode'] as const satisfies readonly TaskKind[];

/**
 * Gives waiting tasks to workers. It wakes when something happened (a job came, a task ended, a worker changed,
 * a back-off is over), goes once through the queue in its order, and sleeps again.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #trials: Trials;
  #pass: Promise<void> | undefined;
  #again = false;
  #explains = true;
  #closed = false;
  readonly #holds = new Holds();
  readonly #preemptor: Preemptor;
  readonly #assigner: Assigner;
  /** `at`: by the monotonic clock. */
  #alarm: { at: number; stop: () => void } | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { book, fleet, settings, onError } = options;
    this.#assigner = new Assigner({
      ...options,
      wake: () => {
        this.wake('queue');
      },
    });
    this.#preemptor = new Preemptor({
      ...{ book, fleet, settings, onError },
      wake: () => {
        this.wake('queue');
      },
    });
    this.#trials = new Trials({
      timeoutMs: options.settings.trialTimeoutMs,
      onAnswer: () => {
        options.fleet.changed.emit('worker');
        this.wake('fleet');
      },
    });
  }

  /**
   * May be called any number of times: what comes during a pass leads to one more. `queue`: a job came or a
   * task ended. `fleet`: a worker changed, so that the reasons of all that waits are looked at anew.
   */
  wake(what: 'queue' | 'fleet'): void {
    if (this.#closed) return;
    this.#again = true;
    this.#explains ||= what === 'fleet';
    this.#pass ??= this.#passes();
  }

  /** After this nothing is offered. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#alarm?.stop();
    await this.#pass;
  }

  async #passes(): Promise<void> {
    while (this.#again && !this.#closed) {
      // Whatever else happens in this turn of the event loop is seen by the same pass.
      await new Promise((resolve) => setImmediate(resolve));
      this.#again = false;
      try {
        await this.#walk();
        // What is due by then is seen by the pass that follows.
        if (!this.#again) this.#setAlarm(earlier(await this.#untilDue(), this.#untilHeldEnough()));
      } catch (error) {
        this.#options.onError(toDffmpegError(error));
        this.#explains = true;
        const { monotonic, settings } = this.#options;
        const left = this.#alarm && Math.max(0, this.#alarm.at - monotonic());
        this.#setAlarm(earlier(left, settings.retryBaseMs));
      }
    }
    // In the same turn as the last look at `#again`: a wake after it begins a pass of its own.
    this.#pass = undefined;
  }

  /** Through the queue in its order, as far as there is something to give or to say. */
  async #walk(): Promise<void> {
    const { book, fleet, settings, fetchAhead, isLeaving } = this.#options;
    const nobodyTakes = isLeaving() || fleet.workers.every(({ takesNothing }) => takesNothing);
    let toExplain = this.#explains || nobodyTakes ? settings.explainedJobs : 0;
    this.#explains = false;
    const explanations: Explanation[] = [];
    const outlook = this.#outlook();
    const victims = this.#isGivingOut('encode') ? this.#preemptor.begin() : undefined;
    /** As far as that it is looked for who may take a slot from somebody. */
    let toPreempt = victims ? settings.explainedJobs : 0;
    fetchAhead.begin();
    /** The same of whose files are fetched ahead. */
    let toFetch = this.#isGivingOut('encode') ? settings.explainedJobs : 0;
    const served = new Set<string>();
    let page: QueuedJob[] = [];
    /** What the last two pages began: one is written while the next is thought about, and no more at once. */
    let [earlier, latest]: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
    do {
      if (!fetchAhead.hasPlaces) toFetch = 0;
      const looksOn = toPreempt > 0 || toFetch > 0;
      const kinds = taskKinds.filter(
        (kind) => toExplain > 0 || this.#anyTakes(kind) || (kind === 'encode' && looksOn),
      );
      if (kinds.length === 0) break;
      page = await book.store.queue({ ...this.#now(), kinds, limit: pageSize, after: page.at(-1) });
      await earlier;
      const begun: Promise<void>[] = [];
      if (this.#isGivingOut('encode') && !this.#closed)
        for (const entry of this.#preemptor.due()) {
          served.add(entry.job.id);
          this.#consider(entry, { ...outlook, heldFor: () => Infinity }, { begun, served });
        }
      for (const entry of page) {
        toPreempt -= 1;
        toFetch -= 1;
        const takesSlot = toPreempt >= 0 && victims && this.#preemptor.isUrgent(entry, victims);
        if (this.#closed || served.has(entry.job.id)) continue;
        if (toExplain <= 0 && !takesSlot && toFetch < 0 && !this.#anyTakes(entry.task.kind)) continue;
        const reason = this.#consider(entry, outlook, { victims, begun, served });
        if (reason && !isSameReason(reason, entry.job.reason))
          explanations.push({ id: entry.job.id, revision: entry.job.revision, reason });
        toExplain -= 1;
      }
      [earlier, latest] = [latest, Promise.all(begun)];
    } while (page.length === pageSize && !this.#closed);
    await Promise.all([earlier, latest]);
    await book.explain(explanations);
  }

  /** Returns why the task waits, or adds to `begun` what was decided for it. */
  #consider(entry: QueuedJob, outlook: Outlook, look: Look): ErrorData | undefined {
    const { fleet, fetchAhead, monotonic } = this.#options;
    const { victims, begun } = look;
    if (this.#options.isLeaving()) return daemonLeaves;
    if (entry.task.kind === 'encode' && this.#options.isPaused()) return queuePaused;
    const { client } = entry.job;
    if (client !== undefined && !this.#options.agents.isConnected(client)) return clientAway(client);
    const decision = decide(entry, fleet.workers, outlook);
    this.#holds.note(entry.task.id, decision, monotonic());
    switch (decision.action) {
      case 'offer': {
        if (this.#beginsInstead(entry, decision, look)) return fetchAhead.consider(entry, decision);
        this.#preemptor.forget(entry.job.id);
        const worker = fleet.get(decision.worker);
        if (worker) begun.push(this.#survive(this.#assigner.assign(entry, worker, decision)));
        return undefined;
      }
      case 'wait':
        this.#try(decision);
        return (
          (victims && this.#preemptor.consider(entry, decision, victims, begun)) ??
          fetchAhead.consider(entry, decision) ??
          decision.reason
        );
      case 'fail':
        begun.push(this.#survive(this.#fail(entry, decision.error)));
        return undefined;
    }
  }

  /** What has its files on that worker, where those of this one are on another. */
  #beginsInstead(
    entry: QueuedJob,
    { worker: workerId, slot }: Extract<Decision, { action: 'offer' }>,
    { begun, served }: Look,
  ): boolean {
    const { fleet, fetchAhead } = this.#options;
    const [worker, other] = [fleet.get(workerId), fetchAhead.instead(entry, workerId, slot)];
    if (!worker || !other || served.has(other.job.id)) return false;
    const decision = decide(other, [worker], { ...this.#outlook(), heldFor: () => Infinity });
    if (decision.action !== 'offer') return false;
    served.add(other.job.id);
    begun.push(this.#survive(this.#assigner.assign(other, worker, decision)));
    return true;
  }

  #try({ trials }: Extract<Decision, { action: 'wait' }>): void {
    for (const { worker, encoders } of trials) {
      const asked = this.#options.fleet.get(worker);
      if (asked) this.#trials.request(asked, encoders);
    }
  }

  /** Whether one of these workers could begin it now; what they would have to try first is tried. */
  hasPlace(entry: QueueEntry, among: readonly ConnectedWorker[]): boolean {
    const decision = decide(entry, among, { ...this.#outlook(), heldFor: () => Infinity });
    if (decision.action === 'wait') this.#try(decision);
    return decision.action === 'offer';
  }

  /** One job that cannot be written must not keep the others from their turn. */
  async #survive(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#options.onError(toDffmpegError(error));
    }
  }

  async #fail({ job: { id, state } }: QueueEntry, reason: ErrorData): Promise<void> {
    await this.#options.book.change(id, ({ job }) =>
      job.state === state ? { event: { type: 'failed', reason } } : undefined,
    );
  }

  #outlook(): Outlook {
    const { speeds, settings, fetchAhead, monotonic } = this.#options;
    const now = monotonic();
    this.#holds.forgetOld(now, settings.holdMaxMs);
    return {
      ...{ timetable: new Timetable(), speeds, settings },
      hasSources: (jobId, workerId) => fetchAhead.hasSources(jobId, workerId),
      heldFor: (taskId) => this.#holds.heldFor(taskId, now),
    };
  }

  #anyTakes(kind: TaskKind): boolean {
    if (!this.#isGivingOut(kind)) return false;
    return this.#options.fleet.workers.some((worker) => worker.takes(kind));
  }

  #isGivingOut(kind: TaskKind): boolean {
    return !this.#options.isLeaving() && (kind !== 'encode' || !this.#options.isPaused());
  }

  /** What counts as due: a clock that was set back makes nothing wait longer than it was to. */
  #now(): { readonly now: number; readonly latest: number } {
    const now = this.#options.clock();
    return { now, latest: now + longestWait(this.#options.settings) };
  }

  /** Milliseconds until the next task that has to wait is due. */
  async #untilDue(): Promise<number | undefined> {
    const { now, latest } = this.#now();
    const due = await this.#options.book.store.nextDue(now, latest);
    return due && due - now;
  }

  #untilHeldEnough(): number | undefined {
    const now = this.#options.monotonic();
    const due = this.#holds.nextDue(now);
    return due && due - now;
  }

  #setAlarm(wait: number | undefined): void {
    this.#alarm?.stop();
    this.#alarm = undefined;
    if (wait === undefined || this.#closed) return;
    const stop = this.#options.timers.after(Math.max(0, wait), () => {
      this.#alarm = undefined;
      this.wake('queue');
    });
    this.#alarm = { at: this.#options.monotonic() + wait, stop };
  }
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
