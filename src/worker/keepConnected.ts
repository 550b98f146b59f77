import { setTimeout as delay } from 'node:timers/promises';
import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import { grownWait } from '../protocol/grownWait.ts';

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
    let pause = grown(pauses, failures);
    try {
      if (await use(await connect(signal))) {
        failures = 0;
        told = undefined;
        pause = grown(pauses, failures);
      }
    } catch (thrown) {
      if (signal.aborted) return;
      const error = toDffmpegError(thrown);
      const isRefused = refusals.has(error.code);
      if (isRefused) pause = pauses.connectRetryMaxSeconds;
      if (isRefused || told !== error.message) onError(error, pause);
      told = error.message;
    }
    failures += 1;
    const spread = 1 + pauses.connectRetryJitter * random();
    await delay(pause * spread * 1000, undefined, { signal }).catch(() => undefined);
  }
}

/** What only a person can mend. */
const refusals: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'version-mismatch']);

function grown(
  { connectRetryMinSeconds, connectRetryMaxSeconds, connectRetryFactor }: ConnectPauses,
  failures: number,
): number {
  return grownWait(connectRetryMinSeconds, connectRetryMaxSeconds, connectRetryFactor, failures);
}
