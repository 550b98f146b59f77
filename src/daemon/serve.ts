import { Daemon, type TestParts } from './daemon.ts';
import { holdStateDir } from './holdStateDir.ts';
import { prepareStateDir } from './stateDir.ts';
import { toDffmpegError } from '../protocol/errors.ts';
import type { Config } from './config.ts';
import { ConfigStore, type ConfigOptions } from './configStore.ts';
import { slotKinds } from './settings/general.ts';
import { startSuccessor } from './successor.ts';

/** Another daemon holds the state folder: not a failure, that one is to be used. */
const alreadyServingCode = 3;

/**
 * `dffmpeg serve`: runs until it is told to leave, or has had nothing to do for long enough.
 * @returns the exit code: 0 after an orderly end, 1 after an internal error, 3 when another daemon is there
 */
export async function serve(options: ConfigOptions, parts?: TestParts): Promise<number> {
  await prepareStateDir(options.stateDir);
  const config = await ConfigStore.load(options);
  const held = await holdStateDir(options.stateDir, config.values);
  if (!('lock' in held)) {
    const who = held.heldBy === undefined ? 'Another process' : `The daemon with process id ${held.heldBy}`;
    process.stderr.write(
      `dffmpeg: ${who} serves ${options.stateDir} already. There is one per state folder.\n`,
    );
    return alreadyServingCode;
  }
  const daemon = new Daemon({ config, stateDir: options.stateDir, parts });
  const stopListening = listenForTheEnd(daemon);
  let successor: string | undefined;
  try {
    const { url, reach } = await daemon.start();
    process.stdout.write(`${JSON.stringify({ event: 'ready', url, reach })}\n`);
    const code = await daemon.ended;
    successor = await daemon.successor;
    return code;
  } finally {
    // The process then ends as it is, which loses nothing that was answered.
    const deadline = setTimeout(() => process.exit(1), config.values.leaveSeconds * 1000);
    await daemon.close();
    clearTimeout(deadline);
    stopListening();
    held.lock.release();
    if (successor !== undefined) await handOverTo(successor, options.stateDir, config.values);
  }
}

/** A daemon of nobody's own, for workers and people on other machines: what `coordinator run` is unless the settings say otherwise. */
const coordinatorDefaults = {
  listen: '0.0.0.0:7450',
  idleMinutes: 0,
  slots: Object.fromEntries(slotKinds.map((kind) => [kind, 0])),
} as const;

/** `dffmpeg coordinator run`: as `serve`. */
export function coordinate(options: ConfigOptions): Promise<number> {
  return serve({ ...options, defaults: coordinatorDefaults });
}

/** What waits goes on by itself; where that fails, the next client starts it. */
async function handOverTo(programDir: string, stateDir: string, settings: Config): Promise<void> {
  await startSuccessor(programDir, stateDir, settings).catch((error: unknown) => {
    process.stderr.write(
      `dffmpeg: The newer program could not be started: ${toDffmpegError(error).message}\n`,
    );
  });
}

/** Signals end it orderly. So does what nobody caught, with exit code 1: state that may be wrong is not gone on with. */
function listenForTheEnd(daemon: Daemon): () => void {
  const onSignal = (signal: NodeJS.Signals): void => daemon.leave(`signal ${signal}`);
  const onError = (error: unknown): void => daemon.fail(error);
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    process.off('uncaughtException', onError);
    process.off('unhandledRejection', onError);
  };
}
