import type { ClientEvents, ClientMethods } from '../protocol/clientContract.ts';
import { topics as allTopics } from '../protocol/clientContract.ts';
import type { Listeners, Params, Payload, Result } from '../protocol/contract.ts';
import type { DffmpegError } from '../protocol/errors.ts';
import { toDffmpegError } from '../protocol/errors.ts';
import type { Counts, Forecast, Job, Progress, WorkerInfo } from '../protocol/model.ts';
import type { WatchFolder } from '../protocol/watchFolder.ts';

export type Topic = (typeof allTopics)[number];

/** What a view needs: `onSnapshot` replaces everything it knew, the others bring what changed since. */
export interface SubscriptionListeners {
  onSnapshot?(state: { jobs: Job[]; workers: WorkerInfo[]; counts: Counts }): void;
  onJobs?(jobs: Job[]): void;
  /** Ids of jobs that are no more. */
  onRemoved?(ids: string[]): void;
  onProgress?(progress: Progress[]): void;
  /** All that can be foreseen, to who wants `progress`. */
  onForecasts?(forecasts: Forecast[]): void;
  onWorkers?(workers: WorkerInfo[]): void;
  onCounts?(counts: Counts): void;
  /** Watched folders as they are; once after each connection, too. */
  onWatch?(folders: WatchFolder[]): void;
}

export interface Subscription {
  close(): void;
}

type Ask = (params: Params<ClientMethods['subscribe']>) => Promise<Result<ClientMethods['subscribe']>>;

interface Subscriber {
  topics: readonly Topic[];
  listeners: SubscriptionListeners;
}

/**
 * Several views, one subscription: the daemon knows one for each connection, so their topics are merged. After a
 * reconnection it resumes from the cursor of the last change that was seen.
 */
export class Subscriptions {
  readonly #onError: (error: DffmpegError) => void;
  readonly #subscribers = new Set<Subscriber>();
  #ask: Ask | undefined;
  #cursor: number | undefined;
  /** Grows with every `subscribe`, so that an answer that was overtaken is known as such. */
  #round = 0;
  /** Events that came before the answer they follow; undefined when no answer is awaited. */
  #held: (() => void)[] | undefined;
  /** Somebody who knows nothing yet has joined since the last snapshot. */
  #needsSnapshot = false;

  constructor(onError: (error: DffmpegError) => void) {
    this.#onError = onError;
  }

  add(topics: readonly Topic[], listeners: SubscriptionListeners): Subscription {
    const subscriber = { topics, listeners };
    this.#subscribers.add(subscriber);
    this.#needsSnapshot = true;
    void this.#renew();
    return {
      close: () => {
        if (this.#subscribers.delete(subscriber)) void this.#renew();
      },
    };
  }

  connected(ask: Ask): void {
    this.#ask = ask;
    if (this.#subscribers.size > 0) void this.#renew();
  }

  disconnected(): void {
    this.#ask = undefined;
    this.#round++;
    this.#held = undefined;
  }

  /** For the peer: events of every topic, in the order they came. */
  readonly listeners: Required<Omit<Listeners<ClientEvents>, 'inquiry.progress'>> = {
    'jobs.changed': (payload) => {
      this.#inOrder(() => {
        this.#onJobs(payload);
      });
    },
    'jobs.progress': ({ progress }) => {
      this.#inOrder(() => {
        this.#tell('progress', (to) => to.onProgress?.(progress));
      });
    },
    'jobs.forecast': ({ forecasts }) => {
      this.#inOrder(() => {
        this.#tell('progress', (to) => to.onForecasts?.(forecasts));
      });
    },
    'workers.changed': ({ workers }) => {
      this.#inOrder(() => {
        this.#tellWorkers(workers);
      });
    },
    'watch.changed': ({ folders }) => {
      this.#inOrder(() => {
        this.#tell('watch', (to) => to.onWatch?.(folders));
      });
    },
    'counts.changed': (counts) => {
      this.#inOrder(() => {
        this.#tell('counts', (to) => to.onCounts?.(counts));
      });
    },
  };

  /** A snapshot is newer than the events before it, though its answer is seen a little later than they are. */
  #inOrder(deliver: () => void): void {
    if (this.#held) this.#held.push(deliver);
    else deliver();
  }

  async #renew(): Promise<void> {
    const ask = this.#ask;
    if (!ask) return;
    const round = ++this.#round;
    this.#held ??= [];
    const wanted = new Set([...this.#subscribers].flatMap((subscriber) => subscriber.topics));
    const since = this.#needsSnapshot ? undefined : this.#cursor;
    try {
      const answer = await ask({ topics: allTopics.filter((topic) => wanted.has(topic)), since });
      if (round !== this.#round) return;
      this.#deliver(answer);
    } catch (error) {
      if (round !== this.#round) return;
      const typed = toDffmpegError(error);
      if (typed.code !== 'disconnected') this.#onError(typed);
    }
    const held = this.#held;
    this.#held = undefined;
    for (const deliver of held) deliver();
  }

  #deliver({ snapshot, jobs, removed, workers, counts, cursor }: Result<ClientMethods['subscribe']>): void {
    this.#cursor = cursor;
    if (snapshot) {
      this.#needsSnapshot = false;
      this.#tell(undefined, (to) => to.onSnapshot?.({ jobs, workers, counts }));
      return;
    }
    this.#tellJobs(jobs, removed);
    this.#tellWorkers(workers);
    this.#tell('counts', (to) => to.onCounts?.(counts));
  }

  #onJobs({ jobs, removed, cursor }: Payload<ClientEvents['jobs.changed']>): void {
    // Already part of the answer to `subscribe`.
    if (this.#cursor !== undefined && cursor <= this.#cursor) return;
    this.#cursor = cursor;
    this.#tellJobs(jobs, removed);
  }

  #tellJobs(jobs: Job[], removed: string[]): void {
    if (jobs.length > 0) this.#tell('jobs', (to) => to.onJobs?.(jobs));
    if (removed.length > 0) this.#tell('jobs', (to) => to.onRemoved?.(removed));
  }

  #tellWorkers(workers: WorkerInfo[]): void {
    for (const subscriber of [...this.#subscribers])
      if (subscriber.topics.includes('workers') || subscriber.topics.includes('load'))
        this.#tellOne(subscriber, (to) => to.onWorkers?.(workers));
  }

  #tell(topic: Topic | undefined, tell: (listeners: SubscriptionListeners) => void): void {
    for (const subscriber of [...this.#subscribers])
      if (topic === undefined || subscriber.topics.includes(topic)) this.#tellOne(subscriber, tell);
  }

  /** A view that throws does not keep the others from their news. */
  #tellOne({ listeners }: Subscriber, tell: (listeners: SubscriptionListeners) => void): void {
    try {
      tell(listeners);
    } catch (error) {
      this.#onError(toDffmpegError(error));
    }
  }
}
