import type { Channel } from '../protocol/channel.ts';
import type { Handlers } from '../protocol/contract.ts';
import { DffmpegError, toDffmpegError, type ErrorData } from '../protocol/errors.ts';
import { createPeer } from '../protocol/peer.ts';
import type { Timers } from '../protocol/timers.ts';
import {
  coordinatorEvents,
  coordinatorMethods,
  workerEvents,
  workerMethods,
  type CoordinatorMethods,
} from '../protocol/workerContract.ts';
import type { Agents } from './agents.ts';
import type { Attempts } from './attempts.ts';
import { ConnectedWorker } from './connectedWorker.ts';
import type { FetchAhead } from './fetchAhead.ts';
import type { Fleet } from './fleet.ts';
import type { HandOvers } from './handOvers.ts';
import type { Clock } from './ids.ts';
import type { Inquiries } from './inquiries.ts';
import type { KnownWorkers } from './knownWorkers.ts';
import type { JobLogs } from './jobLog.ts';
import type { LoadRelief } from './loadRelief.ts';
import type { ProgressBoard } from './progressBoard.ts';
import type { QueueSettings } from './queueSettings.ts';
import type { Recovery } from './recovery.ts';
import type { AttemptKey } from './store/records.ts';
import type { WorkerDescription } from '../protocol/model.ts';

export interface WorkerLinkOptions {
  /** Whom the handshake has proven; undefined: the daemon’s own worker, within the process. */
  readonly identity?: string | undefined;
  /** It is a fleet: what it is called here is not known there. */
  readonly isFleet?: boolean | undefined;
  readonly fleet: Fleet;
  readonly known: KnownWorkers;
  readonly attempts: Attempts;
  readonly recovery: Recovery;
  readonly loadRelief: LoadRelief;
  readonly handOvers: HandOvers;
  readonly agents: Agents;
  readonly fetchAhead: FetchAhead;
  readonly inquiries: Inquiries;
  readonly logs: JobLogs;
  readonly progress: ProgressBoard;
  readonly settings: QueueSettings;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly monotonic: Clock;
  readonly wake: () => void;
  readonly onError: (error: DffmpegError) => void;
}

