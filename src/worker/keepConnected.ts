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

/**
 * For `use`: serves a connection until it is over, or closes it at the signal. Nothing is said in it that would tell whether it
 * was of any use: one that is over at once was not.
 */
export function serveUntil<C extends { close(): void }>(
  serve: (connection: C) => Promise<unknown>,
  { signal, pauses }: Pick<KeepConnectedOptions<C>, 'signal' | 'pauses'>,
): (connection: C) => Promise<boolean> {
  return async (connection) => {
    const since = performance.now();
    const close = (): void => {
      connection.close();
    };
    signal.addEventListener('abort', close);
    if (signal.aborted) close();
    await serve(connection);
    signal.removeEventListener('abort', close);
    return performance.now() - since > pauses.connectRetryMinSeconds * 1000;
  };
}

/** What only a person can mend. */
const refusals: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'version-mismatch']);

function grown(
  { connectRetryMinSeconds, connectRetryMaxSeconds, connectRetryFactor }: ConnectPauses,
  failures: number,
): number {
  return grownWait(connectRetryMinSeconds, connectRetryMaxSeconds, connectRetryFactor, failures);
}
