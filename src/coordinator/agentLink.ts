import type { Channel } from '../protocol/channel.ts';
import type { Handlers, Listeners } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Progress, WorkerDescription } from '../protocol/model.ts';
import { createPeer, type Peer } from '../protocol/peer.ts';
import type { Timers } from '../protocol/timers.ts';
import {
  coordinatorEvents,
  coordinatorMethods,
  workerEvents,
  workerMethods,
  type CoordinatorEvents,
  type CoordinatorMethods,
  type WorkerEvents,
  type WorkerMethods,
} from '../protocol/workerContract.ts';
import type { AttemptKey } from './store/records.ts';

export type AgentPeer = Peer<CoordinatorMethods, WorkerEvents>;

/** What a client may ask of its fleet. */
export type FleetHandlers = Pick<
  Handlers<WorkerMethods>,
  'task.offer' | 'task.cancel' | 'task.suspend' | 'task.prioritize' | 'capabilities.try'
> &
  Pick<Listeners<CoordinatorEvents>, 'dismissed'>;

export interface AgentLinkOptions {
  readonly handlers: FleetHandlers;
  readonly timers: Timers;
  readonly onError: (error: DffmpegError) => void;
}

/**
 * The fleet's side of a conversation with the daemon of a client: towards that, all workers of this daemon are one worker. It
 * has no files of the client's and places nothing.
 */
export class AgentLink {
  readonly peer: AgentPeer;
  #told = '';

  constructor(channel: Channel, { handlers, timers, onError }: AgentLinkOptions) {
    const { dismissed, ...tasks } = handlers;
    this.peer = createPeer({
      ...{ channel, timers, onError },
      serves: workerMethods,
      handlers: { ...holdsNothing, ...tasks },
      asks: coordinatorMethods,
      emits: workerEvents,
      hears: coordinatorEvents,
      listeners: { dismissed },
    });
  }

  /** `running`: what is under way, or has ended without the client knowing. Resolves with what of it is not wanted any more. */
  async register(worker: WorkerDescription, running: readonly AttemptKey[]): Promise<AttemptKey[]> {
    this.#told = JSON.stringify(worker);
    return (await this.peer.request('worker.register', { worker, running: [...running] })).stop;
  }

  /** The latest of a job wins. */
  progress(update: Progress): void {
    this.peer.emit('task.progress', update, update.jobId);
  }

  /** Told where it is not what was told last. */
  describe(worker: WorkerDescription): void {
    const text = JSON.stringify(worker);
    if (text === this.#told) return;
    this.#told = text;
    // Lost, it is told with the next connection.
    this.peer.request('worker.update', { worker }).catch(() => undefined);
  }
}

function noFiles(): Promise<never> {
  return Promise.reject(new DffmpegError('request-invalid', 'A fleet has none of its client’s files.'));
}

const holdsNothing: Omit<Handlers<WorkerMethods>, Exclude<keyof FleetHandlers, 'dismissed'>> = {
  // A result that waits for its folder waits with the client.
  'task.redirect': () => Promise.resolve({}),
  'task.expect': () => Promise.resolve({ outcome: 'no-room' }),
  // Its workers do that with their own.
  'process.reap': () => Promise.resolve({ ended: false }),
  'placement.recover': noFiles,
  'source.offer': noFiles,
  'result.receive': noFiles,
  'result.drop': noFiles,
  'source.replace': noFiles,
  'source.restore': noFiles,
  'source.locate': noFiles,
  'source.discard': noFiles,
  'media.probe': noFiles,
  'encode.preview': noFiles,
  'media.check': noFiles,
  'media.measure': noFiles,
};
