import type { ClientEvents, ClientMethods } from '../protocol/clientContract.ts';
import { clientEvents, clientMethods } from '../protocol/clientContract.ts';
import type { Listeners, Params, Result } from '../protocol/contract.ts';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { Peer } from '../protocol/peer.ts';
import { createPeer } from '../protocol/peer.ts';
import { connectWebSocket } from '../transport/websocketClient.ts';
import type { ClientSettings } from './clientSettings.ts';
import type { Discovery } from './discovery.ts';
import { isProcessAlive, isSameDaemon, localIdentity, readDiscovery } from './discovery.ts';
import { findNode } from './findNode.ts';
import { askToLeave, endIncompatible, isOlder, untilGone } from './handOver.ts';
import { installProgram } from './installProgram.ts';
import { requireStateFolder } from './requireStateFolder.ts';
import { startDaemon } from './startDaemon.ts';

export type DaemonPeer = Peer<ClientMethods, Record<never, never>>;

export interface DialOptions {
  stateDir: string;
  /** Start the daemon if none runs. */
  start: boolean;
  /** Folder of the bundled program; needed when `start`. */
  programDir?: string | undefined;
  nodePath?: string | undefined;
  settings: ClientSettings;
  session: Params<ClientMethods['session.open']>;
  listeners: Listeners<ClientEvents>;
  onError?: ((error: DffmpegError) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface Dialled {
  peer: DaemonPeer;
  daemon: Result<ClientMethods['session.open']>;
}

/**
 * Finds the daemon, starts it if asked to, proves the key both ways and opens the session. Only a missing file, a
 * dead process or a refused port mean that there is no daemon; one that does not answer in time is left alone. An older
 * one hands over to the program of this client when nothing runs there, or when they do not understand each other.
 */
export async function dialDaemon(options: DialOptions): Promise<Dialled> {
  let discovery = await findDaemon(options, undefined);
  for (let attempt = 1; ; attempt++) {
    try {
      return await handedOver(discovery, await openSession(discovery, options), options);
    } catch (error) {
      if (attempt >= options.settings.dialAttempts || options.signal?.aborted) throw error;
      discovery = await lookAgain(discovery, toDffmpegError(error), options);
    }
  }
}

/** The session, with a daemon of this version where an older one runs that has nothing to do; one that has hands over later. */
async function handedOver(found: Discovery, dialled: Dialled, options: DialOptions): Promise<Dialled> {
  const { start: mayStart, programDir, stateDir, settings, signal } = options;
  if (!mayStart || programDir === undefined || !(await isOlder(dialled.daemon, programDir))) return dialled;
  await installProgram(programDir, stateDir);
  if (!(await askToLeave(dialled.peer, signal))) return dialled;
  dialled.peer.close();
  await untilGone(found, settings, signal);
  return openSession(await start(options, found), options);
}

/** Where to try next after a failure, if that can change anything; else the failure itself. */
async function lookAgain(failed: Discovery, error: DffmpegError, options: DialOptions): Promise<Discovery> {
  const found = await readDiscovery(options.stateDir);
  if (found && !isSameDaemon(found, failed)) return found;
  if (error.code === 'version-mismatch' && options.start && (await isOlder(failed, options.programDir))) {
    endIncompatible(failed);
    await untilGone(failed, options.settings, options.signal);
    return start(options, failed);
  }
  if (error.code === 'daemon-unavailable') return findDaemon(options, failed);
  // Cut in the middle of the upgrade, as by a daemon that is just ending: the next attempt tells whether it is gone.
  if (error.code === 'disconnected') return failed;
  throw error;
}

async function findDaemon(options: DialOptions, stale: Discovery | undefined): Promise<Discovery> {
  const found = await readDiscovery(options.stateDir);
  if (found && !(stale && isSameDaemon(found, stale)) && isProcessAlive(found.pid)) return found;
  if (options.start) return start(options, found);
  throw new DffmpegError('daemon-unavailable', 'No DFFmpeg daemon is running.', {
    hint: 'It starts with the first encode, or type: dffmpeg serve',
  });
}

async function start(options: DialOptions, stale: Discovery | undefined): Promise<Discovery> {
  const { stateDir, programDir, nodePath, settings, session, signal } = options;
  if (programDir === undefined)
    throw new DffmpegError('daemon-unavailable', 'The folder of the program is not known.', {
      hint: 'Install DFFmpeg again; in a checkout, type: npm run build',
    });
  await requireStateFolder(stateDir);
  const { env, platform, execPath } = process;
  const [node, copy] = await Promise.all([
    findNode({ nodePath, preferOwn: session.client !== 'vscode', env, platform, execPath, settings, signal }),
    installProgram(programDir, stateDir),
  ]);
  return startDaemon({ stateDir, programDir: copy, node, stale, env, settings, signal });
}

async function openSession(discovery: Discovery, options: DialOptions): Promise<Dialled> {
  const { session, listeners, onError, settings, signal } = options;
  const channel = await connectWebSocket({
    url: discovery.url,
    identity: localIdentity,
    key: discovery.key,
    timeoutMs: settings.dialTimeoutSeconds * 1000,
    closeGraceMs: settings.closeGraceSeconds * 1000,
    signal,
  });
  const peer = createPeer({
    channel,
    serves: {},
    handlers: {},
    asks: clientMethods,
    emits: {},
    hears: clientEvents,
    listeners,
    onError,
  });
  try {
    const timeoutMs = settings.openTimeoutSeconds * 1000;
    const daemon = await peer.request('session.open', session, { signal, timeoutMs });
    return { peer, daemon };
  } catch (error) {
    peer.close();
    throw error;
  }
}
