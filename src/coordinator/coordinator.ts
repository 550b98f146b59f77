import type { Channel } from '../protocol/channel.ts';
import type { Submission } from '../protocol/clientContract.ts';
import { toDffmpegError, type DffmpegError } from '../protocol/errors.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { Counts, JobHook, WorkerInfo } from '../protocol/model.ts';
import { systemTimers, type Timers } from '../protocol/timers.ts';
import { Attempts } from './attempts.ts';
import { ChangeFeed } from './changeFeed.ts';
import { serveClient, type ClientRole, type DaemonHandlers } from './clientLink.ts';
import type { ConnectedWorker, RunningAttempt } from './connectedWorker.ts';
import { Dispatcher } from './dispatcher.ts';
import { Emitter } from './emitter.ts';
import { Fleet } from './fleet.ts';
import { Folders } from './folders.ts';
import { Forecasts } from './forecasts.ts';
import { createIdSource, type Clock, type Random } from './ids.ts';
import { HandOvers } from './handOvers.ts';
import { Inquiries } from './inquiries.ts';
import { newHooks } from './jobHooks.ts';
import { JobBook } from './jobBook.ts';
import { cancelledByLeaving, JobControl } from './jobControl.ts';
import { JobLogs } from './jobLog.ts';
import { logHead, logLines } from './jobLogLines.ts';
import { KnownWorkers, type DialledWorker } from './knownWorkers.ts';
import { Links } from './links.ts';
import { LoadRelief } from './loadRelief.ts';
import { LoadWatch } from './loadWatch.ts';
import { ProgressBoard } from './progressBoard.ts';
import { QueueSwitch } from './queueSwitch.ts';
import { Replacements } from './replacements.ts';
import type { QueueSettings, RetentionLimits } from './queueSettings.ts';
import { Recovery } from './recovery.ts';
import { Retention } from './retention.ts';
import { Sessions } from './sessions.ts';
import { SourceUse } from './sourceUse.ts';
import { Speeds } from './speeds.ts';
import type { Store } from './store.ts';
import type { StoredJob } from './store/records.ts';
import { WatchBoard } from './watchBoard.ts';
import { WorkerControl } from './workerControl.ts';
import { serveWorker } from './workerLink.ts';

export interface CoordinatorOptions {
  /** Closed with the coordinator. */
  readonly store: Store;
  /** Holds one log for each job. */
  readonly logsDir: string;
  readonly settings: QueueSettings;
  readonly clock: Clock;
  /** Milliseconds that go on evenly, whatever the clock is set to. */
  readonly monotonic: Clock;
  readonly random: Random;
  /** Node's name of the system on which the paths lie. */
  readonly platform: string;
  /** The disk of the logs is nearly full: no lines are written for jobs. */
  readonly logIsLow?: () => boolean;
  readonly log: (error: DffmpegError) => void;
  readonly timers?: Timers;
  /** What the operator wants to happen when a job has ended like this. */
  readonly hooks?: (event: 'done' | 'failed') => readonly Pick<JobHook, 'key' | 'kind' | 'name'>[];
  /** Why no new job is taken now. */
  readonly refuses?: () => Promise<DffmpegError | undefined>;
  /** Last of all: what is stored then stays so. */
  readonly beforeStoreCloses?: () => Promise<void>;
  /** What is told of watched folders; whoever watches them posts it there. */
  readonly watchBoard?: WatchBoard;
}

export interface Coordinator {
  /**
   * A worker's channel, authenticated; it is served until it closes. `identity`: who it is, when it comes from outside of
   * this process; it cannot register as anybody else. Resolves when it is over.
   */
  attachWorker(channel: Channel, identity?: string): Promise<void>;
  /** A client's channel, authenticated; it is served until it closes. */
  attachClient(channel: Channel, daemon: DaemonHandlers, role: ClientRole): void;
  /** As `jobs.submit`, for the daemon itself: a repeat with the same submission id returns the same job. */
  submit(submission: Submission): Promise<StoredJob>;
  /** What has come of a hook of a job. */
  settleHook(jobId: string, hook: JobHook): Promise<void>;
  /** Text of whole lines for the log of a job. */
  appendLog(jobId: string, text: string): void;
  counts(): Promise<Counts>;
  /** Paths of results that have taken the place of their source. */
  replacedPaths(): Promise<string[]>;
  /** Every worker as it is now, without its load. */
  workers(): WorkerInfo[];
  /** By its id or name, see `WorkerControl`. */
  findWorker(name: string): WorkerInfo;
  forgetWorker(name: string): Promise<WorkerInfo>;
  /** Workers that listen: whoever has the network dials them. */
  dialledWorkers(): DialledWorker[];
  /** One more of them, kept from now on. */
  addDialledWorker(worker: DialledWorker): Promise<void>;
  activity(): Promise<Activity>;
  /** Nothing more is begun; what runs goes on. For good. */
  giveNothingMore(): void;
  /** Which finished jobs stay, from now on. */
  keepJobs(limits: RetentionLimits): void;
  /** A value of the settings that it was opened with is another one now. */
  settingsChanged(): void;
  /** Clients came or went, jobs began or ended: `activity` may say something else now. */
  onActivity(listener: () => void): () => void;
  /** Nothing more is offered, channels are closed, what ran is queued again, everything is stored. */
  close(): Promise<void>;
}

