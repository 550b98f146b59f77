import type { Channel } from '../protocol/channel.ts';
import type { Params, ReceivedParams, Result } from '../protocol/contract.ts';
import { DffmpegError, toDffmpegError, type ErrorData } from '../protocol/errors.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { Progress, WorkerDescription } from '../protocol/model.ts';
import type { TaskReport } from '../protocol/tasks.ts';
import type { Timers } from '../protocol/timers.ts';
import type { CoordinatorMethods, WorkerMethods } from '../protocol/workerContract.ts';
import { AgentLink, type FleetHandlers } from './agentLink.ts';
import { AgentLinks } from './agentLinks.ts';
import { clientJob, endReport, orderId } from './clientJobs.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import type { Fleet } from './fleet.ts';
import { describeFleet } from './fleetDescription.ts';
import type { HandOver } from './handOvers.ts';
import type { Clock } from './ids.ts';
import type { JobBook } from './jobBook.ts';
import type { JobControl } from './jobControl.ts';
import { newTask } from './jobTasks.ts';
import { PassedFiles, type FileRelay } from './passedFiles.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { Explanation } from './store.ts';
import { clientAway } from './waitReasons.ts';
import type { AttemptKey, JobRecord, StoredJob } from './store/records.ts';

export interface AgentsOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  /** Given when it is there. */
  readonly control: () => Pick<JobControl, 'cancel' | 'pause' | 'resume' | 'prioritize'>;
  readonly relay: FileRelay;
  /** This machine, as clients see it. */
  readonly self: Pick<WorkerDescription, 'name' | 'platform' | 'arch'>;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly settings: QueueSettings;
  readonly refuses?: (() => Promise<DffmpegError | undefined>) | undefined;
  readonly wake: () => void;
  readonly onError: (error: DffmpegError) => void;
}

type HandedOver = Result<CoordinatorMethods['task.handOver']>;
type Sources = Result<CoordinatorMethods['task.sources']>;

/** Unfinished jobs of one client, at most: who gives more is given no slot for it. */
const maxOrders = 10_000;

const tooMany: ErrorData = {
  code: 'slots-busy',
  message: 'The fleet has as many jobs of this machine as it takes from one.',
};

const withdrawn: ErrorData = { code: 'cancelled', message: 'Its client does not want it any more.' };

/**
 * Daemons of other people, each the agent of one client: it holds the sources, gives the results their names, and sees all
 * workers here as one. Whatever is told to it is told until it has answered, over one connection after the other.
 */
export class Agents {
  readonly #options: AgentsOptions;
  readonly #files: PassedFiles;
  readonly #links: AgentLinks;
  /** Of jobs whose clients are owed something; those of clients that were not here since the start are not in it. */
  readonly #orders = new Map<string, Pick<JobRecord, 'client' | 'order'>>();
  readonly #telling = new Set<string>();
  /** Offers that are being stored, by client and attempt. */
  readonly #taking = new Map<string, Promise<unknown>>();
  readonly #end = new AbortController();
  readonly #stopFollowing: () => void;

