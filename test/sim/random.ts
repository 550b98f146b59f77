/** Random numbers that are the same for the same seed, on every machine. */
export interface Random {
  /** 0 to 1. */
  uniform(): number;
  normal(): number;
  pick<T>(items: readonly T[]): T;
}

/** The generator “mulberry32”: 32 bits of state are plenty for a load of some hundred jobs. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    // By Box and Muller.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    pick: <T>(items: readonly T[]): T => items[Math.floor(uniform() * items.length)] as T,
  };
}
