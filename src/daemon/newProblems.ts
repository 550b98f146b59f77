import type { ConfigProblem } from './mergeConfig.ts';

/** Of each reading of the settings those problems that the one before did not have; a line that moved is no new one. */
export function newProblems(): (now: readonly ConfigProblem[]) => readonly ConfigProblem[] {
  let known = new Set<string>();
  return (now) => {
    const fresh = now.filter((problem) => !known.has(identityOf(problem)));
    known = new Set(now.map(identityOf));
    return fresh;
  };
}

function identityOf({ origin, message }: ConfigProblem): string {
  return `${origin}: ${message}`;
}