  constructor(options: AgentsOptions) {
    this.#options = options;
    this.#files = new PassedFiles(options.relay);
    this.#links = new AgentLinks(options);
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
    const link = new AgentLink(channel, { handlers: this.#handlers(client), timers, onError });
    try {
      const owed = await book.store.owedTo(client);
      for (const { job } of owed) this.#orders.set(job.id, job);
      const keys = new Map(owed.flatMap(({ job: { id, order } }) => (order ? [[orderName(order), id]] : [])));
      const running = owed.flatMap(({ job: { order } }) => (order ? [keyOf(order)] : []));
      const stop = await link.register(this.#describe(client), running);
      this.#links.put(client, link);
      for (const key of stop) await this.#forget(keys.get(orderName(key)));
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

  close(): void {
    this.#stopFollowing();
    this.#end.abort(new DffmpegError('disconnected', 'The daemon is leaving.'));
    this.#links.close();
  }

  #describe(client: string): WorkerDescription {
    const { fleet, self } = this.#options;
    return describeFleet(fleet.workers, { ...self, id: client });
  }

  #handlers(client: string): FleetHandlers {
    const { control, fleet } = this.#options;
    const job = async (key: AttemptKey): Promise<JobRecord | undefined> => {
      const id = orderId(client, key);
      // What is asked of an offer may overtake it.
      await this.#taking.get(id)?.catch(() => undefined);
      return (await this.#options.book.store.submitted(id))?.job;
    };
    return {
      'task.offer': (offer) => {
        const id = orderId(client, offer);
        const taken = this.#take(client, offer).finally(() => this.#taking.delete(id));
        this.#taking.set(id, taken);
        return taken;
      },
      'task.cancel': async (key) => {
        const known = await job(key);
        if (known) await this.#withdraw(known.id);
        return {};
      },
      'task.suspend': async ({ suspended, ...key }) => {
        const known = await job(key);
        if (known) await this.#suspend(known, suspended);
        return {};
      },
      'task.prioritize': async ({ priority, ...key }) => {
        const known = await job(key);
        if (known && !isEnded(known.state)) await control().prioritize(known.id, priority);
        return {};
      },
      'capabilities.try': async ({ encoders }) => {
        const ready = fleet.workers.filter(
          ({ local, isFleet, ffmpeg }) => !local && !isFleet && ffmpeg.state === 'ready',
        );
        await Promise.all(
          ready.map(async (worker) => {
            const tried = await worker.peer.request('capabilities.try', { encoders }).catch(() => undefined);
            if (tried) worker.addCapabilities(tried.capabilities);
          }),
        );
        const known = Object.entries(this.#describe(client).capabilities);
        return { capabilities: Object.fromEntries(known.filter(([name]) => encoders.includes(name))) };
      },
      dismissed: () => {
        this.forgetAll(client).catch((error: unknown) => {
          this.#options.onError(toDffmpegError(error));
        });
      },
    };
  }

  async #take(
    client: string,
    { taskId, fence, payload, job }: ReceivedParams<WorkerMethods['task.offer']>,
  ): Promise<Result<WorkerMethods['task.offer']>> {
    const { book, newId, clock, refuses } = this.#options;
    if (payload.kind !== 'encode')
      throw new DffmpegError('request-invalid', 'A fleet has none of its client’s files.');
    if (await book.store.submitted(orderId(client, { taskId, fence }))) return { accepted: true };
    const full = await refuses?.();
    if (full) return { accepted: false, waitsFor: full.toData() };
    if (this.#countOf(client) >= maxOrders) return { accepted: false, waitsFor: tooMany };
    const given = { id: newId(), createdAt: clock() };
    await book.submit({
      job: clientJob({ client, taskId, fence, payload, job }, given),
      tasks: [newTask(given.id, 'encode', given.createdAt)],
      attempts: [],
    });
    // Where it cannot begin now, it is said why.
    this.#options.wake();
    return { accepted: true };
  }

  #countOf(client: string): number {
    let count = this.#taking.size;
    for (const order of this.#orders.values()) if (order.client === client) count += 1;
    return count;
  }

  /** What somebody here has paused stays so, whatever its client says; what cannot be paused goes on. */
  async #suspend({ id, state, order }: JobRecord, suspended: boolean): Promise<void> {
    const { book, control } = this.#options;
    if (isEnded(state) || !order || (order.suspended ?? false) === suspended) return;
    await book.change(id, ({ job }) => job.order && { job: { order: { ...job.order, suspended } } });
    await (suspended ? control().pause(id) : control().resume(id)).catch(() => undefined);
  }

  /** Ends it: its client has cancelled it, or given it to somebody else. */
  async #withdraw(jobId: string): Promise<void> {
    const { book, control } = this.#options;
    await book.change(jobId, ({ job }) =>
      isEnded(job.state) || !job.order ? undefined : { job: { order: { ...job.order, withdrawn: true } } },
    );
    await control().cancel(jobId, withdrawn);
  }

  /** The same, and nobody wants to hear of it. */
  async #forget(jobId: string | undefined): Promise<void> {
    if (jobId === undefined) return;
    await this.#options.book.change(jobId, ({ job }) =>
      job.owedTo === undefined ? undefined : { job: { owedTo: undefined } },
    );
    await this.#withdraw(jobId);
  }

  /** Nobody will fetch what was made for it, or come for it again. */
  async forgetAll(client: string): Promise<void> {
    for (const { job } of await this.#options.book.store.owedTo(client)) await this.#forget(job.id);
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
      if (error.code === 'fence-void' && !signal.aborted) await this.#forget(jobId);
      throw error;
    }
  }

  /** Why what runs for it does not come to its end, or that it does again. */
  async #sayAway(client: string, isAway: boolean): Promise<void> {
    const { book, onError } = this.#options;
    const reason = clientAway(client);
    try {
      for (const { job } of await book.store.owedTo(client))
        await book.change(job.id, ({ job: { state, reason: now } }) => {
          if (state !== 'running' && state !== 'verifying') return undefined;
          // It may be back by now.
          if (isAway) return now === undefined && !this.isConnected(client) ? { job: { reason } } : undefined;
          return now?.message === reason.message ? { job: { reason: undefined } } : undefined;
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

function orderName({ taskId, fence }: AttemptKey): string {
  return `${taskId}#${fence}`;
}

function stepOf({ message }: Pick<ErrorData, 'message'>): string {
  return `waiting in the fleet: ${message}`;
}
