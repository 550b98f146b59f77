import { isEnded } from '../protocol/jobState.ts';
import type { Job } from '../protocol/model.ts';
import type { Disposable } from './model/emitter.ts';
import { Holding } from './model/holding.ts';
import type { BoardChange, JobBoard } from './model/jobBoard.ts';

export interface BatchesOptions {
  readonly tell: (jobs: readonly Job[]) => void;
  /** Asks the daemon for a job that the board's snapshot left out. */
  readonly lookUp: (id: string) => void;
  /** The board hears of jobs until the handle is disposed of. */
  readonly follow: () => Disposable;
}

/** The jobs that one click submitted, followed to their end and then told of once. */
export class Batches implements Disposable {
  readonly #board: JobBoard;
  readonly #open = new Set<Set<string>>();
  readonly #options: BatchesOptions;
  readonly #subscription: Disposable;
  /** While there is a batch: its end is told of, whatever is seen of it. */
  readonly #following: Holding;

  constructor(board: JobBoard, options: BatchesOptions) {
    this.#board = board;
    this.#options = options;
    this.#following = new Holding(options.follow);
    this.#subscription = board.onDidChange((change) => {
      this.#follow(change);
    });
  }

  add(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const batch = new Set(ids);
    this.#open.add(batch);
    this.#following.hold();
    this.#finish(batch);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#open.clear();
    this.#following.dispose();
  }

  #follow(change: BoardChange): void {
    if (change.kind === 'reset') {
      for (const batch of this.#open) {
        for (const id of batch) if (!this.#board.job(id)) this.#options.lookUp(id);
        this.#finish(batch);
      }
    } else if (change.kind === 'job' && change.to === 'finished') {
      for (const batch of this.#open) if (batch.has(change.id)) this.#finish(batch);
    }
  }

  #finish(batch: Set<string>): void {
    const jobs: Job[] = [];
    for (const id of batch) {
      const job = this.#board.job(id);
      if (!job || !isEnded(job.state)) return;
      jobs.push(job);
    }
    this.#open.delete(batch);
    if (this.#open.size === 0) this.#following.dispose();
    this.#options.tell(jobs);
  }
}
