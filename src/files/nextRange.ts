/** What is to be had of a file, and what is there of it by now. */
export interface Wanted {
  /** Ranges of the file. */
  readonly count: number;
  readonly has: (index: number) => boolean;
  readonly inFlight: (index: number) => boolean;
  /** Where it is read; whoever came last is first. */
  readonly cursors: readonly Reading[];
  /** Whether all of it is wanted, in the end. */
  readonly rest: boolean;
  /** No range before this one is missing. */
  readonly lowest: number;
}

export interface Reading {
  /** The range that a reader waits for, or reads. */
  readonly index: number;
  /** How many ranges beyond it are wanted soon. */
  readonly ahead: number;
}

export interface NextRange {
  readonly index: number;
  /** Somebody waits for it. */
  readonly urgent: boolean;
}

/** What is asked for next: what somebody waits for, what comes after that, then the rest in its order. */
export function nextRange(wanted: Wanted): NextRange | undefined {
  const { count, has, inFlight, cursors, rest, lowest } = wanted;
  const isFree = (index: number): boolean => index < count && !has(index) && !inFlight(index);
  const farthest = Math.max(-1, ...cursors.map(({ ahead }) => ahead));
  for (let distance = 0; distance <= farthest; distance += 1)
    for (const { index, ahead } of cursors)
      if (distance <= ahead && isFree(index + distance))
        return { index: index + distance, urgent: distance === 0 };
  if (rest)
    for (let index = lowest; index < count; index += 1) if (isFree(index)) return { index, urgent: false };
  return undefined;
}
