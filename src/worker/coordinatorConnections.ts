import type { FileExchange } from '../files/fileExchange.ts';
import type { Channel } from '../protocol/channel.ts';
import type { DffmpegError } from '../protocol/errors.ts';
import type { ByteChannel } from '../transport/byteChannel.ts';
import { keepConnected, serveUntil } from './keepConnected.ts';
import { coordinatorName } from './remoteFiles.ts';
import type { WorkerSettings } from './workerSettings.ts';

/** A coordinator on another machine: the worker connects whenever it is not connected, and sees none of its files. */
export interface RemoteCoordinator {
  dial(signal: AbortSignal): Promise<Channel>;
  /** For the bytes of files. */
  dialFiles(signal: AbortSignal): Promise<ByteChannel>;
  /** Registered there, or not any more. */
  onState?(connected: boolean): void;
}

export interface ConnectionsOptions {
  readonly remote: RemoteCoordinator;
  /** Talks over a connection until it is over; whether the worker was registered in it. */
  readonly converse: (channel: Channel) => Promise<boolean>;
  readonly exchange: FileExchange;
  readonly settings: WorkerSettings;
  readonly signal: AbortSignal;
  readonly complain: (what: string, error: DffmpegError) => void;
}

/** Both connections to a coordinator, each made anew whenever it is over, until the signal. */
export async function stayConnected(options: ConnectionsOptions): Promise<void> {
  const { remote, converse, exchange, settings, signal, complain } = options;
  const common = { pauses: settings, signal, random: Math.random };
  const told = (what: string) => (error: DffmpegError, pauseSeconds: number) => {
    complain(`${what}, tried again in ${Math.round(pauseSeconds)} s`, error);
  };
  const control = keepConnected({
    ...common,
    connect: (until) => remote.dial(until),
    use: async (channel) => {
      const wasRegistered = await converse(channel);
      remote.onState?.(false);
      return wasRegistered;
    },
    onError: told('The coordinator cannot be reached'),
  });
  const files = keepConnected({
    ...common,
    connect: (until) => remote.dialFiles(until),
    use: serveUntil<ByteChannel>((channel) => exchange.attach(channel, coordinatorName), common),
    onError: told('The connection for files cannot be made'),
  });
  await Promise.all([control, files]);
}
