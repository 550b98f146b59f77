import type { ErrorCode } from '../protocol/errors.ts';
import {
  toStatusJob,
  toStatusWorker,
  type HostMessage,
  type StatusConnection,
} from '../protocol/statusPageContract.ts';
import { Coalescer, type Timers } from './model/coalescer.ts';
import type { Disposable, Event } from './model/emitter.ts';
import type { BoardChange, JobBoard } from './model/jobBoard.ts';
import type { LoadHistory } from './statusPageLoad.ts';

/** How this window stands with the daemon; `LinkState` fits. */
export type StatusLink =
  | { readonly kind: 'idle' | 'connecting' | 'ready' }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message?: string; readonly hint?: string };

/** Where the page's data comes from. */
export interface StatusSource {
  readonly board: JobBoard;
  readonly link: () => StatusLink;
  readonly onDidChangeLink: Event<unknown>;
}

type Part = HostMessage['type'];
const allParts: readonly Part[] = ['connection', 'workers', 'load', 'jobs', 'progress'];

/** Milliseconds between two messages of one kind: 4 a second is as fast as progress comes. */
const interval = 250;
/** A page of a long night shows the newest; the rest is in the Jobs view. */
const mostWaiting = 500;
const mostFinished = 200;

/** Tells one page where things stand: everything when it begins, then each part that changed, whole. */
export class StatusPageFeed implements Disposable {
  readonly #source: StatusSource;
  readonly #history: LoadHistory;
  readonly #post: (message: HostMessage) => void;
  readonly #coalescer: Coalescer<Part>;
  readonly #subscriptions: Disposable[];

  constructor(
    source: StatusSource,
    history: LoadHistory,
    post: (message: HostMessage) => void,
    timers?: Timers,
  ) {
    this.#source = source;
    this.#history = history;
    this.#post = post;
    this.#coalescer = new Coalescer(interval, (parts) => this.#send(parts), timers);
    this.#subscriptions = [
      source.board.onDidChange((change) => this.#onBoardChange(change)),
      source.onDidChangeLink(() => this.#coalescer.add('connection')),
    ];
    history.add(source.board.workers);
    this.#send(new Set(allParts));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#coalescer.dispose();
  }

  #onBoardChange(change: BoardChange): void {
    if (change.kind === 'reset' || change.kind === 'workers') this.#history.add(this.#source.board.workers);
    for (const part of partsOf(change)) this.#coalescer.add(part);
  }

  /** In the order of `allParts`: a job that ended leaves the running list before its progress is gone. */
  #send(parts: ReadonlySet<Part>): void {
    for (const part of allParts) if (parts.has(part)) this.#post(this.#message(part));
  }

  #message(part: Part): HostMessage {
    const { board } = this.#source;
    switch (part) {
      case 'connection':
        return { type: part, connection: toConnection(this.#source.link()) };
      case 'jobs': {
        const waiting = board.jobsOf('waiting').slice(0, mostWaiting);
        const finished = board.jobsOf('finished').slice(0, mostFinished);
        const jobs = [...board.jobsOf('running'), ...waiting, ...finished];
        return { type: part, jobs: jobs.map(toStatusJob), counts: board.counts };
      }
      case 'progress': {
        const progress = board.jobsOf('running').flatMap((job) => board.progress(job.id) ?? []);
        return { type: part, progress };
      }
      case 'workers':
        return { type: part, workers: board.workers.map(toStatusWorker) };
      case 'load':
        return { type: part, series: this.#history.all() };
    }
  }
}

function partsOf(change: BoardChange): readonly Part[] {
  switch (change.kind) {
    case 'reset':
      return allParts;
    case 'job':
      return ['jobs', 'progress'];
    case 'progress':
      return ['progress'];
    case 'workers':
      return ['workers', 'load'];
    case 'forecasts':
    case 'counts':
      return ['jobs'];
  }
}

function toConnection(link: StatusLink): StatusConnection {
  if (link.kind !== 'failed') return { state: link.kind };
  const { code, message = 'The encode service of this machine cannot be reached.', hint } = link;
  return { state: 'failed', error: { code, message, hint } };
}
