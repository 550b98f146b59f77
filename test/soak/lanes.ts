/** Several at once, each taking the next thing to do when it is ready for it. */
export async function inLanes<T>(
  all: readonly T[],
  lanes: number,
  lane: (next: () => T | undefined) => Promise<void>,
): Promise<void> {
  const left = [...all];
  const next = (): T | undefined => left.shift();
  await Promise.all(Array.from({ length: Math.min(lanes, all.length) }, () => lane(next)));
}
