/** What the shell sees. Of many jobs the worst counts. */
export const exitCodes = {
  /** Done; a verdict of `warn` is done too. */
  done: 0,
  /** A job, its source or what it needs failed. */
  failed: 1,
  /** The command line itself was wrong. */
  usage: 2,
  /** `serve`: another daemon holds the state folder. */
  alreadyServing: 3,
  /** Cancelled: the shell's number for an interrupted program, 128 + SIGINT. */
  cancelled: 130,
} as const;

/** Failed is worse than cancelled: a person knows what they cancelled. */
const worstLast: readonly number[] = [exitCodes.done, exitCodes.cancelled, exitCodes.failed];

export function worstExitCode(codes: readonly number[]): number {
  const rank = (code: number): number => {
    const index = worstLast.indexOf(code);
    return index === -1 ? worstLast.length : index;
  };
  return codes.reduce((worst, code) => (rank(code) > rank(worst) ? code : worst), exitCodes.done);
}
