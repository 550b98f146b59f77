import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import type { Timers } from '../protocol/timers.ts';
import type { WorkerSettings } from './workerSettings.ts';

/** What processors have done since some moment, in seconds over all of them. */
export interface CpuUse {
  /** By a clock that goes on evenly. */
  readonly at: number;
  readonly cores: number;
  readonly busy: number;
  /** Of that, this program with all that it has started. */
  readonly own: number;
}

/** Which part of the machine others have used between the two, 0 to 1. */
export function foreignShare(before: CpuUse, after: CpuUse): number {
  const all = (after.at - before.at) * after.cores;
  const foreign = after.busy - before.busy - (after.own - before.own);
  return all <= 0 ? 0 : Math.min(1, Math.max(0, foreign / all));
}

export interface ForeignLoadOptions {
  /** Undefined where it cannot be told now, or never on this system. */
  readonly measure: () => Promise<CpuUse | undefined>;
  readonly emit: (share: number) => void;
  readonly settings: Pick<WorkerSettings, 'foreignLoadSeconds'>;
  readonly timers: Timers;
  readonly onError: (error: DffmpegError) => void;
}

/** Tells how much of the machine other programs use, while its coordinator wants to know that. */
export class ForeignLoad {
  readonly #options: ForeignLoadOptions;
  #before: CpuUse | undefined;
  #stop: (() => void) | undefined;
  #wanted = false;

  constructor(options: ForeignLoadOptions) {
    this.#options = options;
  }

  setWanted(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#stop?.();
    this.#stop = undefined;
    this.#before = undefined;
    if (wanted) void this.#measure();
  }

  async #measure(): Promise<void> {
    const { measure, emit, timers, settings, onError } = this.#options;
    try {
      const now = await measure();
      const before = this.#before;
      this.#before = now;
      if (this.#wanted && now && before) emit(foreignShare(before, now));
    } catch (error) {
      this.#before = undefined;
      onError(toDffmpegError(error));
    }
    if (!this.#wanted || this.#stop) return;
    this.#stop = timers.after(settings.foreignLoadSeconds * 1000, () => {
      this.#stop = undefined;
      void this.#measure();
    });
  }
}
