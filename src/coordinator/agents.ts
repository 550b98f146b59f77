import type { Channel } from '../protocol/channel.ts';
import type { Params, Result } from '../protocol/contract.ts';
import { DffmpegError, toDffmpegError, type ErrorData } from '../protocol/errors.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { Progress, WorkerDescription } from '../protocol/model.ts';
import type { TaskReport } from '../protocol/tasks.ts';
import type { Timers } from '../protocol/timers.ts';
import type { CoordinatorMethods } from '../protocol/workerContract.ts';
import { AgentLink } from './agentLink.ts';
import { AgentLinks } from './agentLinks.ts';
import { attemptName } from './attemptName.ts';
import { endReport } from './clientJobs.ts';
import { ClientOrders, type ClientOrdersOptions } from './clientOrders.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import { describeFleet } from './fleetDescription.ts';
import type { HandOver } from './handOvers.ts';
import { PassedFiles, type FileRelay } from './passedFiles.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { Explanation } from './store.ts';
import { clientAway } from './waitReasons.ts';
import type { AttemptKey, JobRecord, StoredJob } from './store/records.ts';

export interface AgentsOptions extends Omit<ClientOrdersOptions, 'describe' | 'countOf'> {
  readonly relay: FileRelay;
  /** This machine, as clients see it. */
  readonly self: Pick<WorkerDescription, 'name' | 'platform' | 'arch'>;
  readonly timers: Timers;
  readonly settings: QueueSettings;
}

type HandedOver = Result<CoordinatorMethods['task.handOver']>;
type Sources = Result<CoordinatorMethods['task.sources']>;

/**
 * Daemons of other people, each the agent of one client: it holds the sources, gives the results their names, and sees all
 * workers here as one. Whatever is told to it is told until it has answered, over one connection after the other.
 */
export class Agents {
  readonly #options: AgentsOptions;
  readonly #files: PassedFiles;
  readonly #links: AgentLinks;
  readonly #clients: ClientOrders;
  /** Of jobs whose clients are owed something; those of clients that were not here since the start are not in it. */
  readonly #orders = new Map<string, Pick<JobRecord, 'client' | 'order'>>();
  readonly #telling = new Set<string>();
  readonly #end = new AbortController();
  readonly #stopFollowing: () => void;

