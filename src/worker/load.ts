import type { Load } from '../protocol/model.ts';
import type { WorkerSettings } from './workerSettings.ts';

/** Measures processor and memory while somebody looks. */
export class LoadMeter {
  readonly #emit: (load: Load) => void;
  readonly #settings: Pick<WorkerSettings, 'loadSeconds'>;
  #timer: NodeJS.Timeout | undefined;
  #wanted = false;

  constructor(emit: (load: Load) => void, settings: Pick<WorkerSettings, 'loadSeconds'>) {
    this.#emit = emit;
    this.#settings = settings;
  }

  setWanted(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    clearTimeout(this.#timer);
    if (wanted) void this.#measure();
  }

  async #measure(): Promise<void> {
    try {
      // Not before somebody looks: it is a third of the daemon's code.
      const { currentLoad, mem } = await import('systeminformation');
      const [processor, memory] = await Promise.all([currentLoad(), mem()]);
      if (this.#wanted)
        this.#emit({
          cpu: Math.min(1, Math.max(0, processor.currentLoad / 100)),
          memoryUsed: memory.active,
          memoryTotal: memory.total,
          at: Date.now(),
        });
    } catch {
      // A reading that failed is skipped; the next one may work.
    }
    if (!this.#wanted) return;
    this.#timer = setTimeout(() => void this.#measure(), this.#settings.loadSeconds * 1000);
    this.#timer.unref();
  }
}
