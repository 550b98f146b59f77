import { DffmpegError } from '../protocol/errors.ts';
import type { WorkerInfo } from '../protocol/model.ts';
import type { Fleet } from './fleet.ts';
import type { KnownWorkers } from './knownWorkers.ts';
import type { Recovery } from './recovery.ts';

export interface WorkerControlOptions {
  readonly fleet: Fleet;
  readonly known: KnownWorkers;
  readonly recovery: Recovery;
  readonly wake: () => void;
}

/** What a person does with workers; each is named by its id or its name, also while it is not connected. */
export class WorkerControl {
  readonly #options: WorkerControlOptions;

  constructor(options: WorkerControlOptions) {
    this.#options = options;
  }

  /** It is given nothing more, and ends what it runs; or is given something again. */
  async drain(name: string, drained: boolean): Promise<WorkerInfo> {
    const { id } = this.find(name);
    await this.#options.known.tell(id, { drained });
    this.#options.wake();
    return this.find(id);
  }

  /** In place of those that it was given here before; its own stay. */
  async setLabels(name: string, labels: string[]): Promise<WorkerInfo> {
    const { id } = this.find(name);
    await this.#options.known.tell(id, { labels });
    this.#options.wake();
    return this.find(id);
  }

  /** What people call it from now on, whatever it calls itself. Throws `conflict` where another one has that name. */
  async rename(worker: string, name: string): Promise<WorkerInfo> {
    const { id } = this.find(worker);
    const other = this.#options.fleet
      .info(true)
      .find((each) => each.id !== id && [each.id, each.name].includes(name));
    if (other)
      throw new DffmpegError('conflict', `Another worker is called “${name}”.`, {
        hint: 'Choose another name: jobs ask for a worker by it.',
      });
    await this.#options.known.tell(id, { name });
    this.#options.wake();
    return this.find(id);
  }

  /** Tells it, if it is connected, that what it runs is of no use any more. */
  dismiss(name: string): void {
    this.#options.fleet.get(this.find(name).id)?.peer.emit('dismissed', {});
  }

  /** What it ran goes back to the queue at once. Whether it may come again is decided where its key is. */
  async forget(name: string): Promise<WorkerInfo> {
    const { fleet, known, recovery, wake } = this.#options;
    const worker = this.find(name);
    if (worker.local)
      throw new DffmpegError('conflict', `${worker.name} is this machine: it stays.`, {
        hint: `To encode nothing here: dffmpeg worker drain ${worker.name}`,
      });
    fleet.get(worker.id)?.peer.close({ code: 1000, text: 'The worker was removed.' });
    await fleet.untilGone(worker.id);
    await recovery.giveUpOn(worker.id);
    await known.forget(worker.id);
    wake();
    return worker;
  }

  /** Throws `not-found`, or `conflict` where more than one have that name. */
  find(name: string): WorkerInfo {
    const all = this.#options.fleet.info(true);
    const byId = all.find(({ id }) => id === name);
    const [found, other] = byId ? [byId] : all.filter((worker) => worker.name === name);
    if (found && !other) return found;
    if (!found)
      throw new DffmpegError('not-found', `There is no worker “${name}”.`, {
        hint: `Known are: ${all.map((worker) => worker.name).join(', ')}.`,
      });
    const ids = all.filter((worker) => worker.name === name).map(({ id }) => id);
    throw new DffmpegError('conflict', `More than one worker is called “${name}”.`, {
      hint: `Name it by its id: ${ids.join(', ')}.`,
    });
  }
}
