import { DffmpegError, type ErrorData } from '../protocol/errors.ts';
import { placedOutputs } from '../protocol/jobResults.ts';
import { isEnded } from '../protocol/jobState.ts';
import { normalisePath } from './outputNames.ts';
import { namesOf, type SourceNames } from './sourceNames.ts';
import type { Store } from './store.ts';
import type { JobRecord, StoredJob } from './store/records.ts';

export interface SourceUseOptions {
  readonly store: Store;
  /** Node's name of the system on which the paths lie. */
  readonly platform: string;
}

/**
 * Jobs that share a source. A result takes the place of its source only when nobody reads that any more, so that each
 * job encodes the file that it was given; what cannot be had that way is said, with the other job’s id.
 */
export class SourceUse {
  readonly #store: Store;
  readonly #platform: string;
  /** Submits that are being stored, by source. */
  readonly #submits = new Map<string, Set<Promise<unknown>>>();
  /** Sources whose place is being taken now → the job whose result takes it. */
  readonly #taking = new Map<string, string>();

  constructor({ store, platform }: SourceUseOptions) {
    this.#store = store;
    this.#platform = platform;
  }

  /**
   * Stores a job of these sources; `conflict` while the place of one is being taken, which is a matter of a moment.
   * `alone`: not before other submits of them that came earlier have been stored.
   */
  async submitting<T>(
    paths: readonly string[],
    store: () => Promise<T>,
    { alone = false }: { readonly alone?: boolean } = {},
  ): Promise<T> {
    const keys = paths.map((path) => this.#key(path));
    for (const [index, key] of keys.entries()) {
      const jobId = this.#taking.get(key);
      if (jobId !== undefined)
        throw new DffmpegError(
          'conflict',
          `The result of job ${jobId} is just taking the place of ${paths[index] ?? ''}.`,
          { hint: 'Look at what is there in a moment, and encode that.' },
        );
    }
    const earlier = alone ? keys.flatMap((key) => [...(this.#submits.get(key) ?? [])]) : [];
    const work = earlier.length === 0 ? store() : Promise.allSettled(earlier).then(store);
    for (const key of keys) this.#submits.set(key, (this.#submits.get(key) ?? new Set()).add(work));
    try {
      return await work;
    } finally {
      for (const key of keys) {
        const submits = this.#submits.get(key);
        submits?.delete(work);
        if (submits?.size === 0) this.#submits.delete(key);
      }
    }
  }

  /** Nobody submits a job of this source while `work` lasts; who does so already is waited for. */
  async taking<T>(path: string, jobId: string, work: () => Promise<T>): Promise<T> {
    const key = this.#key(path);
    this.#taking.set(key, jobId);
    try {
      await Promise.allSettled([...(this.#submits.get(key) ?? [])]);
      return await work();
    } finally {
      this.#taking.delete(key);
    }
  }

  /** Another job that has not ended and reads this file, by whatever path. */
  async reader(source: SourceNames, exceptId: string): Promise<JobRecord | undefined> {
    return (await this.#jobsOf(source)).find(({ id, state }) => id !== exceptId && !isEnded(state));
  }

  /** Why no second result may be made to take the place of this source. `before`: only jobs older than that one count. */
  async refusesReplacing(source: SourceNames, before?: string): Promise<DffmpegError | undefined> {
    const first = (await this.#jobsOf(source)).find(
      ({ id, onSuccess, state, replacement }) =>
        (before === undefined || id < before) &&
        onSuccess === 'replace' &&
        (!isEnded(state) || replacement?.state === 'replacing'),
    );
    return (
      first &&
      new DffmpegError('conflict', `The result of job ${first.id} is to take the place of ${source.path}.`, {
        hint: `Keep the source this time, or wait for that job, or cancel it: dffmpeg job cancel ${first.id}`,
      })
    );
  }

  /** Of a source that is not there, or not the same any more: who has replaced it, where that was a job. */
  async whoReplaced({ id, sources }: JobRecord, error: ErrorData): Promise<ErrorData> {
    if (error.code !== 'source-missing' && error.code !== 'source-changed') return error;
    for (const { path, realPath } of sources) {
      // By paths alone: the file itself lies aside, where it may be encoded, too.
      const other = (await this.#jobsOf({ path, realPath })).find(
        (job) => job.id !== id && job.replacement?.state === 'replaced',
      );
      const result = other && placedOutputs(other)[0]?.path;
      if (other && result !== undefined)
        return {
          code: error.code,
          message: `${path} was replaced by the result of job ${other.id}: ${result}.`,
          hint: `Bring the source back and retry (dffmpeg job undo ${other.id}), or encode that result.`,
        };
    }
    return error;
  }

  /** The sources, each with the job whose result it is, where that has taken the place of another file. */
  async withOrigins({ id, sources }: JobRecord): Promise<JobRecord['sources']> {
    const made = await this.#store.madeAmong(sources.map(({ path }) => this.#normalised(path)));
    if (made.length === 0) return sources;
    return Promise.all(
      sources.map(async (source) => {
        for (const { normalised, bytes, jobId } of made) {
          if (jobId === id || normalised !== this.#normalised(source.path) || bytes !== source.bytes)
            continue;
          const job = (await this.#store.job(jobId))?.job;
          const { state } = job?.replacement ?? {};
          if (state === 'replaced' || state === 'expired') return { ...source, resultOf: jobId };
        }
        return source;
      }),
    );
  }

  async #jobsOf(source: SourceNames): Promise<JobRecord[]> {
    const keys = new Set(this.#keysOf(source));
    return (await this.#store.jobsOfSource(namesOf(source)))
      .map(({ job }: StoredJob) => job)
      .filter(({ sources }) => sources.some((each) => this.#keysOf(each).some((key) => keys.has(key))));
  }

  #keysOf(source: SourceNames): string[] {
    return namesOf(source).map((name) => this.#key(name));
  }

  /** Equal for one file alone: on Linux two spellings of one name are two files. */
  #key(path: string): string {
    return this.#platform === 'linux' ? path : this.#normalised(path);
  }

  #normalised(path: string): string {
    return normalisePath(path, this.#platform);
  }
}
