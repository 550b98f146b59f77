import { isEnded } from '../protocol/jobState.ts';
import type { Job } from '../protocol/model.ts';
import type { Disposable } from './model/emitter.ts';
import type { BoardChange, JobBoard } from './model/jobBoard.ts';

/** The jobs that one click submitted, followed to their end and then told of once. */
export class Batches implements Disposable {
  readonly #board: JobBoard;
  readonly #open = new Set<Set<string>>();
  readonly #tell: (jobs: readonly Job[]) => void;
  readonly #lookUp: (id: string) => void;
  readonly #subscription: Disposable;

  /** `lookUp`: asks the daemon for a job that the board's snapshot left out. */
  constructor(board: JobBoard, tell: (jobs: readonly Job[]) => void, lookUp: (id: string) => void) {
    this.#board = board;
    this.#tell = tell;
    this.#lookUp = lookUp;
    this.#subscription = board.onDidChange((change) => {
      this.#follow(change);
    });
  }

  add(ids: readonly string[]): void {
    if (ids.length === 0) return;
    const batch = new Set(ids);
    this.#open.add(batch);
    this.#finish(batch);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#open.clear();
  }

  #follow(change: BoardChange): void {
    if (change.kind === 'reset') {
      for (const batch of this.#open) {
        for (const id of batch) if (!this.#board.job(id)) this.#lookUp(id);
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
    this.#tell(jobs);
  }
}
