import type { ReceivedParams, Result } from '../protocol/contract.ts';
import { DffmpegError, toDffmpegError, type ErrorData } from '../protocol/errors.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { WorkerDescription } from '../protocol/model.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import type { FleetHandlers } from './agentLink.ts';
import { clientJob, orderId } from './clientJobs.ts';
import type { Fleet } from './fleet.ts';
import type { Clock } from './ids.ts';
import type { JobBook } from './jobBook.ts';
import type { JobControl } from './jobControl.ts';
import { newTask } from './jobTasks.ts';
import { takesForClients } from './scheduler.ts';
import type { AttemptKey, JobRecord } from './store/records.ts';

export interface ClientOrdersOptions {
  readonly book: JobBook;
  readonly fleet: Fleet;
  /** Given when it is there. */
  readonly control: () => Pick<JobControl, 'cancel' | 'pause' | 'resume' | 'prioritize'>;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly refuses?: (() => Promise<DffmpegError | undefined>) | undefined;
  /** The fleet, as this client sees it. */
  readonly describe: (client: string) => WorkerDescription;
  /** How many jobs it has here. */
  readonly countOf: (client: string) => number;
  readonly wake: () => void;
  readonly onError: (error: DffmpegError) => void;
}

/** Unfinished jobs of one client, at most: who gives more is given no slot for it. */
const maxOrders = 10_000;

const tooMany: ErrorData = {
  code: 'slots-busy',
  message: 'The fleet has as many jobs of this machine as it takes from one.',
};

const withdrawn: ErrorData = { code: 'cancelled', message: 'Its client does not want it any more.' };

/** What clients order: attempts of their own queues, each of which is a job of this one. */
export class ClientOrders {
  readonly #options: ClientOrdersOptions;
  /** Offers that are being stored, by client and attempt. */
  readonly #taking = new Map<string, Promise<unknown>>();

  constructor(options: ClientOrdersOptions) {
    this.#options = options;
  }

  handlers(client: string): FleetHandlers {
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
        const ready = fleet.workers.filter(takesForClients).filter(({ ffmpeg }) => ffmpeg.state === 'ready');
        await Promise.all(
          ready.map(async (worker) => {
            const tried = await worker.peer.request('capabilities.try', { encoders }).catch(() => undefined);
            if (tried) worker.addCapabilities(tried.capabilities);
          }),
        );
        const known = Object.entries(this.#options.describe(client).capabilities);
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
    const { book, newId, clock, refuses, countOf } = this.#options;
    if (payload.kind !== 'encode')
      throw new DffmpegError('request-invalid', 'A fleet has none of its client’s files.');
    if (await book.store.submitted(orderId(client, { taskId, fence }))) return { accepted: true };
    const full = await refuses?.();
    if (full) return { accepted: false, waitsFor: full.toData() };
    if (countOf(client) + this.#taking.size >= maxOrders) return { accepted: false, waitsFor: tooMany };
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
  async forget(jobId: string | undefined): Promise<void> {
    if (jobId === undefined) return;
    await this.#options.book.change(jobId, ({ job }) =>
      job.owedTo === undefined ? undefined : { job: { owedTo: undefined } },
    );
    await this.#withdraw(jobId);
  }

  /** Nobody will fetch what was made for it, or come for it again. */
  async forgetAll(client: string): Promise<void> {
    for (const { job } of await this.#options.book.store.owedTo(client)) await this.forget(job.id);
  }
}
