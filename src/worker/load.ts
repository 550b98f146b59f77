import type * as Systeminformation from 'systeminformation';
import { spaceOf } from '../files/freeSpace.ts';
import type { Load } from '../protocol/model.ts';
import type { WorkerSettings } from './workerSettings.ts';

type Information = Pick<typeof Systeminformation, 'graphics'>;

export interface LoadMeterOptions {
  readonly emit: (load: Load) => void;
  readonly settings: Pick<WorkerSettings, 'loadSeconds'>;
  /** Of whose disk the room is told. */
  readonly folder: string;
}

/** Measures processor, memory, disk and graphics cards while somebody looks. */
export class LoadMeter {
  readonly #options: LoadMeterOptions;
  #timer: NodeJS.Timeout | undefined;
  #wanted = false;
  /** Asking the system for its cards takes a program of its own: it is asked again only where a driver tells what they do. */
  #cards: Load['cards'];

  constructor(options: LoadMeterOptions) {
    this.#options = options;
  }

  setWanted(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    clearTimeout(this.#timer);
    if (wanted) void this.#measure();
  }

  async #measure(): Promise<void> {
    const { emit, folder, settings } = this.#options;
    try {
      // Not before somebody looks: it is a third of the daemon's code.
      const information = await import('systeminformation');
      const [processor, memory, disk] = await Promise.all([
        information.currentLoad(),
        information.mem(),
        spaceOf(folder).catch(() => undefined),
      ]);
      if (this.#wanted)
        emit({
          cpu: Math.min(1, Math.max(0, processor.currentLoad / 100)),
          memoryUsed: memory.active,
          memoryTotal: memory.total,
          ...{ disk, cards: this.#cards },
          at: Date.now(),
        });
      // For the next time: some systems take seconds to answer.
      if (this.#cards === undefined || this.#cards.some(({ busy }) => busy !== undefined))
        this.#cards = await cardsOf(information);
    } catch {
      // A reading that failed is skipped; the next one may work.
    }
    if (!this.#wanted) return;
    this.#timer = setTimeout(() => void this.#measure(), settings.loadSeconds * 1000);
    this.#timer.unref();
  }
}

/** What is no card that could encode has neither memory of its own nor a driver that tells. */
async function cardsOf({ graphics }: Information): Promise<NonNullable<Load['cards']>> {
  const { controllers } = await graphics();
  return controllers
    .filter(({ model, memoryTotal, vram }) => model !== '' && (memoryTotal ?? vram ?? 0) > 0)
    .slice(0, 16)
    .map(({ model, name = model, utilizationGpu, memoryUsed, memoryTotal }) => ({
      name: name.slice(0, 200),
      busy: utilizationGpu === undefined ? undefined : Math.min(1, Math.max(0, utilizationGpu / 100)),
      // The library has megabytes.
      memoryUsed: memoryUsed === undefined ? undefined : memoryUsed * 1024 * 1024,
      memoryTotal: memoryTotal === undefined ? undefined : memoryTotal * 1024 * 1024,
    }));
}