/** Serves one worker until its channel closes; resolves when what it ran has gone back to the queue. */
export async function serveWorker(channel: Channel, options: WorkerLinkOptions): Promise<void> {
  const { fleet, attempts, recovery, loadRelief, handOvers, inquiries, logs, progress, settings } = options;
  const { agents } = options;
  const { identity, known: knownWorkers, fetchAhead, timers, clock, monotonic, wake, onError } = options;
  let worker: ConnectedWorker | undefined;
  let gone = false;

  const handlers: Handlers<CoordinatorMethods> = {
    'worker.register': async ({ worker: described, running }) => {
      const description = asCalledHere(described);
      requireOwn(description);
      if (worker && worker.id === description.id)
        return { stop: describeAgain(worker, description, running) };
      const earlier = fleet.get(description.id);
      if (earlier) await replace(earlier);
      const registering = new ConnectedWorker(peer, description, {
        ...{ settings, timers, clock, monotonic },
        standing: () => knownWorkers.standing(description.id),
        wake: () => {
          fleet.changed.emit('worker');
          wake();
        },
      });
      const stop = await recovery.adopt(registering, running);
      worker = registering;
      // Gone while its earlier connection was being left: what it runs is found when it comes back.
      if (gone) return { stop };
      fleet.add(worker);
      knownWorkers.saw(description);
      recovery.workerIsBack(worker);
      wake();
      return { stop };
    },
    'worker.update': ({ worker: described }) => {
      const description = asCalledHere(described);
      requireOwn(description);
      describeAgain(registered(), description, []);
      return Promise.resolve({});
    },
    'task.report': async ({ taskId, fence, report }) => {
      const reporter = registered();
      // What is being placed for it here comes to its end first.
      if (report.type === 'cancelled' || report.type === 'failed') await handOvers.stop({ taskId, fence });
      // A report that is told again, because the answer was lost, counts once.
      const attempt = reporter.attempt({ taskId, fence });
      if (attempt && report.type === 'started') reporter.started(attempt);
      if (attempt) await agents.reported(attempt.jobId, report);
      await attempts.report(reporter, { taskId, fence }, report);
      if (attempt && report.type === 'failed') {
        if (report.error.code === 'slots-busy') reporter.isBusy(attempt.slot);
        if (report.error.code === 'ffmpeg-missing') reporter.ffmpegIsMissing(report.error);
        reporter.failed(attempt.jobId, report.error);
      }
      if (report.type === 'delivered' || report.type === 'skipped') reporter.succeeded();
      fleet.changed.emit('worker');
      wake();
      return {};
    },
    'task.commit': async ({ taskId, fence, taken, ...request }) => {
      const committing = registered();
      // It gives no names on this machine.
      if (!committing.local)
        throw new DffmpegError(
          'forbidden',
          `${committing.name} hands its results over: it does not place them.`,
        );
      return { path: await attempts.commit(committing, { taskId, fence }, request, taken) };
    },
    'task.sources': (key, { signal }) => handOvers.sources(registered(), key, signal),
    'task.expected': ({ taskId }, { signal }) => {
      const asking = registered();
      return handOvers.sourcesAhead(asking, fetchAhead.jobOf(asking, taskId), signal);
    },
    'task.handOver': async ({ taskId, fence, ...handed }) => {
      const giver = registered();
      try {
        const placed = await handOvers.handOver(giver, { taskId, fence }, handed);
        giver.succeeded();
        return placed;
      } catch (error) {
        if (toDffmpegError(error).code === 'fence-void') giver.release({ taskId, fence });
        throw error;
      } finally {
        fleet.changed.emit('worker');
        wake();
      }
    },
  };

  const peer = createPeer({
    channel,
    serves: coordinatorMethods,
    handlers,
    asks: workerMethods,
    emits: coordinatorEvents,
    hears: workerEvents,
    listeners: {
      'task.progress': (update) => {
        const attempt = worker?.attemptOfJob(update.jobId);
        if (attempt?.fence !== update.fence) return;
        worker?.heard(attempt, update);
        progress.update(update);
        agents.progress(update);
      },
      'task.log': ({ jobId, taskId, fence, text }) => {
        if (worker?.attempt({ taskId, fence })?.jobId !== jobId) return;
        logs.append(jobId, text);
        agents.log(jobId, text);
      },
      'task.fetched': ({ taskId }) => {
        if (worker) fetchAhead.fetched(worker, taskId);
      },
      'room.free': ({ jobId, taskId }) => {
        attempts.roomIsFree(jobId, taskId).then(wake, (error: unknown) => {
          onError(toDffmpegError(error));
        });
      },
      'slot.free': ({ kind }) => {
        worker?.slotIsFree(kind);
        wake();
      },
      'inquiry.progress': (inquiry) => {
        inquiries.heard(inquiry);
      },
      'worker.foreignLoad': ({ share }) => {
        if (worker) loadRelief.heard(worker, share);
      },
      'worker.load': (load) => {
        if (!worker) return;
        worker.load = load;
        fleet.changed.emit('load');
      },
    },
    onError,
    timers,
  });

  await peer.closed;
  gone = true;
  if (worker) await leave(worker);

  /** It has found or lost its ffmpeg; what it runs goes on, but for what nobody knows of here. */
  function describeAgain(
    known: ConnectedWorker,
    description: WorkerDescription,
    running: readonly AttemptKey[],
  ): AttemptKey[] {
    known.describe(description);
    fleet.changed.emit('worker');
    wake();
    return running.filter((key) => !known.attempt(key));
  }

  function asCalledHere(description: WorkerDescription): WorkerDescription {
    if (options.isFleet !== true || identity === undefined) return description;
    return { ...description, id: identity, members: description.members ?? 0 };
  }

  /** Nobody takes the place, the jobs or the trust of another worker by saying its name. */
  function requireOwn({ id, local }: WorkerDescription): void {
    const isOwn = identity === undefined || (id === identity && !local);
    if (!isOwn || (worker && worker.id !== id))
      throw new DffmpegError('forbidden', `${identity ?? worker?.id} may not speak for the worker ${id}.`, {
        hint: 'Start this worker with the id that it was paired under.',
      });
  }

  function registered(): ConnectedWorker {
    if (worker) return worker;
    throw new DffmpegError('request-invalid', 'A worker registers before anything else.');
  }

  /** The same worker came anew before its old channel was seen to close. */
  async function replace(earlier: ConnectedWorker): Promise<void> {
    earlier.peer.close({ code: 1000, text: 'The worker has connected anew.' });
    await leave(earlier);
  }

  async function leave(leaving: ConnectedWorker): Promise<void> {
    leaving.end();
    if (fleet.get(leaving.id) === leaving) knownWorkers.left(leaving.description);
    fleet.remove(leaving);
    // On another machine it goes on without a connection; the one in this process has ended.
    if (identity !== undefined) {
      await recovery.workerIsAway(leaving).catch((error: unknown) => {
        onError(toDffmpegError(error));
      });
      wake();
      return;
    }
    const reason: ErrorData = {
      code: 'worker-lost',
      message: `The connection to ${leaving.name} was lost.`,
      hint: 'The job goes back to the queue.',
    };
    await Promise.all(leaving.running.map((attempt) => lose(leaving, attempt, reason)));
    wake();
  }

  async function lose(
    leaving: ConnectedWorker,
    attempt: AttemptKey & { jobId: string },
    reason: ErrorData,
  ): Promise<void> {
    leaving.release(attempt);
    try {
      await attempts.lost(attempt.jobId, attempt, reason, true);
    } catch (error) {
      onError(toDffmpegError(error));
    }
  }
}
