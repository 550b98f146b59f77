import type { adminMethods } from '../protocol/adminContract.ts';
import { clientEvents, clientMethods, type ClientMethods } from '../protocol/clientContract.ts';
import type { Channel } from '../protocol/channel.ts';
import type { Handlers } from '../protocol/contract.ts';
import type { DffmpegError } from '../protocol/errors.ts';
import { createPeer } from '../protocol/peer.ts';
import type { Timers } from '../protocol/timers.ts';
import type { Folders } from './folders.ts';
import type { Inquiries } from './inquiries.ts';
import type { JobBook } from './jobBook.ts';
import { cancelledByPerson, type JobControl } from './jobControl.ts';
import type { JobLogs } from './jobLog.ts';
import { readLog } from './jobLogReader.ts';
import { inOneFrame, toJob, toWholeJob } from './jobView.ts';
import { guarded } from './roleGuard.ts';
import type { Replacements } from './replacements.ts';
import type { QueueSwitch } from './queueSwitch.ts';
import type { Sessions } from './sessions.ts';
import type { WorkerControl } from './workerControl.ts';
import { Subscription, type SubscriptionOptions } from './subscription.ts';

/** Methods that ask about the daemon itself, which the coordinator knows nothing of. */
export type DaemonHandlers = Pick<
  Handlers<ClientMethods>,
  | 'session.open'
  | 'daemon.status'
  | 'daemon.stop'
  | 'daemon.handOver'
  | 'sources.scan'
  | 'presets.list'
  | 'config.show'
  | Extract<keyof ClientMethods, `watch.${string}`>
  | keyof typeof adminMethods
>;

export interface ClientLinkOptions extends SubscriptionOptions {
  readonly book: JobBook;
  readonly control: JobControl;
  readonly workerControl: WorkerControl;
  readonly folders: Folders;
  readonly replacements: Replacements;
  readonly inquiries: Inquiries;
  readonly queue: QueueSwitch;
  readonly logs: JobLogs;
  readonly sessions: Sessions;
  readonly timers: Timers;
  readonly onError: (error: DffmpegError) => void;
}

/** What one who may call client methods is; the listener knows, the caller does not say it. */
export type ClientRole = 'admin' | 'client';

/** Serves one client until its channel closes. */
export async function serveClient(
  channel: Channel,
  daemon: DaemonHandlers,
  role: ClientRole,
  options: ClientLinkOptions,
): Promise<void> {
  const {
    book,
    control,
    workerControl,
    folders,
    replacements,
    inquiries,
    queue,
    logs,
    sessions,
    store,
    fleet,
    forecasts,
    timers,
    onError,
  } = options;
  let sessionId: string | undefined;
  let subscription: Subscription | undefined;
  let gone = false;

  const handlers: Handlers<ClientMethods> = {
    ...daemon,
    ...inquiries.handlers((progress) => {
      peer.emit('inquiry.progress', progress, progress.inquiryId);
    }),
    'session.open': async (params, context) => {
      const answer = await daemon['session.open'](params, context);
      if (gone) return answer;
      sessions.opened(params.sessionId);
      if (sessionId !== undefined) sessions.closed(sessionId);
      sessionId = params.sessionId;
      return answer;
    },
    'jobs.submit': async (submission) => ({ job: toJob(await control.submit(submission, sessionId)) }),
    'jobs.list': async (page) => {
      const { jobs, next } = await store.jobs(page);
      const told = inOneFrame(await forecasts.added(jobs.map(toJob)));
      return { jobs: told, next: told.length < jobs.length ? told.at(-1)?.id : next };
    },
    'jobs.get': async ({ id }) => {
      const stored = await control.explained(await control.find(id));
      const whole = toWholeJob(stored);
      const [job = whole] = await forecasts.added([whole]);
      return { job };
    },
    'jobs.cancel': async ({ id }) => {
      const { job } = await control.find(id);
      return { job: toJob(await control.cancel(job.id, cancelledByPerson)) };
    },
    'jobs.retry': async ({ id }) => {
      const { job } = await control.find(id);
      return { job: toJob(await control.retry(job.id)) };
    },
    'jobs.chooseFolder': async ({ id, folder }) => {
      const { job } = await control.find(id);
      return { job: toJob(await folders.choose(job.id, folder)) };
    },
    'jobs.retryHooks': async ({ id }) => {
      const { job } = await control.find(id);
      return { job: toJob(await control.retryHooks(job.id)) };
    },
    'jobs.pause': async ({ id }) => {
      const { job } = await control.find(id);
      return { job: toJob(await control.pause(job.id)) };
    },
    'jobs.resume': async ({ id }) => {
      const { job } = await control.find(id);
      return { job: toJob(await control.resume(job.id)) };
    },
    'jobs.prioritize': async ({ id, priority }) => {
      const { job } = await control.find(id);
      return { job: toJob(await control.prioritize(job.id, priority)) };
    },
    'jobs.replace': async ({ id }) => {
      const { job } = await control.find(id);
      return { job: toJob(await replacements.replace(job.id)) };
    },
    'jobs.undo': async ({ id }) => {
      const { job } = await control.find(id);
      return { job: toJob(await replacements.undo(job.id)) };
    },
    'queue.pause': async () => ({ counts: await queue.pause(true) }),
    'queue.resume': async () => ({ counts: await queue.pause(false) }),
    'jobs.log': async ({ id, offset, wait }, { signal }) => {
      const { job } = await control.find(id);
      return readLog({ logs, book }, job.id, offset, wait ? signal : undefined);
    },
    'workers.drain': async ({ worker }) => ({ worker: await workerControl.drain(worker, true) }),
    'workers.resume': async ({ worker }) => ({ worker: await workerControl.drain(worker, false) }),
    'workers.setLabels': async ({ worker, labels }) => ({
      worker: await workerControl.setLabels(worker, labels),
    }),
    'workers.rename': async ({ worker, name }) => ({ worker: await workerControl.rename(worker, name) }),
    'workers.list': () => Promise.resolve({ workers: fleet.info(true) }),
    subscribe: async ({ topics, ...from }) => {
      subscription?.end();
      const begun = new Subscription(options, peer, topics);
      subscription = begun;
      const state = await begun.begin(from);
      // Meanwhile the channel may have closed, or another subscription may have come.
      if (gone || subscription !== begun) begun.end();
      return state;
    },
  };

  const peer = createPeer({
    channel,
    serves: clientMethods,
    handlers: guarded<ClientMethods>(
      clientMethods,
      handlers,
      ({ forClients }) => role === 'admin' || forClients === true,
    ),
    asks: {},
    emits: clientEvents,
    hears: {},
    listeners: {},
    onError,
    timers,
  });

  await peer.closed;
  gone = true;
  subscription?.end();
  if (sessionId !== undefined) sessions.closed(sessionId);
}
