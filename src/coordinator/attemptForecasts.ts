import { attemptName } from './attemptName.ts';
import type { Work } from '../encoding/workEstimate.ts';
import type { AttemptKey } from './store/records.ts';
import { unknownSeconds, type Basis, type Moment } from './timetable.ts';

/** What was foreseen of an attempt when it was given out. Times are milliseconds of the monotonic clock. */
export interface Foreseen {
  readonly works: readonly Work[] | undefined;
  /** That the worker has to fetch first, all of them; missing where it has some, or needs none. */
  readonly bytes?: number | undefined;
  readonly begunAt: number;
  readonly seconds: number;
  readonly basis: Basis;
}

/** What an attempt teaches about its worker. */
export interface Lesson {
  readonly works: readonly Work[];
  /** Without those in which its files came. */
  readonly seconds: number;
  readonly fetched?: { readonly bytes: number; readonly seconds: number } | undefined;
}

type Watched = AttemptKey & { readonly foreseen?: Foreseen | undefined };

interface Seen {
  /** When its first command began: its files are there, or come while it runs. */
  startedAt?: number | undefined;
  eta?: { seconds: number; at: number } | undefined;
  suspended: boolean;
  /** At any time: what it took then is more than its work. */
  stoodStill: boolean;
}

/** An attempt that is over its time takes this part of what it took so far, at least. */
const overdueShare = 0.25;

/** When what runs will have ended: by its own word where there is one, else by what was foreseen. */
export class AttemptForecasts {
  readonly #seen = new Map<string, Seen>();

  heard(attempt: AttemptKey, eta: number | undefined, now: number): void {
    this.#of(attempt).eta = eta === undefined ? undefined : { seconds: eta, at: now };
  }

  started(attempt: AttemptKey, now: number): void {
    this.#of(attempt).startedAt ??= now;
  }

  suspended(attempt: AttemptKey, suspended: boolean): void {
    const seen = this.#of(attempt);
    seen.suspended = suspended;
    seen.stoodStill ||= suspended;
  }

  isSuspended(attempt: AttemptKey): boolean {
    return this.#seen.get(attemptName(attempt))?.suspended ?? false;
  }

  forget(attempt: AttemptKey): void {
    this.#seen.delete(attemptName(attempt));
  }

  ending(attempt: Watched, now: number): Moment {
    const { eta, suspended } = this.#seen.get(attemptName(attempt)) ?? {};
    const { foreseen } = attempt;
    // Until a person lets it go on.
    if (suspended === true) return { at: Infinity, basis: 'unknown' };
    if (eta) return { at: Math.max(0, eta.seconds - (now - eta.at) / 1000), basis: 'learnt' };
    if (!foreseen || foreseen.basis === 'unknown') return { at: unknownSeconds, basis: 'unknown' };
    const elapsed = (now - foreseen.begunAt) / 1000;
    return { at: Math.max(foreseen.seconds - elapsed, elapsed * overdueShare), basis: foreseen.basis };
  }

  /** Of an attempt that has reached its end. */
  lesson(attempt: Watched, now: number): Lesson | undefined {
    const { works, begunAt, bytes = 0 } = attempt.foreseen ?? {};
    const { stoodStill = false, startedAt } = this.#seen.get(attemptName(attempt)) ?? {};
    if (!works || begunAt === undefined || stoodStill) return undefined;
    const seconds = (now - begunAt) / 1000;
    if (bytes === 0 || startedAt === undefined) return { works, seconds };
    const fetched = { bytes, seconds: (startedAt - begunAt) / 1000 };
    return { works, seconds: seconds - fetched.seconds, fetched };
  }

  #of(attempt: AttemptKey): Seen {
    const name = attemptName(attempt);
    const seen = this.#seen.get(name) ?? { suspended: false, stoodStill: false };
    this.#seen.set(name, seen);
    return seen;
  }
}
