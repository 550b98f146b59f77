import type { Timers } from '../protocol/timers.ts';

/** What keeps the daemon here. */
export interface Activity {
  readonly clients: number;
  /** Jobs that have not ended. */
  readonly unfinished: number;
  /** Folders that are watched. */
  readonly watching: number;
  /** Pairing codes that are good now: a restart would end them. */
  readonly pairing: number;
  /** Of other machines, connected. */
  readonly workers: number;
}

export interface IdleMonitorOptions {
  /** 0: never. */
  readonly minutes: number;
  readonly timers: Timers;
  onIdle(): void;
}

/** Calls `onIdle` once there has been no client, no unfinished job, no watched folder, no pairing code and no worker of another machine for the whole period. */
export class IdleMonitor {
  readonly #options: IdleMonitorOptions;
  #activity: Activity = { clients: 0, unfinished: 0, watching: 0, pairing: 0, workers: 0 };
  #minutes: number;
  #stop: (() => void) | undefined;
  #closed = false;

  constructor(options: IdleMonitorOptions) {
    this.#options = options;
    this.#minutes = options.minutes;
    this.#arm();
  }

  setActivity(activity: Partial<Activity>): void {
    const was = isIdle(this.#activity);
    this.#activity = { ...this.#activity, ...activity };
    if (isIdle(this.#activity) !== was) this.#arm();
  }

  setMinutes(minutes: number): void {
    if (minutes === this.#minutes) return;
    this.#minutes = minutes;
    this.#arm();
  }

  /** What is heard of activity afterwards changes nothing: a timer would keep the process. */
  close(): void {
    this.#closed = true;
    this.#stop?.();
  }

  #arm(): void {
    this.#stop?.();
    this.#stop = undefined;
    if (this.#closed || this.#minutes === 0 || !isIdle(this.#activity)) return;
    this.#stop = this.#options.timers.after(this.#minutes * 60_000, () => this.#options.onIdle());
  }
}

function isIdle(activity: Activity): boolean {
  return Object.values(activity).every((count) => count === 0);
}
