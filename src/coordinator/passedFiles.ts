import type { Result } from '../protocol/contract.ts';
import type { OfferedResult } from '../protocol/offers.ts';
import type { CoordinatorMethods } from '../protocol/workerContract.ts';

/** Lets one neighbour read what another one offers; the bytes go through this machine, and none of them stays. */
export interface FileRelay {
  /** Returns the ticket. `keep`: until it is withdrawn, however long nothing is read. */
  offer(
    file: { readonly from: string; readonly ticket: string; readonly bytes: number },
    taker: string,
    options: { readonly keep: boolean },
  ): string;
  withdraw(ticket: string): Promise<void>;
}

type Sources = Result<CoordinatorMethods['task.sources']>;

/** Files of jobs whose files lie with a client, with tickets of this machine; all of a job are void when it has ended. */
export class PassedFiles {
  readonly #relay: FileRelay;
  /** Job → what was given out for it. */
  readonly #tickets = new Map<string, Set<string>>();

  constructor(relay: FileRelay) {
    this.#relay = relay;
  }

  /** What the client offers, for a worker. */
  sources(jobId: string, client: string, offered: Sources, taker: string): Sources {
    const pass = <T extends { readonly ticket: string; readonly bytes: number }>(file: T): T => ({
      ...file,
      ticket: this.#pass(jobId, { from: client, ...file }, taker, false),
    });
    return {
      // A path of the client's names one file there, whoever holds it.
      holder: client,
      sources: offered.sources.map(pass),
      assets: offered.assets.map((asset) => ('error' in asset ? asset : pass(asset))),
    };
  }

  /** What a worker offers, for the client. */
  result(jobId: string, worker: string, offered: OfferedResult, taker: string): OfferedResult {
    const files = offered.files.map((file) => ({
      ...file,
      ticket: this.#pass(jobId, { from: worker, ...file }, taker, true),
    }));
    return { ...offered, files };
  }

  /** Nothing of the job is passed on any more. */
  withdraw(jobId: string): void {
    const tickets = this.#tickets.get(jobId) ?? [];
    this.#tickets.delete(jobId);
    for (const ticket of tickets) void this.#relay.withdraw(ticket);
  }

  /** The same of these alone. */
  withdrawResult(jobId: string, { files }: OfferedResult): void {
    for (const { ticket } of files) {
      this.#tickets.get(jobId)?.delete(ticket);
      void this.#relay.withdraw(ticket);
    }
  }

  #pass(
    jobId: string,
    { from, ticket, bytes }: { readonly from: string; readonly ticket: string; readonly bytes: number },
    taker: string,
    keep: boolean,
  ): string {
    const given = this.#relay.offer({ from, ticket, bytes }, taker, { keep });
    const known = this.#tickets.get(jobId) ?? new Set();
    this.#tickets.set(jobId, known.add(given));
    return given;
  }
}
