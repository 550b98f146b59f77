import type { WorkerInfo } from '../protocol/model.ts';
import type { LoadSeries } from '../protocol/statusPageContract.ts';

/** Milliseconds of load that the charts show. */
export const loadWindow = 5 * 60_000;
/** Enough for one sample every 2 seconds. */
const mostSamples = 150;

/** The last minutes of each worker's load. Lives in the host, so that a page that was hidden has it again. */
export class LoadHistory {
  readonly #series = new Map<string, LoadSeries>();

  add(workers: readonly WorkerInfo[]): void {
    for (const id of this.#series.keys())
      if (!workers.some((worker) => worker.id === id)) this.#series.delete(id);
    for (const { id, load } of workers) {
      if (!load) continue;
      const known = this.#series.get(id) ?? { workerId: id, at: [], cpu: [], memoryUsed: [], memoryTotal: 0 };
      if (known.at.at(-1) === load.at) continue;
      const first = firstKept(known.at, load.at);
      this.#series.set(id, {
        workerId: id,
        at: [...known.at.slice(first), load.at],
        cpu: [...known.cpu.slice(first), load.cpu],
        memoryUsed: [...known.memoryUsed.slice(first), load.memoryUsed],
        memoryTotal: load.memoryTotal,
        ...{ disk: load.disk, cards: load.cards },
      });
    }
  }

  all(): LoadSeries[] {
    return [...this.#series.values()];
  }
}

/** Index of the first of the known times that stays when one more sample comes at `now`. */
function firstKept(at: readonly number[], now: number): number {
  const young = at.findIndex((time) => time > now - loadWindow);
  return Math.max(young === -1 ? at.length : young, at.length - mostSamples + 1);
}
