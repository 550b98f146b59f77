import { DffmpegError } from '../protocol/errors.ts';
import type { FetchedRange } from './fileLink.ts';
import type { Range } from './neighbourFiles.ts';

export interface Fetching {
  readonly read: (range: Range, signal: AbortSignal) => Promise<FetchedRange>;
  readonly signal: AbortSignal;
  /** Bytes that are there, of all. */
  readonly onProgress?: (present: number) => void;
  /** It is not needed yet: whoever else waits for it asks in its place. */
  readonly yields?: boolean;
}

/** Those who wait for one file. Each part of it is asked for by one of them, and by another where that one leaves. */
export class SharedRead {
  readonly #all = new Set<Fetching>();
  /** Ends when somebody comes who needs it sooner than who asks now. */
  #turn = new AbortController();

  add(fetching: Fetching): void {
    const before = this.#asking;
    this.#all.add(fetching);
    if (before === undefined || before === this.#asking) return;
    this.#turn.abort(nobodyWaits());
    this.#turn = new AbortController();
  }

  /** What it has asked for comes all the same, or is asked for anew. */
  delete(fetching: Fetching): void {
    this.#all.delete(fetching);
  }

  readonly onProgress = (present: number): void => {
    for (const { onProgress } of this.#all) onProgress?.(present);
  };

  readonly read: Fetching['read'] = async (range, signal) => {
    for (;;) {
      const { signal: turn } = this.#turn;
      const asking = this.#asking;
      if (!asking) throw nobodyWaits();
      try {
        return await asking.read(range, AbortSignal.any([signal, turn]));
      } catch (error) {
        if (signal.aborted || asking === this.#asking) throw error;
      }
    }
  };

  get #asking(): Fetching | undefined {
    const all = [...this.#all];
    return all.find(({ yields }) => yields !== true) ?? all[0];
  }
}

export function nobodyWaits(): DffmpegError {
  return new DffmpegError('cancelled', 'Nobody waits for this file any more.');
}
