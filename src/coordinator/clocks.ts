import type { Clock } from './ids.ts';

/**
 * A clock that is the system's until somebody sets that back: then it goes on as it went. So what comes later counts as
 * later, and a wait lasts as long as it was to. It is set forward with the system's.
 */
export function steadyClock(clock: Clock, monotonic: Clock): Clock {
  let ahead = Number.NEGATIVE_INFINITY;
  return () => {
    const elapsed = monotonic();
    ahead = Math.max(ahead, clock() - elapsed);
    return Math.round(elapsed + ahead);
  };
}

/**
 * Whether something that waits until `at` is due. A wait that would end after `latest` is longer than any wait that is
 * asked for: the clock was set back since, and it has been waited for already.
 */
export function isDue(
  at: number,
  { now, latest }: { readonly now: number; readonly latest: number },
): boolean {
  return at <= now || at > latest;
}
