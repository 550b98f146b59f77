import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import type { WorkerInfo } from '../protocol/model.ts';
import { Emitter } from './emitter.ts';
import type { Clock } from './ids.ts';
import type { WorkerDescription } from '../protocol/model.ts';
import type { WorkerRecord } from './store/workerRecords.ts';
import type { WorkerStore } from './workerStore.ts';

export interface KnownWorkersOptions {
  readonly store: WorkerStore;
  readonly clock: Clock;
  readonly onError: (error: DffmpegError) => void;
}

/** What people have said of a worker. */
export type Standing = Pick<WorkerRecord, 'drained' | 'labels' | 'name'>;

/** A worker that listens, and is dialled from here. */
export interface DialledWorker {
  readonly id: string;
  readonly url: string;
  /** Without it its certificate is a real one. */
  readonly pin?: string | undefined;
  /** Of a fleet: who this machine is there. */
  readonly as?: string | undefined;
}

/** Where it is dialled. */
export type Dialled = Pick<WorkerRecord, 'dial'>;

const untold: Standing = { drained: false, labels: [] };

/** Every worker that was here once, with what people said of it: also over a restart, and while it is away. */
export class KnownWorkers {
  readonly changed = new Emitter();
  readonly #options: KnownWorkersOptions;
  readonly #records: Map<string, WorkerRecord>;
  /** One write after the other, so that the latest is what is kept. */
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(options: KnownWorkersOptions, records: readonly WorkerRecord[]) {
    this.#options = options;
    this.#records = new Map(records.map((record) => [record.id, record]));
  }

  static async open(options: KnownWorkersOptions): Promise<KnownWorkers> {
    return new KnownWorkers(options, await options.store.knownWorkers());
  }

  standing(id: string): Standing {
    return this.#records.get(id) ?? untold;
  }

  /** It has connected. Of the one in this process nothing is kept: it is never away. */
  saw(description: WorkerDescription): void {
    if (description.local) return;
    const { clock, onError } = this.#options;
    const { id } = description;
    const told = this.#records.get(id) ?? { id, ...untold };
    this.#keep({ ...told, description, lastSeenAt: clock() }).catch((error: unknown) => {
      onError(toDffmpegError(error));
    });
  }

  /** It is not connected any more; one that was forgotten meanwhile stays so. */
  left(description: WorkerDescription): void {
    if (this.#records.has(description.id)) this.saw(description);
  }

  /** Throws `store-unavailable` where it cannot be kept: then it is not so. */
  async tell(id: string, said: Partial<Standing & Dialled>): Promise<void> {
    const before = this.#records.get(id);
    const record = { id, ...untold, ...before, ...said };
    try {
      await this.#keep(record);
    } catch (error) {
      if (before) this.#records.set(id, before);
      else this.#records.delete(id);
      throw error;
    }
    this.changed.emit();
  }

  /** Those that listen, by id. */
  dialled(): DialledWorker[] {
    return [...this.#records.values()].flatMap(({ id, dial }) => (dial ? [{ id, ...dial }] : []));
  }

  async forget(id: string): Promise<void> {
    await this.#write(() => this.#options.store.forgetWorker(id));
    this.#records.delete(id);
    this.changed.emit();
  }

  /** Those that are not among these, as they were last. */
  away(connected: ReadonlySet<string>): WorkerInfo[] {
    return [...this.#records.values()].flatMap(({ id, name, description, lastSeenAt, drained, labels }) =>
      connected.has(id) || !description
        ? []
        : [
            {
              ...description,
              ...{ running: [], drained, lastSeenAt, connected: false },
              name: name ?? description.name,
              labels: together(description.labels, labels),
            },
          ],
    );
  }

  /** Until all is kept. */
  async close(): Promise<void> {
    await this.#writing;
  }

  #keep(record: WorkerRecord): Promise<void> {
    this.#records.set(record.id, record);
    return this.#write(() => this.#options.store.keepWorker(record));
  }

  #write(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => undefined);
    return done;
  }
}

/** Each once, by name. */
export function together(own: readonly string[], given: readonly string[]): string[] {
  return [...new Set([...own, ...given])].sort();
}
