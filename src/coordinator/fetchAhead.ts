import type { SlotKind } from '../encoding/slots.ts';
import { DffmpegError, toDffmpegError, type ErrorData } from '../protocol/errors.ts';
import { encodeSlots, type ConnectedWorker } from './connectedWorker.ts';
import type { Fleet } from './fleet.ts';
import { encodePayload } from './planner.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { Decision } from './scheduler.ts';
import type { QueuedJob } from './store.ts';
import type { StoredJob } from './store/records.ts';
import { sourceOnItsWay, sourceThere } from './waitReasons.ts';

export interface FetchAheadOptions {
  readonly fleet: Fleet;
  readonly settings: Pick<QueueSettings, 'fetchAhead'>;
  /** There is a place again, or something else to be said of what waits. */
  readonly wake: () => void;
}

interface Expected {
  /** As it was in the queue last. */
  entry: QueuedJob;
  readonly worker: ConnectedWorker;
  readonly slot: SlotKind;
  readonly end: AbortController;
  /** `refused`: it is fetched when it begins. Its place stays taken: it comes next there all the same. */
  state: 'on its way' | 'there' | 'refused';
}

/**
 * Has workers on other machines fetch the files of what comes to them next, as far as that is foreseen, while they encode:
 * so many jobs for each of their slots. Nothing of it is stored, and no slot is taken: it may end at any time, and the job
 * goes wherever it goes.
 */
export class FetchAhead {
  readonly #options: FetchAheadOptions;
  /** By the job. */
  readonly #expected = new Map<string, Expected>();
  /** How many of them are on a worker, in a kind of slot. */
  readonly #taken = new Map<string, number>();

  constructor(options: FetchAheadOptions) {
    this.#options = options;
  }

  /** Whether some worker could fetch something more. */
  get hasPlaces(): boolean {
    const { fleet } = this.#options;
    return fleet.workers.some((worker) => encodeSlots.some((slot) => this.#hasPlace(worker, slot)));
  }

  /** Whether that worker has all files of a job that waits for it; nothing is known of others. */
  hasSources(jobId: string, workerId: string): boolean {
    const expected = this.#expected.get(jobId);
    return expected?.worker.id === workerId && expected.state === 'there';
  }

  /** Whether some of them may be there already. */
  isExpected(jobId: string): boolean {
    return this.#expected.has(jobId);
  }

  /** For one look at the queue: who is given nothing more need not have the files. */
  begin(): void {
    for (const [jobId, { worker }] of this.#expected) if (worker.takesNothing) this.#end(jobId);
  }

  /** Of a job that waits: begins where there is a place. Returns the reason why it waits, where its files are under way. */
  consider(
    entry: QueuedJob,
    { foreseen }: Pick<Extract<Decision, { action: 'wait' }>, 'foreseen'>,
  ): ErrorData | undefined {
    const { id } = entry.job;
    if (entry.task.kind !== 'encode') return undefined;
    // Nobody may take it any more: a label was taken away, a worker has gone.
    if (!foreseen) this.#end(id);
    else if (!this.#expected.has(id)) this.#expect(entry, foreseen.worker.id, foreseen.slot);
    const expected = this.#expected.get(id);
    if (!expected || expected.state === 'refused') return undefined;
    const { worker, slot, state } = expected;
    return (state === 'there' ? sourceThere : sourceOnItsWay)(worker.name, worker.servesOthers(slot));
  }

  /**
   * The job whose files are on the worker to which this one would go now, while its own are on another: that one goes there,
   * so that nothing is fetched twice. Not where people have given them unlike priorities.
   */
  instead({ job }: QueuedJob, workerId: string, kind: SlotKind): QueuedJob | undefined {
    const own = this.#expected.get(job.id);
    if (!own || own.state === 'refused' || own.worker.id === workerId) return undefined;
    for (const { entry, worker, slot, state } of this.#expected.values())
      if (
        worker.id === workerId &&
        slot === kind &&
        state !== 'refused' &&
        entry.job.priority === job.priority
      )
        return entry;
    return undefined;
  }

  /** The job of a task that this worker was told to expect. */
  jobOf(worker: ConnectedWorker, taskId: string): string {
    const expected = this.#find(worker, taskId);
    if (expected) return expected.entry.job.id;
    throw new DffmpegError('forbidden', `${worker.name} is not to expect ${taskId}, or not any more.`);
  }

  /** It has all of them. */
  fetched(worker: ConnectedWorker, taskId: string): void {
    const expected = this.#find(worker, taskId);
    if (expected) expected.state = 'there';
    this.#options.wake();
  }

  /** The job has changed: its files are of no use where it waits no more, or runs elsewhere. */
  changed(stored: StoredJob): void {
    const { job, attempts } = stored;
    const expected = this.#expected.get(job.id);
    if (!expected) return;
    expected.entry = { ...stored, task: expected.entry.task };
    if (job.state === 'waiting') return;
    const { worker, state } = expected;
    const isThere = attempts.some((each) => each.state === 'running' && each.workerId === worker.id);
    // Its attempt takes them over: the worker answers then.
    if (!isThere || state === 'refused') this.#end(job.id);
  }

  close(): void {
    for (const jobId of this.#expected.keys()) this.#end(jobId);
  }

  #find(worker: ConnectedWorker, taskId: string): Expected | undefined {
    for (const expected of this.#expected.values())
      if (expected.worker === worker && expected.entry.task.id === taskId) return expected;
    return undefined;
  }

  #hasPlace(worker: ConnectedWorker, slot: SlotKind): boolean {
    // A fleet has its own way with its own workers.
    if (worker.local || worker.isFleet || worker.takesNothing) return false;
    const taken = this.#taken.get(placeOf(worker, slot)) ?? 0;
    return taken < worker.slots(slot) * this.#options.settings.fetchAhead;
  }

  #expect(entry: QueuedJob, workerId: string, slot: SlotKind): void {
    const worker = this.#options.fleet.get(workerId);
    if (!worker || !this.#hasPlace(worker, slot)) return;
    const { id } = entry.job;
    const expected: Expected = { entry, worker, slot, end: new AbortController(), state: 'on its way' };
    this.#expected.set(id, expected);
    this.#count(expected, 1);
    void this.#ask(expected).then((isOver) => {
      if (this.#expected.get(id) !== expected) return;
      if (isOver) this.#end(id);
      else expected.state = 'refused';
      this.#options.wake();
    });
  }

  /** Whether nothing is fetched ahead any more, rather than not at all. */
  async #ask({ entry: { job, task }, worker, end }: Expected): Promise<boolean> {
    try {
      const asked = { taskId: task.id, payload: encodePayload(job) };
      const { outcome } = await worker.peer.request('task.expect', asked, { signal: end.signal });
      return outcome === 'over';
    } catch (error) {
      // What is wrong with its files is said by its attempt.
      return toDffmpegError(error).code === 'disconnected';
    }
  }

  #end(jobId: string): void {
    const expected = this.#expected.get(jobId);
    if (!expected) return;
    this.#expected.delete(jobId);
    this.#count(expected, -1);
    expected.end.abort(elsewhere);
  }

  #count({ worker, slot }: Expected, change: number): void {
    const place = placeOf(worker, slot);
    const taken = (this.#taken.get(place) ?? 0) + change;
    if (taken === 0) this.#taken.delete(place);
    else this.#taken.set(place, taken);
  }
}

const elsewhere = new DffmpegError('cancelled', 'The task does not come next any more.');

function placeOf(worker: ConnectedWorker, slot: SlotKind): string {
  return `${worker.id}/${slot}`;
}
