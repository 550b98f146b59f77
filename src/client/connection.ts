import { randomBytes } from 'node:crypto';
import type { ClientEvents, ClientMethods } from '../protocol/clientContract.ts';
import type { Listeners, Params, Payload, Result } from '../protocol/contract.ts';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { RequestOptions } from '../protocol/peer.ts';
import type { Timers } from '../protocol/timers.ts';
import { systemTimers } from '../protocol/timers.ts';
import { readClientSettings, type ClientSettings } from './clientSettings.ts';
import type { ConnectionEvent, ConnectionState } from './connectionState.ts';
import { reduceConnection } from './connectionState.ts';
import type { DaemonPeer, Dialled, DialOptions } from './dialDaemon.ts';
import { dialDaemon } from './dialDaemon.ts';
import type { Subscription, SubscriptionListeners, Topic } from './subscriptions.ts';
import { Subscriptions } from './subscriptions.ts';
import { watchDiscovery } from './watchDiscovery.ts';

export type { ConnectionState } from './connectionState.ts';
export type { Subscription, SubscriptionListeners, Topic } from './subscriptions.ts';

export interface ConnectOptions {
  stateDir: string;
  /** Start the daemon when none runs: now, and later when a request needs one. */
  start: boolean;
  /** Folder of the bundled program (dist/program); needed when `start`. */
  programDir?: string | undefined;
  /** The setting `dffmpeg.nodePath`. */
  nodePath?: string | undefined;
  client: 'cli' | 'vscode' | 'test';
  /** Of this client. */
  version: string;
  /** Calls off the first connection; afterwards there is `close`. */
  signal?: AbortSignal | undefined;
  /** For the log: what the daemon sent and could not be read, listeners that threw. */
  onError?: ((error: DffmpegError) => void) | undefined;
}

/** What tests replace. */
export interface ConnectionParts {
  dial: (options: DialOptions) => Promise<Dialled>;
  watch: (stateDir: string, onChange: () => void) => () => void;
  timers: Timers;
  /** 0 to below 1. */
  random: () => number;
}

/** The one thing that the extension and the command line speak to. */
export interface DaemonConnection {
  readonly state: ConnectionState;
  /** What the daemon said of itself on the latest connection. */
  readonly daemon: Result<ClientMethods['session.open']>;
  /**
   * Without a connection it connects first, and starts the daemon if it may. A request that was under way when the
   * connection was lost rejects with `disconnected`, and is not repeated: whether it was heard is not known.
   */
  request<K extends keyof ClientMethods>(
    method: K,
    params: Params<ClientMethods[K]>,
    options?: RequestOptions,
  ): Promise<Result<ClientMethods[K]>>;
  /** Raw events of the current subscription. The function that comes back ends it. */
  on<K extends keyof ClientEvents>(
    event: K,
    listener: (payload: Payload<ClientEvents[K]>) => void,
  ): () => void;
  /** Called with every new state. The function that comes back ends it. */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Survives reconnections. A new one brings a snapshot to all of them. */
  subscribe(options: { topics: readonly Topic[] }, listeners: SubscriptionListeners): Subscription;
  close(): void;
}

const realParts: ConnectionParts = {
  dial: dialDaemon,
  watch: watchDiscovery,
  timers: systemTimers,
  random: Math.random,
};

/**
 * Connects to the daemon of the state folder and stays connected: when it restarts, its new discovery file is read
 * and the session resumes. Rejects as `dialDaemon` does when the first connection cannot be made.
 */
