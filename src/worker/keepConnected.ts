import { setTimeout as delay } from 'node:timers/promises';
import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';

/** Between two tries to connect: from the first to the longest, `factor` times as long each time, and a part longer by chance. */
export interface ConnectPauses {
  readonly connectRetryMinSeconds: number;
  readonly connectRetryMaxSeconds: number;
  readonly connectRetryFactor: number;
  readonly connectRetryJitter: number;
}

export interface KeepConnectedOptions<C> {
  readonly connect: (signal: AbortSignal) => Promise<C>;
  /** Uses the connection until it is over. Resolves with whether it was of any use: then the next try comes soon. */
  readonly use: (connection: C) => Promise<boolean>;
  readonly pauses: ConnectPauses;
  readonly signal: AbortSignal;
  readonly random: () => number;
  /** Why there is no connection, each time that another reason than the last is found; and when it is tried again. */
  readonly onError: (error: DffmpegError, pauseSeconds: number) => void;
}

/**
 * Connects, and connects again whenever the connection is over, until the signal. Who is refused for what he is or for
 * what he speaks is not better off by asking often: he asks as rarely as there is, and says so each time.
 */
export async function keepConnected<C>(options: KeepConnectedOptions<C>): Promise<void> {
  const { connect, use, pauses, signal, random, onError } = options;
  let failures = 0;
  let told: string | undefined;
  while (!signal.aborted) {
    try {
      if (await use(await connect(signal))) {
        failures = 0;
        told = undefined;
      }
    } catch (thrown) {
      if (signal.aborted) return;
      const error = toDffmpegError(thrown);
      const isRefused = refusals.has(error.code);
      if (isRefused) failures = Number.POSITIVE_INFINITY;
      if (isRefused || told !== error.message) onError(error, pauseSeconds(pauses, failures, 0));
      told = error.message;
    }
    const pause = pauseSeconds(pauses, failures, random());
    failures += 1;
    await delay(pause * 1000, undefined, { signal }).catch(() => undefined);
  }
}

/** What only a person can mend. */
const refusals: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'version-mismatch']);

/** @param chance 0 to 1 */
export function pauseSeconds(
  { connectRetryMinSeconds: first, connectRetryMaxSeconds: longest, ...grow }: ConnectPauses,
  failures: number,
  chance: number,
): number {
  const grown = Math.min(longest, first * grow.connectRetryFactor ** failures);
  return grown * (1 + grow.connectRetryJitter * chance);
}
