import { attemptName } from './attemptName.ts';
import { assetsOf } from '../encoding/presetAssets.ts';
import type { Params, Result } from '../protocol/contract.ts';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { Timers } from '../protocol/timers.ts';
import type { CoordinatorMethods, WorkerMethods } from '../protocol/workerContract.ts';
import type { Agents } from './agents.ts';
import { isLastPlanned, type Attempts } from './attempts.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import { finishPlacement } from './finishPlacement.ts';
import type { Fleet } from './fleet.ts';
import { inquiryWorker } from './inquiryWorker.ts';
import type { JobBook } from './jobBook.ts';
import { folderOf, sourcesOf } from './outputNames.ts';
import { Pauses } from './pauses.ts';
import { encodePayload } from './planner.ts';
import { backOff, type QueueSettings } from './queueSettings.ts';
import type { AttemptKey, StoredJob } from './store/records.ts';

export interface HandOversOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  readonly attempts: Attempts;
  /** Those whose files lie on other machines. */
  readonly agents: Pick<Agents, 'sources' | 'handOver'>;
  readonly settings: QueueSettings;
  readonly timers: Timers;
  readonly platform: string;
}

export type HandOver = Omit<Params<CoordinatorMethods['task.handOver']>, keyof AttemptKey>;
type HandedOver = Result<CoordinatorMethods['task.handOver']>;

interface UnderWay {
  readonly key: AttemptKey;
  readonly output: number;
  readonly done: Promise<HandedOver>;
  readonly end: AbortController;
  /** It takes no slot meanwhile. */
  readonly rests: boolean;
}

/**
 * Attempts on machines that do not see the files: their sources are offered, their results fetched and placed, by the worker on
 * the machine that holds them. Verified → fetched → granted → placed → acknowledged: only then the other one lets go of its copy.
 */
