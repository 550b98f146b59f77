/** Milliseconds since the epoch. */
export type Clock = () => number;
/** 0 to below 1. */
export type Random = () => number;

const radix = 36;
/** Base 36 holds the milliseconds in 8 digits until the year 2059, and in 9 for long after. */
const timeDigits = 8;
const randomDigits = 4;

/** Every id that is made from this time on comes behind it. */
export function idsFrom(time: number): string {
  return Math.max(0, Math.floor(time)).toString(radix).padStart(timeDigits, '0');
}

/**
 * Ids of 12 lower-case letters and digits: short enough to type, sorted by creation within one process, and
 * never the same twice there; the random part keeps those of several processes apart.
 */
export function createIdSource(clock: Clock, random: Random): () => string {
  let last = 0;
  return () => {
    last = Math.max(clock(), last + 1);
    const noise = Math.floor(random() * radix ** randomDigits);
    return idsFrom(last) + noise.toString(radix).padStart(randomDigits, '0');
  };
}
