import { toDffmpegError, type DffmpegError, type ErrorData } from '../protocol/errors.ts';
import type { ConnectedWorker, RunningAttempt } from './connectedWorker.ts';
import type { Fleet } from './fleet.ts';
import type { JobBook } from './jobBook.ts';
import { Victims, type Victim } from './preemption.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { Decision } from './scheduler.ts';
import type { QueuedJob, QueueEntry } from './store.ts';
import type { StoredJob } from './store/records.ts';
import { slotTaken, takesSlot } from './waitReasons.ts';

export interface PreemptorOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  readonly settings: Pick<QueueSettings, 'preemptPriorityGap' | 'holdMinMs'>;
  readonly wake: () => void;
  readonly onError: (error: DffmpegError) => void;
}

interface Claim {
  readonly entry: QueuedJob;
  readonly victim: Victim;
}

/**
 * Lets a waiting job of much higher priority take the slot of a running one. That is first written with the job that is
 * stopped, since it happens once to a job, then its worker is asked to stop; when that says that ffmpeg is gone, the slot
 * is kept for whom it was taken for, who may stand far behind in a queue that goes by age, too.
 */
export class Preemptor {
  readonly #options: PreemptorOptions;
  /** By the job that waits for it. */
  readonly #claims = new Map<string, Claim>();

  constructor(options: PreemptorOptions) {
    this.#options = options;
  }

  /** For one look at the queue; undefined where nobody takes anything from anybody. */
  begin(): Victims | undefined {
    const { fleet, settings } = this.#options;
    if (settings.preemptPriorityGap === 0) return undefined;
    const victims = new Victims(fleet.workers);
    return victims.lowest === Infinity ? undefined : victims;
  }

  /** Whether it may take anything, as far as its priority says. */
  isUrgent({ job, task }: QueueEntry, victims: Victims): boolean {
    const most = job.priority - this.#options.settings.preemptPriorityGap;
    return task.kind === 'encode' && most >= victims.lowest && !this.#claims.has(job.id);
  }

  /** Why it goes on waiting, where it takes a slot; `begun` gets what is done about that. */
  consider(
    entry: QueuedJob,
    { full = [], foreseen }: Extract<Decision, { action: 'wait' }>,
    victims: Victims,
    begun: Promise<void>[],
  ): ErrorData | undefined {
    const { settings } = this.#options;
    const claim = this.#claims.get(entry.job.id);
    if (claim) return takesSlot(this.#options.fleet.get(claim.victim.workerId)?.name);
    if (!this.isUrgent(entry, victims)) return undefined;
    // What is nearly done is not thrown away.
    const soon =
      foreseen?.start.basis !== 'unknown' && foreseen && foreseen.start.at <= settings.holdMinMs / 1000;
    const victim = soon ? undefined : victims.take(full, entry.job.priority - settings.preemptPriorityGap);
    const worker = victim && this.#options.fleet.get(victim.workerId);
    if (!worker) return undefined;
    this.#claims.set(entry.job.id, { entry, victim });
    begun.push(this.#stop(entry, victim, worker));
    return takesSlot(worker.name);
  }

  /** Those whose slot is free by now: they come before all others. Each once. */
  due(): QueuedJob[] {
    const due: QueuedJob[] = [];
    for (const [id, { entry, victim }] of this.#claims) {
      if (this.#options.fleet.get(victim.workerId)?.attempt(victim.attempt)) continue;
      this.#claims.delete(id);
      due.push(entry);
    }
    return due;
  }

  /** It has found another slot. */
  forget(jobId: string): void {
    this.#claims.delete(jobId);
  }

  async #stop({ job }: QueuedJob, { attempt }: Victim, worker: ConnectedWorker): Promise<void> {
    const most = job.priority - this.#options.settings.preemptPriorityGap;
    const isStopped = await preempt(this.#options.book, worker, attempt, {
      reason: slotTaken(worker.name, job.id),
      avoid: false,
      may: (stored) => stored.job.priority <= most,
    }).catch((error: unknown) => {
      this.#options.onError(toDffmpegError(error));
      return false;
    });
    if (isStopped) return;
    this.#claims.delete(job.id);
    this.#options.wake();
  }
}

/**
 * Stops an attempt so that its job goes back to the queue, which counts as no failure; once in a job’s life, and only while it
 * encodes: what is verified or placed is nearly done. Whether it is so.
 */
export async function preempt(
  book: JobBook,
  worker: ConnectedWorker,
  attempt: RunningAttempt,
  how: {
    readonly reason: ErrorData;
    /** Others come first from now on. */
    readonly avoid: boolean;
    readonly may?: (stored: StoredJob) => boolean;
  },
): Promise<boolean> {
  // Not to be asked again, whatever comes of it.
  attempt.preempted = true;
  const { taskId, fence, jobId } = attempt;
  const { reason, avoid, may = () => true } = how;
  const { job } = await book.change(jobId, (stored) => {
    const { state, cancelling, suspended, preempted } = stored.job;
    const runs = stored.attempts.some((each) => each.fence === fence && each.state === 'running');
    const isFree = runs && state === 'running' && !cancelling && !suspended && !preempted;
    return isFree && may(stored)
      ? { job: { preempted: { fence, reason, avoid } }, durable: true }
      : undefined;
  });
  if (job.preempted?.fence !== fence) return false;
  // Where the connection is lost, it goes on there.
  worker.peer.request('task.cancel', { taskId, fence }).catch(() => undefined);
  return true;
}
