import { connectToDaemon, type DaemonConnection } from '../client/connection.ts';
import { readDiscovery, isProcessAlive } from '../client/discovery.ts';
import type { Invocation } from './command.ts';
import { programDir, programVersion } from './programFiles.ts';

/** Finds the daemon of the state folder, starting it when none runs. The caller closes the connection. */
export function openDaemon(
  { stateDir, io }: Invocation,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<DaemonConnection> {
  return connectToDaemon({
    stateDir,
    start: true,
    programDir: programDir(),
    nodePath: io.env['DFFMPEG_NODE_PATH'],
    client: 'cli',
    version: programVersion(),
    signal: options.signal,
  });
}

/** Connects to a daemon that runs already; `undefined` when none does. */
export async function openRunningDaemon({ stateDir }: Invocation): Promise<DaemonConnection | undefined> {
  const discovery = await readDiscovery(stateDir);
  if (discovery === undefined || !isProcessAlive(discovery.pid)) return undefined;
  return connectToDaemon({ stateDir, start: false, client: 'cli', version: programVersion() });
}

/** Runs with a connection that is closed at the end, however it ends. */
export async function withDaemon<T>(
  invocation: Invocation,
  run: (daemon: DaemonConnection) => Promise<T>,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const daemon = await openDaemon(invocation, options);
  try {
    return await run(daemon);
  } finally {
    daemon.close();
  }
}
