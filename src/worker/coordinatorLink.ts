import type * as z from 'zod';
import type { Channel } from '../protocol/channel.ts';
import type { Handlers, Listeners, Params, Result } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { createPeer, type Peer, type RequestOptions } from '../protocol/peer.ts';
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

export interface CoordinatorLinkOptions {
  /** Asked for with each connection. */
  readonly handlers: () => Handlers<WorkerMethods>;
  readonly listeners: Listeners<CoordinatorEvents>;
  readonly onError: ((error: DffmpegError) => void) | undefined;
}

type CoordinatorPeer = Peer<CoordinatorMethods, WorkerEvents>;

/**
 * The worker's conversation with its coordinator, over one connection after the other. On each it registers before it says
 * anything else; until that is answered, requests fail as if there were no connection, and are asked again by who asks
 * `persistently`; events are dropped.
 */
export class CoordinatorLink {
  readonly #options: CoordinatorLinkOptions;
  #peer: CoordinatorPeer | undefined;
  /** The conversation in which the worker is known. */
  #registered: CoordinatorPeer | undefined;
  #closed = false;

  constructor(options: CoordinatorLinkOptions) {
    this.#options = options;
  }

  /** Takes the place of an earlier connection. Resolves when this one is over, with whether the worker was registered in it. */
  async attach(channel: Channel, onAttached: () => void): Promise<boolean> {
    this.#peer?.close();
    const { handlers, listeners, onError } = this.#options;
    const peer = createPeer({
      ...{ channel, listeners, onError, handlers: handlers() },
      serves: workerMethods,
      asks: coordinatorMethods,
      emits: workerEvents,
      hears: coordinatorEvents,
    });
    this.#peer = peer;
    if (this.#closed) peer.close();
    else onAttached();
    await peer.closed;
    if (this.#peer === peer) this.#peer = undefined;
    return this.#registered === peer;
  }

  get isAttached(): boolean {
    return this.#peer !== undefined;
  }

  get isRegistered(): boolean {
    return this.#peer !== undefined && this.#registered === this.#peer;
  }

  /** As `Peer.request`; `disconnected` as well where the worker is not registered yet. */
  async request<K extends keyof CoordinatorMethods>(
    method: K,
    params: Params<CoordinatorMethods[K]>,
    options?: RequestOptions,
  ): Promise<Result<CoordinatorMethods[K]>> {
    const peer = this.#peer;
    if (!peer || (method !== 'worker.register' && !this.isRegistered))
      throw new DffmpegError('disconnected', 'There is no connection to the coordinator.');
    const result = await peer.request(method, params, options);
    if (method === 'worker.register') this.#registered = peer;
    return result;
  }

  emit<K extends keyof WorkerEvents>(
    event: K,
    payload: z.input<WorkerEvents[K]['payload']>,
    key?: string,
  ): void {
    if (this.isRegistered) this.#peer?.emit(event, payload, key);
  }

  close(): void {
    this.#closed = true;
    this.#peer?.close();
  }
}
