import type { Io } from '../io.ts';

/**
 * Milliseconds. A terminal tells Ctrl+C to every process of the command, and a launcher passes it on besides: what
 * comes that close together is one.
 */
const togetherMs = 300;

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first signal asks to stop, orderly; the second leaves at once.
 * @returns `aborted` at the first signal, and `release` to listen no more
 */
export function stopSignals(io: Io, exitCode: number): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let first: number | undefined;
  const onSignal = (): void => {
    if (first !== undefined) {
      if (io.now() - first > togetherMs) io.leave(exitCode);
      return;
    }
    first = io.now();
    controller.abort();
  };
  for (const name of names) io.signals.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) io.signals.off(name, onSignal);
    },
  };
}
