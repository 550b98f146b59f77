import { DffmpegError } from '../protocol/errors.ts';
import { isEnded, type JobState } from '../protocol/jobState.ts';
import type { JobHook } from '../protocol/model.ts';
import { rankOf } from './ageing.ts';
import type { Clock } from './ids.ts';
import type { JobChange } from './jobChanges.ts';
import { differenceOf } from './jobDifference.ts';
import { reduceJob } from './jobReducer.ts';
import { normalisePath } from './outputNames.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { Explanation, MadeFile, Store } from './store.ts';
import type { JobRecord, StoredJob, TaskRecord } from './store/records.ts';

export interface JobBookOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: Pick<QueueSettings, 'ageingMs'>;
  /** Node's name of the system on which the paths lie. */
  readonly platform: string;
  /** What happens when a job has ended; stored with its end. */
  readonly hooksFor?: (job: JobRecord) => JobHook[];
  /** After each change is stored. `before` is missing for a new job. */
  readonly onChange: (after: StoredJob, before: StoredJob | undefined) => void;
  /** After only the reasons of waiting jobs have changed. */
  readonly onExplained: (reasons: readonly Explanation[]) => void;
}

/** Another change came between reading and writing: read and decide anew, so often at most. */
const maxConflicts = 8;

/** The one way in which jobs change: read, reduce, store, tell; the changes of one job one after the other. */
export class JobBook {
  readonly store: Store;
  readonly #clock: Clock;
  /** All that waits is ranked by one value: a change counts when the queue is opened the next time. */
  readonly #ageingMs: number;
  readonly #platform: string;
  readonly #hooksFor: NonNullable<JobBookOptions['hooksFor']>;
  readonly #onChange: JobBookOptions['onChange'];
  readonly #onExplained: JobBookOptions['onExplained'];
  /** Job → the end of its latest change. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: JobBookOptions) {
    this.store = options.store;
    this.#clock = options.clock;
    this.#ageingMs = options.settings.ageingMs;
    this.#platform = options.platform;
    this.#hooksFor = options.hooksFor ?? (() => []);
    this.#onChange = options.onChange;
    this.#onExplained = options.onExplained;
  }

  async submit(job: StoredJob): Promise<StoredJob> {
    const tasks = job.tasks.map((task) => this.#fitting(task, job.job));
    const stored = await this.store.submit({ ...job, tasks });
    if (stored.job.id === job.job.id) this.#onChange(stored, undefined);
    return stored;
  }

  async get(id: string): Promise<StoredJob> {
    const stored = await this.store.job(id);
    if (stored) return stored;
    throw new DffmpegError('not-found', `There is no job ${id}.`, { hint: '“dffmpeg jobs” lists them.' });
  }

  /**
   * Changes a job by what `decide` says of it as it then is; nothing when that is undefined. Throws
   * `fence-void` or `conflict` when the reducer refuses.
   */
  change(
    id: string,
    decide: (stored: StoredJob) => JobChange | undefined | Promise<JobChange | undefined>,
  ): Promise<StoredJob> {
    return this.#inTurn(id, async () => {
      for (let conflicts = 0; ; conflicts += 1) {
        const before = await this.get(id);
        const change = await decide(before);
        if (!change) return before;
        const after = this.#apply(before, change);
        try {
          return await this.#write(before, after, change);
        } catch (error) {
          if (!isConflict(error) || conflicts >= maxConflicts) throw error;
        }
      }
    });
  }

  /**
   * Changes a job as it was read a moment ago, without reading it anew; undefined when it has changed since or is
   * being changed. Many of one turn of the event loop share one transaction.
   */
  async changeAsRead(before: StoredJob, change: JobChange): Promise<StoredJob | undefined> {
    const { id } = before.job;
    if (this.#turns.has(id)) return undefined;
    const after = this.#apply(before, change);
    try {
      return await this.#inTurn(id, () => this.#write(before, after, change));
    } catch (error) {
      if (isConflict(error)) return undefined;
      throw error;
    }
  }

  async #write(before: StoredJob, after: StoredJob, change: JobChange): Promise<StoredJob> {
    const { durable, dropAttempt } = change;
    const reservations = isEnded(after.job.state) ? [] : change.reservations;
    const made = newlyMade(after, before, this.#platform);
    const revision = await this.store.write({
      ...differenceOf(before, after),
      ...(durable === true ? { durable } : undefined),
      ...(dropAttempt ? { dropAttempt } : undefined),
      ...(reservations ? { reservations } : undefined),
      ...(made.length > 0 ? { made } : undefined),
    });
    const stored = { ...after, job: { ...after.job, revision } };
    this.#onChange(stored, before);
    return stored;
  }

  /** Sets why jobs wait. */
  async explain(reasons: readonly Explanation[]): Promise<void> {
    if (reasons.length === 0) return;
    await this.store.explain(reasons);
    this.#onExplained(reasons);
  }

  /** The job when the change that is under way, if any, has been stored and told. */
  async settled(id: string): Promise<StoredJob> {
    await Promise.allSettled([this.#turns.get(id)]);
    return this.get(id);
  }

  /** Resolves when no change is under way. */
  async idle(): Promise<void> {
    while (this.#turns.size > 0) await Promise.allSettled([...this.#turns.values()]);
  }

  #apply(before: StoredJob, change: JobChange): StoredJob {
    const machine = change.event ? this.#reduce(before, change.event) : {};
    const job = { ...before.job, ...change.job, ...machine };
    job.endedAt = isEnded(job.state) ? (before.job.endedAt ?? this.#clock()) : undefined;
    if (isEnded(job.state) && !isEnded(before.job.state)) job.hooks = this.#hooksOf(job);
    const tasks = mergeBy(before.tasks, change.tasks ?? [], ({ id }) => id);
    return {
      job,
      tasks: tasks.map((task) => this.#fitting(task, job)),
      attempts: mergeBy(before.attempts, change.attempts ?? [], ({ fence }) => fence).filter(
        ({ fence }) => fence !== change.dropAttempt?.fence,
      ),
    };
  }

  /** A task as its job is; one that has ended is in no queue any more. */
  #fitting(task: TaskRecord, job: JobRecord): TaskRecord {
    const state = fittingState(task, job.state);
    if (state === 'ended') return task.state === 'ended' ? task : { ...task, state };
    const { priority } = job;
    const rank = rankOf(task, job, this.#ageingMs);
    const isFitting = state === task.state && rank === task.rank && priority === task.priority;
    return isFitting ? task : { ...task, state, rank, priority };
  }

  /** Those of an earlier end that nobody has heard of yet stay. */
  #hooksOf(job: JobRecord): JobHook[] | undefined {
    const waiting = (job.hooks ?? []).filter(({ state }) => state === 'waiting');
    const all = [...waiting, ...this.#hooksFor(job)];
    return all.length === 0 ? undefined : all;
  }

  #reduce({ job }: StoredJob, event: NonNullable<JobChange['event']>) {
    const reduced = reduceJob(job, event);
    if (reduced.ok) return reduced.job;
    if (reduced.refusal === 'fence-void')
      throw new DffmpegError('fence-void', `A later attempt of job ${job.id} exists.`);
    throw new DffmpegError('conflict', `Job ${job.id} is ${job.state}: this cannot be done now.`);
  }

  #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(work, work);
    this.#turns.set(id, turn);
    const forget = (): void => {
      if (this.#turns.get(id) === turn) this.#turns.delete(id);
    };
    turn.then(forget, forget);
    return turn;
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof DffmpegError && error.code === 'conflict';
}

/** In the queue only while its job may be begun; an ended job has nothing to offer. */
function fittingState(task: TaskRecord, state: JobState): TaskRecord['state'] {
  if (isEnded(state)) return 'ended';
  if (state === 'paused' && task.state === 'waiting') return 'paused';
  return state !== 'paused' && task.state === 'paused' ? 'waiting' : task.state;
}

/** Results that have got their names by this change, also that of the source which they replace. */
function newlyMade(after: StoredJob, before: StoredJob, platform: string): MadeFile[] {
  // They lie on another machine.
  if (after.job.client !== undefined) return [];
  return after.job.outputs.flatMap(({ state, path, bytes }, index) => {
    const earlier = before.job.outputs[index];
    const isNew = earlier?.state !== 'placed' || earlier.path !== path;
    if (state !== 'placed' || path === undefined || !isNew) return [];
    const { placement } = before.job;
    const content = placement?.output === index ? placement.content : undefined;
    return [{ normalised: normalisePath(path, platform), bytes, content }];
  });
}

function mergeBy<T>(old: readonly T[], changed: readonly T[], key: (item: T) => unknown): T[] {
  const merged = new Map(old.map((item) => [key(item), item]));
  for (const item of changed) merged.set(key(item), item);
  return [...merged.values()];
}