export async function connectToDaemon(
  options: ConnectOptions,
  parts: ConnectionParts = realParts,
): Promise<DaemonConnection> {
  const settings = await readClientSettings(options.stateDir, process.env);
  const connection = new Connection(options, parts, settings);
  try {
    await connection.ensure(options.start, options.signal);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

type AnyListener = (payload: never) => void;

class Connection implements DaemonConnection {
  readonly #options: ConnectOptions;
  readonly #parts: ConnectionParts;
  readonly #settings: ClientSettings;
  readonly #sessionId = randomBytes(16).toString('hex');
  readonly #onError: (error: DffmpegError) => void;
  readonly #subscriptions: Subscriptions;
  readonly #listeners = new Map<keyof ClientEvents, Set<AnyListener>>();
  readonly #stateListeners = new Set<(state: ConnectionState) => void>();
  /** Ends a dial that is under way when the connection is closed. */
  readonly #closing = new AbortController();
  #state: ConnectionState = { name: 'connecting', attempt: 0 };
  #peer: DaemonPeer | undefined;
  #daemon: Dialled['daemon'] | undefined;
  #dialling: { done: Promise<DaemonPeer>; start: boolean } | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(options: ConnectOptions, parts: ConnectionParts, settings: ClientSettings) {
    this.#options = options;
    this.#settings = settings;
    this.#parts = parts;
    this.#onError = options.onError ?? (() => undefined);
    this.#subscriptions = new Subscriptions(this.#onError);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get daemon(): Dialled['daemon'] {
    if (!this.#daemon) throw new DffmpegError('internal', 'There has been no connection yet.');
    return this.#daemon;
  }

  async request<K extends keyof ClientMethods>(
    method: K,
    params: Params<ClientMethods[K]>,
    options: RequestOptions = {},
  ): Promise<Result<ClientMethods[K]>> {
    const peer = this.#peer ?? (await giveUpOnAbort(this.ensure(this.#options.start), options.signal));
    return peer.request(method, params, options);
  }

  on<K extends keyof ClientEvents>(
    event: K,
    listener: (payload: Payload<ClientEvents[K]>) => void,
  ): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => {
      this.#stateListeners.delete(listener);
    };
  }

  subscribe({ topics }: { topics: readonly Topic[] }, listeners: SubscriptionListeners): Subscription {
    return this.#subscriptions.add(topics, listeners);
  }

  close(): void {
    this.#closing.abort(new DffmpegError('cancelled', 'The connection was closed.'));
    this.#move({ type: 'close' });
    this.#peer?.close();
    this.#peer = undefined;
    this.#subscriptions.disconnected();
  }

  /** The connection, made if need be. An attempt under way is joined, unless it may not start the daemon and this may. */
  async ensure(start: boolean, signal?: AbortSignal): Promise<DaemonPeer> {
    for (;;) {
      if (this.#peer) return this.#peer;
      if (this.#state.name === 'closed')
        throw new DffmpegError('disconnected', 'The connection to the daemon was closed.');
      const current = (this.#dialling ??= { done: this.#dial(start, signal), start });
      try {
        return await current.done;
      } catch (error) {
        if (current.start || !start) throw error;
      }
    }
  }

  async #dial(start: boolean, signal: AbortSignal | undefined): Promise<DaemonPeer> {
    this.#move({ type: 'dial' });
    const { stateDir, programDir, nodePath, client, version } = this.#options;
    try {
      const { peer, daemon } = await this.#parts.dial({
        stateDir,
        start,
        programDir,
        nodePath,
        settings: this.#settings,
        session: { sessionId: this.#sessionId, client, version },
        listeners: this.#fanOut(),
        onError: this.#onError,
        signal: signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal,
      });
      this.#dialling = undefined;
      this.#open(peer, daemon);
      return peer;
    } catch (error) {
      this.#dialling = undefined;
      this.#fail(toDffmpegError(error));
      throw error;
    }
  }

  #open(peer: DaemonPeer, daemon: Dialled['daemon']): void {
    if (this.#state.name === 'closed') {
      peer.close();
      throw new DffmpegError('disconnected', 'The connection to the daemon was closed.');
    }
    this.#peer = peer;
    this.#daemon = daemon;
    void peer.closed.then((reason) => {
      if (this.#peer !== peer) return;
      this.#peer = undefined;
      this.#subscriptions.disconnected();
      this.#fail(
        new DffmpegError('disconnected', `The connection to the daemon was lost (code ${reason.code}).`),
      );
    });
    this.#move({ type: 'opened' });
    this.#subscriptions.connected((params) => peer.request('subscribe', params));
  }

  #fail(error: DffmpegError): void {
    this.#move({ type: 'failed', error, jitter: this.#parts.random(), pauses: this.#settings });
  }

  #move(event: ConnectionEvent): void {
    const next = reduceConnection(this.#state, event);
    if (next === this.#state) return;
    this.#state = next;
    this.#stopWaiting?.();
    this.#stopWaiting = next.name === 'waiting' ? this.#wait(next.delayMs) : undefined;
    for (const listener of [...this.#stateListeners]) {
      try {
        listener(next);
      } catch (error) {
        this.#onError(toDffmpegError(error));
      }
    }
  }

  /** Until the time is up or a daemon has written its file. Looking for it in the background starts none. */
  #wait(delayMs: number): () => void {
    const again = (): void => {
      // What went wrong is in the state, for whoever shows it.
      this.ensure(false).catch(() => undefined);
    };
    const stopTimer = this.#parts.timers.after(delayMs, again);
    const stopWatch = this.#parts.watch(this.#options.stateDir, again);
    return () => {
      stopTimer();
      stopWatch();
    };
  }

  /** Subscriptions first, then whoever listens to the event itself. */
  #fanOut(): Required<Listeners<ClientEvents>> {
    const alone =
      <K extends keyof ClientEvents>(event: K) =>
      (payload: Payload<ClientEvents[K]>): void => {
        for (const listener of [...(this.#listeners.get(event) ?? [])]) {
          try {
            listener(payload as never);
          } catch (error) {
            this.#onError(toDffmpegError(error));
          }
        }
      };
    const both =
      <K extends keyof Subscriptions['listeners']>(event: K) =>
      (payload: Payload<ClientEvents[K]>): void => {
        this.#subscriptions.listeners[event](payload as never);
        alone(event)(payload);
      };
    return {
      'jobs.changed': both('jobs.changed'),
      'jobs.progress': both('jobs.progress'),
      'jobs.forecast': both('jobs.forecast'),
      'workers.changed': both('workers.changed'),
      'counts.changed': both('counts.changed'),
      'watch.changed': both('watch.changed'),
      // Nothing to subscribe to: it comes with a request.
      'inquiry.progress': alone('inquiry.progress'),
    };
  }
}

/** The attempt is shared, so whoever is cancelled leaves it to the others. */
function giveUpOnAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(new DffmpegError('cancelled', 'The request was cancelled.', { cause: signal.reason }));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}