export interface Activity {
  readonly unfinishedJobs: number;
  readonly clients: number;
  /** Workers on other machines that are connected, and could not come back without a daemon. Those that are dialled wait. */
  readonly remoteWorkers: number;
}

/** The queue: takes jobs from clients, gives their tasks to workers, and loses nothing. */
export async function createCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { store, settings, clock, monotonic, platform, log: onError, timers = systemTimers } = options;
  const newId = createIdSource(clock, options.random);
  const activityChanged = new Emitter();

  const known = await KnownWorkers.open({ store, clock, onError });
  const fleet = new Fleet(known);
  const feed = new ChangeFeed({ store, timers, retryMs: settings.retryBaseMs, onError });
  const progress = new ProgressBoard({ intervalMs: settings.progressIntervalMs, timers });
  const logs = new JobLogs({
    directory: options.logsDir,
    maxBytes: settings.logBytes,
    chunkBytes: settings.logChunkBytes,
    atOnce: settings.logsAtOnce,
    ...(options.logIsLow ? { isLow: options.logIsLow } : {}),
    headOf: (jobId) =>
      store.job(jobId).then(
        (stored) => (stored ? logHead(stored.job) : ''),
        () => '',
      ),
    onError,
  });
  const book = new JobBook({
    store,
    clock,
    settings,
    platform,
    hooksFor: (job) => newHooks(job, clock(), options.hooks),
    onChange: jobChanged,
    onExplained: () => {
      feed.wake();
    },
  });
  const sourceUse = new SourceUse({ store, platform });
  const speeds = new Speeds(await store.speeds());
  const attempts = new Attempts({
    ...{ book, clock, settings, platform, random: options.random, sourceUse, onSucceeded: learn },
  });
  const queue = new QueueSwitch({
    store,
    onChange: () => {
      feed.wake();
      wake();
    },
  });
  let remoteWorkers = 0;
  fleet.changed.on(() => {
    const dialled = new Set(known.dialled().map(({ id }) => id));
    const now = fleet.workers.filter(({ id, local }) => !local && !dialled.has(id)).length;
    if (now === remoteWorkers) return;
    remoteWorkers = now;
    activityChanged.emit();
  });
  let leaving = false;
  const isLeaving = (): boolean => leaving;
  const isPaused = (): boolean => leaving || queue.paused;
  const dispatcher = new Dispatcher({
    ...{
      book,
      fleet,
      attempts,
      settings,
      clock,
      monotonic,
      timers,
      platform,
      isPaused,
      isLeaving,
      speeds,
      onError,
    },
    recoverUnwritten: (worker) => {
      recovery.recoverUnwritten(worker);
    },
  });
  const wake = (): void => {
    dispatcher.wake('fleet');
  };
  const forecasts = new Forecasts({
    ...{ store, fleet, speeds, settings, clock, monotonic, timers, isPaused, onError },
  });
  const recovery = new Recovery({
    ...{ book, fleet, attempts, settings, timers, monotonic, wake, onError },
  });
  const handOvers = new HandOvers({ book, fleet, attempts, settings, timers, platform });
  const replacements = new Replacements({ book, fleet, sourceUse, settings, clock, timers, onError });
  const control = new JobControl({
    book,
    fleet,
    attempts,
    sourceUse,
    newId,
    clock,
    monotonic,
    platform,
    refuses: options.refuses,
  });
  const workerControl = new WorkerControl({ fleet, known, recovery, wake });
  const folders = new Folders({ book, fleet, control, recovery, platform, wake });
  const inquiries = new Inquiries({ fleet, store, control, newId, clock, timers, settings, platform });
  const retention = new Retention({
    ...{ store, logs, clock, timers, onError },
    limits: settings.retention,
    intervalMs: settings.retentionIntervalMs,
    onRemoved: () => {
      feed.wake();
    },
  });
  const sessions = new Sessions({ graceMs: settings.attachedGraceMs, timers, onGone: cancelAttached });
  const loadWatch = new LoadWatch(fleet);
  const loadRelief = new LoadRelief({
    ...{ book, fleet, settings, monotonic, isPaused, onError },
    hasPlace: (entry, among) => dispatcher.hasPlace(entry, among),
  });
  const watchBoard = options.watchBoard ?? new WatchBoard();
  const workers = new Links(onError);
  const clients = new Links(onError, () => {
    activityChanged.emit();
  });

  const coordinator: Coordinator = {
    attachWorker: (channel, identity) => {
      const link = {
        identity,
        fleet,
        known,
        attempts,
        recovery,
        loadRelief,
        handOvers,
        inquiries,
        logs,
        progress,
        settings,
        timers,
        clock,
        monotonic,
        wake,
        onError,
      };
      return workers.add(channel, serveWorker(channel, link));
    },
    attachClient: (channel, daemon, role) => {
      const link = {
        book,
        store,
        feed,
        fleet,
        progress,
        forecasts,
        loadWatch,
        watchBoard,
        control,
        workerControl,
        folders,
        replacements,
        inquiries,
        queue,
        logs,
        sessions,
        timers,
        onError,
      };
      void clients.add(channel, serveClient(channel, daemon, role, link));
    },
    submit: (submission) => control.submit(submission, undefined),
    settleHook: (jobId, hook) => control.settleHook(jobId, hook),
    appendLog: (jobId, text) => {
      logs.append(jobId, text);
    },
    counts: () => store.counts(),
    replacedPaths: () => store.replacedPaths(),
    workers: () => fleet.info(false),
    forgetWorker: (name) => workerControl.forget(name),
    findWorker: (name) => workerControl.find(name),
    dialledWorkers: () => known.dialled(),
    addDialledWorker: ({ id, url, pin }) => known.tell(id, { dial: { url, pin } }),
    activity: async () => {
      const { waiting, paused, running } = await store.counts();
      const unfinishedJobs = waiting + paused + running + replacements.pending;
      return { unfinishedJobs, clients: clients.size, remoteWorkers };
    },
    giveNothingMore: () => {
      leaving = true;
      forecasts.outdate();
      wake();
    },
    keepJobs: (limits) => {
      retention.setLimits(limits);
    },
    settingsChanged: () => {
      loadRelief.settingsChanged();
      wake();
    },
    onActivity: (listener) => activityChanged.on(listener),
    close: async () => {
      await dispatcher.close();
      await replacements.close();
      await handOvers.close();
      await clients.close();
      sessions.close();
      progress.close();
      forecasts.close();
      await workers.close();
      await known.close();
      await recovery.close();
      await retention.close();
      await book.idle();
      await feed.close();
      await logs.flush();
      await options.beforeStoreCloses?.();
      await store.close();
    },
  };

  try {
    await begin();
  } catch (error) {
    // Its timers would keep the process alive.
    await coordinator.close().catch(() => undefined);
    throw error;
  }
  return coordinator;

  async function begin(): Promise<void> {
    await store.rank(settings.ageingMs);
    await queue.load();
    await recovery.start();
    await planAgain();
    for (const { sessionId } of await store.attached()) sessions.expect(sessionId);
    await replacements.start();
    wake();
    retention.run();
  }

  /** After every change: its log, who follows, and what may start now. */
  function jobChanged(after: StoredJob, before: StoredJob | undefined): void {
    const { id, state } = after.job;
    logs.append(id, logLines(after, before, clock()).join('\n'));
    feed.wake();
    if (after.job.hooks?.some((hook) => hook.state === 'waiting')) activityChanged.emit();
    replacements.changed(after);
    handOvers.changed(after);
    if (before && after.job.priority !== before.job.priority) prioritized(after);
    if (state !== before?.job.state) {
      if (state !== 'running' && state !== 'verifying' && state !== 'committing') progress.forget(id);
      if (leaving || !before || isEnded(state) || isEnded(before.job.state)) activityChanged.emit();
      forecasts.outdate();
      dispatcher.wake('queue');
    }
  }

  /** It may take a slot from somebody now, or be the one to lose it. */
  function prioritized({ job }: StoredJob): void {
    const attempts = fleet.workers.map((worker) => worker.attemptOfJob(job.id));
    for (const attempt of attempts) if (attempt) attempt.priority = job.priority;
    dispatcher.wake('queue');
  }

  function learn(worker: ConnectedWorker, attempt: RunningAttempt): void {
    const lesson = worker.lesson(attempt);
    if (!lesson) return;
    const learnt = speeds.learn(worker, lesson.works, lesson.seconds);
    store.keepSpeeds(learnt).catch((error: unknown) => {
      onError(toDffmpegError(error));
    });
  }

  /** Killed between the end of a probe and the plan that follows it. */
  async function planAgain(): Promise<void> {
    for (;;) {
      const { jobs } = await store.jobs({ states: ['planned'], limit: 100 });
      if (jobs.length === 0) return;
      for (const { job } of jobs) await attempts.plan(job.id);
    }
  }

  function cancelAttached(sessionId: string): void {
    const cancel = async (): Promise<void> => {
      for (const job of await store.attached())
        if (job.sessionId === sessionId) await control.cancel(job.id, cancelledByLeaving);
    };
    cancel().catch((error: unknown) => {
      onError(toDffmpegError(error));
    });
  }
}
