import type { CloseReason } from '../protocol/channel.ts';
import type { ClientEvents, ClientMethods, topics } from '../protocol/clientContract.ts';
import type { Params, Payload, Result } from '../protocol/contract.ts';
import type { DffmpegError } from '../protocol/errors.ts';
import type { Counts, Job, Progress, WorkerInfo } from '../protocol/model.ts';
import type { RequestOptions } from '../protocol/peer.ts';

export type Topic = (typeof topics)[number];

export interface ConnectOptions {
  stateDir: string;
  /** Start the daemon when none runs: now, and later when a request needs one. */
  start: boolean;
  /** Folder of the bundled program (dist/program); needed when `start`. */
  programDir?: string | undefined;
  /** The setting `dffmpeg.nodePath`. */
  nodePath?: string | undefined;
  client: 'cli' | 'vscode' | 'test';
  version: string;
  /** Calls off the first connection attempt only. */
  signal?: AbortSignal | undefined;
}

export type ConnectionState =
  | { name: 'connecting'; attempt: number }
  | { name: 'connected' }
  | { name: 'waiting'; attempt: number; delayMs: number; error: DffmpegError }
  | { name: 'closed' };

/** What a view shows: `onSnapshot` replaces everything it knew, the others bring what changed. */
export interface SubscriptionListeners {
  onSnapshot?(state: { jobs: Job[]; workers: WorkerInfo[]; counts: Counts }): void;
  onJobs?(jobs: Job[]): void;
  onProgress?(progress: Progress[]): void;
  onWorkers?(workers: WorkerInfo[]): void;
  onCounts?(counts: Counts): void;
}

export interface Subscription {
  close(): void;
}

export interface DaemonConnection {
  readonly state: ConnectionState;
  /** What `session.open` answered on the latest connection. */
  readonly daemon: Result<ClientMethods['session.open']>;
  request<K extends keyof ClientMethods>(
    method: K,
    params: Params<ClientMethods[K]>,
    options?: RequestOptions,
  ): Promise<Result<ClientMethods[K]>>;
  on<K extends keyof ClientEvents>(
    event: K,
    listener: (payload: Payload<ClientEvents[K]>) => void,
  ): () => void;
  onState(listener: (state: ConnectionState) => void): () => void;
  subscribe(options: { topics: readonly Topic[] }, listeners: SubscriptionListeners): Subscription;
  close(reason?: CloseReason): void;
}

export function connectToDaemon(_options: ConnectOptions): Promise<DaemonConnection> {
  throw new Error('being written');
}