export class HandOvers {
  readonly #options: HandOversOptions;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(options: HandOversOptions) {
    this.#options = options;
  }

  /** Where the sources of an attempt can be fetched by the worker that runs it. */
  async sources(
    worker: ConnectedWorker,
    key: AttemptKey,
    signal: AbortSignal,
  ): Promise<Result<CoordinatorMethods['task.sources']>> {
    const { attempts } = this.#options;
    const { job, attempts: all } = await attempts.require(worker, key);
    // What has ended needs no files any more.
    if (!all.some(({ fence, state }) => fence === key.fence && state === 'running')) throw over(key.fence);
    return this.#offer(worker, job, signal);
  }

  /** The same before there is an attempt, for a worker that was told of it. */
  async sourcesAhead(
    worker: ConnectedWorker,
    jobId: string,
    signal: AbortSignal,
  ): Promise<Result<CoordinatorMethods['task.expected']>> {
    const { job } = await this.#options.book.get(jobId);
    return this.#offer(worker, job, signal);
  }

  async #offer(
    worker: ConnectedWorker,
    job: StoredJob['job'],
    signal: AbortSignal,
  ): Promise<Result<CoordinatorMethods['task.sources']>> {
    const { settings, agents } = this.#options;
    if (job.client !== undefined) return agents.sources(job, worker, signal);
    const holder = await this.#holder(signal);
    const { preset, outputs } = encodePayload(job);
    const assets = assetsOf(
      preset,
      outputs.map(({ index }) => index),
    );
    const options = { timeoutMs: settings.recoveryTimeoutMs, signal };
    const asked = {
      sources: sourcesOf(job),
      assets,
      taker: worker.id,
      replaces: job.onSuccess === 'replace',
    };
    const offered = await holder.peer.request('source.offer', asked, options);
    return { holder: holder.id, ...offered };
  }

  /** Resolves when the result has its name. Asked again meanwhile, because the connection was lost, there is one answer to both. */
  async handOver(worker: ConnectedWorker, key: AttemptKey, handed: HandOver): Promise<HandedOver> {
    const placed = await this.#once(worker, key, handed);
    // Whoever asked first may be a connection that is over.
    await this.#options.attempts.releaseEnded(worker, key);
    return placed;
  }

  async #once(worker: ConnectedWorker, key: AttemptKey, handed: HandOver): Promise<HandedOver> {
    const name = attemptName(key);
    // One output after the other: what is asked anew of an earlier one is answered first.
    for (let known = this.#underWay.get(name); known; known = this.#underWay.get(name)) {
      if (known.output === handed.output) {
        if (known.rests) worker.rests(key);
        return known.done;
      }
      await known.done.catch(() => undefined);
    }
    const end = new AbortController();
    const underWay = { key, output: handed.output, end, rests: false };
    const onRest = (): void => {
      underWay.rests = true;
      worker.rests(key);
    };
    const done = this.#bring(worker, key, handed, onRest, end.signal).finally(() => {
      this.#underWay.delete(name);
    });
    this.#underWay.set(name, Object.assign(underWay, { done }));
    return done;
  }

  /** The job has changed: what its attempt was handing over is of no use where that has ended. */
  changed({ attempts }: StoredJob): void {
    if (this.#underWay.size === 0) return;
    for (const { taskId, fence, state } of attempts)
      if (state !== 'running') this.#underWay.get(attemptName({ taskId, fence }))?.end.abort(over(fence));
  }

  /** Calls it off; resolves when it has come to its end, one way or the other. */
  async stop(key: AttemptKey, why: DffmpegError = calledOff): Promise<void> {
    const known = this.#underWay.get(attemptName(key));
    known?.end.abort(why);
    await known?.done.catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#underWay.values()].map(({ key }) => this.stop(key, leaving)));
  }

  async #bring(
    worker: ConnectedWorker,
    key: AttemptKey,
    handed: HandOver,
    onRest: () => void,
    signal: AbortSignal,
  ): Promise<HandedOver> {
    const { attempts } = this.#options;
    const stored = await attempts.require(worker, key);
    const placed = placedOutput(stored, handed.output);
    // Told again, because the answer was lost.
    if (placed) return placed;
    // However long its way is: another may have the slot.
    if (isLastPlanned(stored)) onRest();
    if (stored.job.client !== undefined)
      return this.#insist(signal, () => this.#handOn(worker, key, handed, signal));
    await this.#insist(signal, () => this.#receive(worker, key, handed, signal));
    return this.#insist(signal, () => this.#place(worker, key, handed));
  }

  /** To the machine that has the sources, which does with it what is done here with those of this one. */
  async #handOn(
    worker: ConnectedWorker,
    key: AttemptKey,
    handed: HandOver,
    signal: AbortSignal,
  ): Promise<HandedOver> {
    const { attempts, agents } = this.#options;
    const { job } = await attempts.require(worker, key);
    const { output, verdict } = handed;
    const placed = await agents.handOver(job, worker, handed, signal);
    await attempts.handedOver(worker, key, { ...placed, output, verdict });
    return placed;
  }

  /** What passes by itself, or waits for a person, is tried again for as long as the attempt counts. */
  async #insist<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const { settings, timers } = this.#options;
    const pauses = new Pauses(timers, signal);
    for (let failures = 1; ; failures += 1) {
      try {
        signal.throwIfAborted();
        return await act();
      } catch (thrown) {
        const error = toDffmpegError(signal.aborted ? signal.reason : thrown);
        if (signal.aborted || (error.class !== 'transient' && error.class !== 'destination')) throw error;
      }
      await pauses.pause(backOff(settings, failures));
    }
  }

  /** Fetches it, and has a name granted; nothing where that was done before. */
  async #receive(
    worker: ConnectedWorker,
    key: AttemptKey,
    { output, verdict, result, sources }: HandOver,
    signal: AbortSignal,
  ): Promise<void> {
    const { attempts, platform } = this.#options;
    const { job } = await attempts.require(worker, key);
    if (job.placement?.fence === key.fence) return;
    const path = job.outputs[output]?.path;
    if (path === undefined) throw new DffmpegError('request-invalid', `Output ${output} is not to be made.`);
    const holder = await this.#holder(signal);
    const received = await holder.peer
      .request(
        'result.receive',
        { ...key, from: worker.id, result, ...destinationOf(job, folderOf(path, platform)), sources },
        { signal },
      )
      .catch(async (thrown: unknown) => {
        const error = toDffmpegError(thrown);
        if (error.class === 'destination') await this.#say(job.id, key, error);
        throw error;
      });
    const source = job.onSuccess === 'replace' ? sources[0] : undefined;
    const { staged, identity, content, bytes } = received;
    const granting = { output, verdict, staged, identity, content, bytes, source: source && stateOf(source) };
    await attempts.commit(worker, key, granting, undefined, holder.id).catch(async (error: unknown) => {
      await holder.peer.request('result.drop', key).catch(() => undefined);
      throw error;
    });
  }

  async #place(worker: ConnectedWorker, key: AttemptKey, { output }: HandOver): Promise<HandedOver> {
    const { attempts } = this.#options;
    const { job } = await attempts.require(worker, key);
    const done = placedOutput({ job }, output);
    if (done) return done;
    const placer = job.placement && this.#options.fleet.get(job.placement.workerId);
    if (!placer) throw new DffmpegError('worker-lost', 'The worker that has the result is not connected.');
    const end = await finishPlacement(this.#options, placer, { ...key, jobId: job.id });
    if (end.outcome !== 'placed') {
      if (end.outcome === 'gone') await attempts.giveUp(job.id, key, 'placement-gone', gone);
      throw over(key.fence);
    }
    const { path, bytes, verdict } = end.placement;
    const { identity, modified } = end;
    await attempts.report(worker, key, {
      type: 'delivered',
      output,
      path,
      bytes,
      verdict,
      identity,
      modified,
    });
    return { path, bytes };
  }

  /** Why the result is not fetched now; it lies verified on the other machine. */
  async #say(jobId: string, { fence }: AttemptKey, error: DffmpegError): Promise<void> {
    await this.#options.book.change(jobId, ({ job, attempts }) => {
      const isRunning = attempts.some((attempt) => attempt.fence === fence && attempt.state === 'running');
      if (!isRunning || job.reason?.message === error.message) return undefined;
      return { job: { reason: error.toData() } };
    });
  }

  #holder(signal: AbortSignal): Promise<ConnectedWorker> {
    return inquiryWorker(this.#options.fleet, this.#options, signal);
  }
}

const calledOff = new DffmpegError('cancelled', 'The hand-over was called off.');
/** Asked again of the next daemon. */
const leaving = new DffmpegError('disconnected', 'The daemon is leaving.');

const gone = {
  code: 'result-damaged',
  message: 'The result was gone when it was to get its name.',
  hint: 'It is encoded again.',
} as const;

function placedOutput({ job }: Pick<StoredJob, 'job'>, output: number): HandedOver | undefined {
  const { state, path, bytes } = job.outputs[output] ?? {};
  return state === 'placed' && path !== undefined && bytes !== undefined ? { path, bytes } : undefined;
}

function stateOf({ identity, bytes, modified, changed, content, kept }: HandOver['sources'][number]) {
  return { identity, bytes, modified, changed, content, kept };
}

function over(fence: number): DffmpegError {
  return new DffmpegError('fence-void', `Attempt ${fence} does not count any more.`);
}

function destinationOf(
  { destinations = [] }: Pick<StoredJob['job'], 'destinations'>,
  folder: string,
): Pick<Params<WorkerMethods['result.receive']>, 'destination' | 'mark'> {
  const mark = destinations.find(({ path }) => path === folder)?.mark;
  return { destination: folder, ...(mark ? { mark } : {}) };
}
