import { unlessAborted } from '../protocol/aborting.ts';
import type { Params, Result } from '../protocol/contract.ts';
import { toDffmpegError } from '../protocol/errors.ts';
import type { WorkerDescription } from '../protocol/model.ts';
import type { Timers } from '../protocol/timers.ts';
import type { CoordinatorMethods } from '../protocol/workerContract.ts';
import type { AgentLink } from './agentLink.ts';
import { Emitter } from './emitter.ts';
import { Pauses } from './pauses.ts';
import type { QueueSettings } from './queueSettings.ts';

export interface AgentLinksOptions {
  readonly timers: Timers;
  readonly settings: Pick<QueueSettings, 'retryBaseMs'>;
}

/** The clients that are connected now, each over its latest connection. */
export class AgentLinks {
  readonly #options: AgentLinksOptions;
  readonly #links = new Map<string, AgentLink>();
  readonly #joined = new Emitter();

  constructor(options: AgentLinksOptions) {
    this.#options = options;
  }

  get(client: string): AgentLink | undefined {
    return this.#links.get(client);
  }

  /** Takes the place of an earlier connection. */
  put(client: string, link: AgentLink): void {
    this.#links.get(client)?.peer.close({ code: 1000, text: 'The client has connected anew.' });
    this.#links.set(client, link);
  }

  /** What waits for this client goes on. */
  ready(): void {
    this.#joined.emit();
  }

  /** Whether it was the latest. */
  remove(client: string, link: AgentLink): boolean {
    return this.#links.get(client) === link && this.#links.delete(client);
  }

  describe(describeTo: (client: string) => WorkerDescription): void {
    for (const [client, link] of this.#links) link.describe(describeTo(client));
  }

  /** Until there is an answer, however often the connection is lost. Rejects with what the client answers, and by the signal. */
  async ask<K extends 'task.report' | 'task.sources' | 'task.handOver'>(
    client: string,
    method: K,
    params: Params<CoordinatorMethods[K]>,
    signal: AbortSignal,
  ): Promise<Result<CoordinatorMethods[K]>> {
    const { timers, settings } = this.#options;
    const pauses = new Pauses(timers, signal);
    for (;;) {
      const link = await this.#connected(client, signal);
      try {
        return await link.peer.request(method, params, { signal });
      } catch (thrown) {
        const error = toDffmpegError(thrown);
        if (signal.aborted || error.class !== 'transient') throw error;
      }
      await pauses.pause(settings.retryBaseMs, (end) => this.#joined.on(end));
    }
  }

  close(): void {
    for (const { peer } of this.#links.values()) peer.close({ code: 1001, text: 'The daemon is leaving.' });
  }

  async #connected(client: string, signal: AbortSignal): Promise<AgentLink> {
    for (;;) {
      const link = this.#links.get(client);
      if (link) return link;
      const joined = Promise.withResolvers<undefined>();
      const stop = this.#joined.on(() => {
        joined.resolve(undefined);
      });
      await unlessAborted(joined.promise, signal).finally(stop);
    }
  }
}