  constructor(options: AgentsOptions) {
    this.#options = options;
    this.#files = new PassedFiles(options.relay);
    this.#links = new AgentLinks(options);
    this.#clients = new ClientOrders({
      ...options,
      describe: (client) => this.#describe(client),
      countOf: (client) => [...this.#orders.values()].filter((order) => order.client === client).length,
    });
    this.#stopFollowing = options.fleet.changed.on((what) => {
      if (what === 'worker') this.#links.describe((client) => this.#describe(client));
    });
  }

  isConnected(client: string): boolean {
    return this.#links.get(client) !== undefined;
  }

  /** Serves one client until its channel closes. */
  async attach(channel: Channel, client: string): Promise<void> {
    const { timers, onError, wake, book } = this.#options;
    const link = new AgentLink(channel, { handlers: this.#clients.handlers(client), timers, onError });
    try {
      const owed = await book.store.owedTo(client);
      for (const { job } of owed) this.#orders.set(job.id, job);
      const keys = new Map(
        owed.flatMap(({ job: { id, order } }) => (order ? [[attemptName(order), id]] : [])),
      );
      const running = owed.flatMap(({ job: { order } }) => (order ? [keyOf(order)] : []));
      const stop = await link.register(this.#describe(client), running);
      this.#links.put(client, link);
      for (const key of stop) await this.#clients.forget(keys.get(attemptName(key)));
      this.#links.ready();
      await this.#sayAway(client, false);
      for (const { job } of await book.store.owedTo(client)) if (isEnded(job.state)) this.#tellEnd(job.id);
      // Who waits is told why.
      for (const { job } of owed) this.#tellWait(job);
      wake();
      await link.peer.closed;
    } finally {
      link.peer.close();
      if (this.#links.remove(client, link)) {
        wake();
        if (!this.#end.signal.aborted) await this.#sayAway(client, true);
      }
    }
  }

  /** A job has changed, or is new. */
  changed({ job }: StoredJob): void {
    if (job.client === undefined) return;
    if (job.owedTo === undefined) this.#orders.delete(job.id);
    else this.#orders.set(job.id, job);
    if (isEnded(job.state)) {
      this.#files.withdraw(job.id);
      if (job.owedTo !== undefined) this.#tellEnd(job.id);
    } else this.#tellWait(job);
  }

  /** Other reasons why jobs wait. */
  explained(explanations: readonly Explanation[]): void {
    for (const { id, reason } of explanations) {
      const order = this.#orders.get(id);
      if (order) this.#tellStep(order, stepOf(reason));
    }
  }

  progress(update: Progress): void {
    const known = this.#orders.get(update.jobId);
    if (known?.order) this.#linkOf(known)?.progress({ ...update, ...known.order });
  }

  log(jobId: string, text: string): void {
    const known = this.#orders.get(jobId);
    if (known?.order) this.#linkOf(known)?.peer.emit('task.log', { ...known.order, text });
  }

  /**
   * What a worker reports of an attempt, before it is stored. What has an effect at the client is told until that has answered;
   * the rest once: how it ended follows from the job.
   */
  async reported(jobId: string, report: TaskReport): Promise<void> {
    const { client, order } = this.#orders.get(jobId) ?? {};
    if (client === undefined || !order) return;
    const told = { ...keyOf(order), report };
    if (report.type === 'skipped') await this.#links.ask(client, 'task.report', told, this.#end.signal);
    else if (report.type === 'started' || report.type === 'verifying')
      this.#links
        .get(client)
        ?.peer.request('task.report', told)
        .catch(() => undefined);
  }

  /** Where a worker fetches what a job is made of. */
  async sources(job: JobRecord, worker: ConnectedWorker, signal: AbortSignal): Promise<Sources> {
    const { client, order } = required(job);
    const offered = await this.#askFor(job.id, client, 'task.sources', keyOf(order), signal);
    return this.#files.sources(job.id, client, offered, worker.id);
  }

  /** The client fetches the result from that worker and gives it its name. */
  async handOver(
    job: JobRecord,
    worker: ConnectedWorker,
    handed: HandOver,
    signal: AbortSignal,
  ): Promise<HandedOver> {
    const { client, order } = required(job);
    const result = this.#files.result(job.id, worker.id, handed.result, client);
    const asked = { ...handed, ...keyOf(order), result };
    try {
      return await this.#askFor(job.id, client, 'task.handOver', asked, signal);
    } finally {
      this.#files.withdrawResult(job.id, result);
    }
  }

  /** Nobody will fetch what was made for it, or come for it again. */
  forgetAll(client: string): Promise<void> {
    return this.#clients.forgetAll(client);
  }

  close(): void {
    this.#stopFollowing();
    this.#end.abort(new DffmpegError('disconnected', 'The daemon is leaving.'));
    this.#links.close();
  }

  #describe(client: string): WorkerDescription {
    const { fleet, self } = this.#options;
    return describeFleet(fleet.workers, { ...self, id: client });
  }

  #tellEnd(jobId: string): void {
    if (this.#telling.has(jobId) || this.#end.signal.aborted) return;
    this.#telling.add(jobId);
    this.#tellEndOf(jobId)
      .catch((error: unknown) => {
        if (!this.#end.signal.aborted) this.#options.onError(toDffmpegError(error));
      })
      .finally(() => this.#telling.delete(jobId));
  }

  async #tellEndOf(jobId: string): Promise<void> {
    const { book, onError } = this.#options;
    const stored = await book.get(jobId);
    const { client, order, owedTo } = stored.job;
    if (owedTo === undefined || client === undefined || !order) return;
    const report = endReport(stored);
    if (report)
      await this.#links
        .ask(client, 'task.report', { ...keyOf(order), report }, this.#end.signal)
        .catch((error: unknown) => {
          // It knows nothing of this attempt any more, or does not take it: said again it would say the same.
          if (this.#end.signal.aborted || toDffmpegError(error).class === 'transient') throw error;
          if (toDffmpegError(error).code !== 'fence-void') onError(toDffmpegError(error));
        });
    await book.change(jobId, ({ job }) =>
      job.owedTo === undefined ? undefined : { job: { owedTo: undefined } },
    );
  }

  /** Until the client answers; what it says is over ends here, too. */
  async #askFor<K extends 'task.sources' | 'task.handOver'>(
    jobId: string,
    client: string,
    method: K,
    params: Params<CoordinatorMethods[K]>,
    signal: AbortSignal,
  ): Promise<Result<CoordinatorMethods[K]>> {
    try {
      return await this.#links.ask(client, method, params, AbortSignal.any([signal, this.#end.signal]));
    } catch (thrown) {
      const error = toDffmpegError(thrown);
      if (error.code === 'fence-void' && !signal.aborted) await this.#clients.forget(jobId);
      throw error;
    }
  }

  /** Why what runs for it does not come to its end, or that it does again. */
  async #sayAway(client: string, isAway: boolean): Promise<void> {
    const { book, fleet, onError } = this.#options;
    const reason = clientAway(client);
    try {
      for (const { job } of await book.store.owedTo(client))
        await book.change(job.id, ({ job: { state, reason: now }, attempts }) => {
          if (state !== 'running' && state !== 'verifying') return undefined;
          // It may be back by now.
          if (isAway) return now === undefined && !this.isConnected(client) ? { job: { reason } } : undefined;
          // Of its worker the recovery says the same.
          const isWorker = !attempts.some((each) => each.state === 'running' && fleet.get(each.workerId));
          return now?.code === reason.code && !isWorker ? { job: { reason: undefined } } : undefined;
        });
    } catch (error) {
      onError(toDffmpegError(error));
    }
  }

  #tellWait({ client, order, state, reason }: JobRecord): void {
    if ((state === 'waiting' || state === 'paused') && reason)
      this.#tellStep({ client, order }, stepOf(reason));
  }

  #tellStep(known: Pick<JobRecord, 'client' | 'order'>, step: string): void {
    const { order } = known;
    if (order) this.#linkOf(known)?.progress({ jobId: order.jobId, fence: order.fence, step });
  }

  #linkOf({ client = '' }: Pick<JobRecord, 'client'>): AgentLink | undefined {
    return this.#links.get(client);
  }
}

function required({ id, client, order }: JobRecord) {
  if (client !== undefined && order) return { client, order };
  throw new DffmpegError('internal', `The files of job ${id} are on this machine.`);
}

function keyOf({ taskId, fence }: AttemptKey): AttemptKey {
  return { taskId, fence };
}

function stepOf({ message }: Pick<ErrorData, 'message'>): string {
  return `waiting in the fleet: ${message}`;
}
