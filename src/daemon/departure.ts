import type { Timers } from '../protocol/timers.ts';

export interface DepartureOptions {
  readonly timers: Timers;
  /** How long what runs is waited for, minutes. */
  readonly minutes: () => number;
  /** Jobs that run. */
  readonly running: () => Promise<number>;
  /** Nothing more is begun. */
  readonly giveNothingMore: () => void;
  /** Calls back when jobs may have ended; the function that comes back ends it. */
  readonly onActivity: (listener: () => void) => () => void;
  /** What still runs goes back to the queue. */
  readonly leave: (why: string) => void;
  readonly onError: (error: unknown) => void;
}

/** The end of a daemon that has something to do: nothing more is begun, and what runs is waited for, but not for ever. */
export class Departure {
  readonly #options: DepartureOptions;
  #stops: (() => void)[] | undefined;

  constructor(options: DepartureOptions) {
    this.#options = options;
  }

  /** More than once is once. */
  begin(why: string): void {
    if (this.#stops) return;
    const { timers, minutes, giveNothingMore, onActivity, leave } = this.#options;
    giveNothingMore();
    const late = `${why}; what still runs goes back to the queue`;
    this.#stops = [
      timers.after(minutes() * 60_000, () => {
        leave(late);
      }),
      onActivity(() => {
        this.#look(why);
      }),
    ];
    this.#look(why);
  }

  close(): void {
    for (const stop of this.#stops ?? []) stop();
  }

  #look(why: string): void {
    const { running, leave, onError } = this.#options;
    running().then((count) => {
      if (count > 0) return;
      this.close();
      leave(why);
    }, onError);
  }
}
