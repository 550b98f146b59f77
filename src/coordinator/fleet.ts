import type { WorkerInfo } from '../protocol/model.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import { Emitter } from './emitter.ts';
import type { KnownWorkers } from './knownWorkers.ts';
import type { AttemptKey } from './store/records.ts';

/** The workers that are connected now. */
export class Fleet {
  /** Something that views show of a worker has changed; `load` changes often and interests few. */
  readonly changed = new Emitter<'worker' | 'load'>();
  /** A worker has connected, whatever is known of it. */
  readonly joined = new Emitter();
  readonly #workers = new Map<string, ConnectedWorker>();
  readonly #known: KnownWorkers;
  #loadWanted = false;
  #foreignLoadWanted = false;

  constructor(known: KnownWorkers) {
    this.#known = known;
    known.changed.on(() => {
      this.changed.emit('worker');
    });
  }

  get workers(): readonly ConnectedWorker[] {
    return [...this.#workers.values()];
  }

  get(id: string): ConnectedWorker | undefined {
    return this.#workers.get(id);
  }

  add(worker: ConnectedWorker): void {
    this.#workers.set(worker.id, worker);
    this.#tellWanted(worker);
    this.changed.emit('worker');
    this.joined.emit();
  }

  /** Does nothing when another connection of the same worker has taken its place. */
  remove(worker: ConnectedWorker): void {
    if (this.#workers.get(worker.id) !== worker) return;
    this.#workers.delete(worker.id);
    this.changed.emit('worker');
  }

  /** Until this one is not connected. */
  untilGone(id: string): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.changed.on(() => {
        look();
      });
      const look = (): void => {
        if (this.#workers.has(id)) return;
        stop();
        resolve();
      };
      look();
    });
  }

  runnerOf(key: AttemptKey): ConnectedWorker | undefined {
    return this.workers.find((worker) => worker.attempt(key));
  }

  /** Those that are connected, then those that were. */
  info(withLoad: boolean): WorkerInfo[] {
    const connected = this.workers.map((worker) => worker.info(withLoad));
    return [...connected, ...this.#known.away(new Set(this.#workers.keys()))];
  }

  /** Measuring the load costs: workers do it while somebody looks. */
  set loadWanted(wanted: boolean) {
    if (wanted === this.#loadWanted) return;
    this.#loadWanted = wanted;
    for (const worker of this.workers) {
      if (!wanted) worker.load = undefined;
      this.#tellWanted(worker);
    }
  }

  /** The same of what other programs use there; for as long as the settings say, whoever looks. */
  set foreignLoadWanted(wanted: boolean) {
    if (wanted === this.#foreignLoadWanted) return;
    this.#foreignLoadWanted = wanted;
    for (const worker of this.workers) this.#tellWanted(worker);
  }

  #tellWanted({ peer }: ConnectedWorker): void {
    peer.emit('load.wanted', { wanted: this.#loadWanted, foreign: this.#foreignLoadWanted });
  }
}
