import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import { isEnded } from '../protocol/jobState.ts';
import { systemTimers } from '../protocol/timers.ts';
import { Agents } from './agents.ts';
import { Attempts } from './attempts.ts';
import { ChangeFeed } from './changeFeed.ts';
import { serveClient } from './clientLink.ts';
import type { ConnectedWorker, RunningAttempt } from './connectedWorker.ts';
import type { Coordinator, CoordinatorOptions } from './coordinatorInterface.ts';
import { Dispatcher } from './dispatcher.ts';
import { Emitter } from './emitter.ts';
import { FetchAhead } from './fetchAhead.ts';
import { Fleet } from './fleet.ts';
import { Folders } from './folders.ts';
import { Forecasts } from './forecasts.ts';
import { createIdSource } from './ids.ts';
import { HandOvers } from './handOvers.ts';
import { Inquiries } from './inquiries.ts';
import { newHooks } from './jobHooks.ts';
import { JobBook } from './jobBook.ts';
import { cancelledByLeaving, JobControl } from './jobControl.ts';
import { JobLogs } from './jobLog.ts';
import { logHead, logLines } from './jobLogLines.ts';
import { KnownWorkers } from './knownWorkers.ts';
import { Links } from './links.ts';
import { LoadRelief } from './loadRelief.ts';
import { LoadWatch } from './loadWatch.ts';
import type { FileRelay } from './passedFiles.ts';
import { ProgressBoard } from './progressBoard.ts';
import { QueueSwitch } from './queueSwitch.ts';
import { Replacements } from './replacements.ts';
import { Recovery } from './recovery.ts';
import { Retention } from './retention.ts';
import { Sessions } from './sessions.ts';
import { SourceUse } from './sourceUse.ts';
import { Speeds } from './speeds.ts';
import type { StoredJob } from './store/records.ts';
import { WatchBoard } from './watchBoard.ts';
import { WorkerControl } from './workerControl.ts';
import { serveWorker } from './workerLink.ts';

/** Without files of other machines none are passed on. */
const noRelay: FileRelay = {
  offer: () => {
    throw new DffmpegError('request-invalid', 'This daemon passes no files on.');
  },
  withdraw: () => Promise.resolve(),
};

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
    // What lies on another machine is nothing for the programs of this one.
    hooksFor: (job) => (job.client === undefined ? newHooks(job, clock(), options.hooks) : []),
    onChange: jobChanged,
    onExplained: (reasons) => {
      agents.explained(reasons);
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
  const fetchAhead = new FetchAhead({
    ...{ fleet, settings },
    wake: () => {
      wake();
    },
  });
  const agents = new Agents({
    ...{ book, fleet, newId, clock, timers, settings, refuses: options.refuses, onError },
    control: () => control,
    relay: options.relay ?? noRelay,
    self: { name: options.machine ?? 'fleet', platform, arch: process.arch },
    wake: () => {
      activityChanged.emit();
      wake();
    },
  });
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
      fetchAhead,
      agents,
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
    hasSources: (jobId, workerId) => fetchAhead.hasSources(jobId, workerId),
  });
  const recovery = new Recovery({
    ...{ book, fleet, attempts, settings, timers, monotonic, wake, onError },
  });
  const handOvers = new HandOvers({ book, fleet, attempts, agents, settings, timers, platform });
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
    attachWorker: (channel, identity, isFleet) => {
      const link = {
        ...{ identity, isFleet },
        fleet,
        known,
        attempts,
        recovery,
        loadRelief,
        handOvers,
        agents,
        fetchAhead,
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
    attachAgent: (channel, client) => {
      void clients.add(channel, agents.attach(channel, client));
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
    forgetClient: (client) => agents.forgetAll(client),
    dismissWorker: (name) => {
      workerControl.dismiss(name);
    },
    findWorker: (name) => workerControl.find(name),
    dialledWorkers: () => known.dialled(),
    addDialledWorker: ({ id, ...dial }) => known.tell(id, { dial }),
    addFleet: ({ id, ...dial }, name) => known.tell(id, { dial, name }),
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
      fetchAhead.close();
      agents.close();
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
    agents.changed(after);
    fetchAhead.changed(after);
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
    const { priority } = job;
    for (const worker of fleet.workers) {
      const attempt = worker.attemptOfJob(job.id);
      if (!attempt) continue;
      attempt.priority = priority;
      const { taskId, fence } = attempt;
      // It has a queue of its own. Not connected, it hears of nothing: then it is as it was.
      if (worker.isFleet)
        worker.peer.request('task.prioritize', { taskId, fence, priority }).catch(() => undefined);
    }
    dispatcher.wake('queue');
  }

  function learn(worker: ConnectedWorker, attempt: RunningAttempt): void {
    const lesson = worker.lesson(attempt);
    if (!lesson) return;
    const { works, seconds, fetched } = lesson;
    const learnt = [
      ...speeds.learn(worker, works, seconds),
      ...(fetched ? speeds.learnFetch(worker, fetched.bytes, fetched.seconds) : []),
    ];
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
