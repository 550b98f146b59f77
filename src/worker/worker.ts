import { lstat, mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { outputsOf } from '../encoding/presetOutputs.ts';
import { DiskRoom, type Room } from '../files/diskRoom.ts';
import { recoverPlacement } from '../files/placing.ts';
import { placingFs, type PlacingFs } from '../files/placingFs.ts';
import { removeStaging } from '../files/staging.ts';
import type { Channel } from '../protocol/channel.ts';
import type { Handlers, Params, Result } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { createPeer, type Peer } from '../protocol/peer.ts';
import { systemTimers } from '../protocol/timers.ts';
import {
  coordinatorEvents,
  coordinatorMethods,
  workerEvents,
  workerMethods,
  type CoordinatorMethods,
  type TaskPayload,
  type WorkerEvents,
  type WorkerMethods,
} from '../protocol/workerContract.ts';
import { Announcer } from './announcer.ts';
import { Attempts, nameOf, type ContextOf } from './attempts.ts';
import type { CapabilityProver } from './capabilities.ts';
import { FfmpegBinary } from './ffmpegBinary.ts';
import { FfmpegKeeper } from './ffmpegKeeper.ts';
import { ChildLedger } from './childLedger.ts';
import { Inquiries } from './inquiries.ts';
import { KeepAwake, keepAwakeCommand } from './keepAwake.ts';
import { LoadMeter } from './load.ts';
import { MemoryOutbox, type AttemptKey } from './outbox.ts';
import { persistently } from './persistently.ts';
import { reapProcess } from './processTable.ts';
import { replacingHandlers } from './replacing.ts';
import { proveFor, slotKindFor } from './proveFor.ts';
import { roomNeeded } from './roomNeeded.ts';
import { RoomWatch } from './roomWatch.ts';
import { Scratch } from './scratch.ts';
import { Slots, slotTable } from './slotTable.ts';
import { defaultWorkerSettings, type WorkerSettings } from './workerSettings.ts';

export interface WorkerOptions {
  /** To the coordinator. The worker lives as long as it. */
  channel: Channel;
  stateDir: string;
  id: string;
  name: string;
  /** Whether it runs inside the daemon whose queue it serves. */
  local: boolean;
  /** Slot kind → how many at once, replacing what the worker would offer by itself. */
  slots?: Readonly<Record<string, number>> | undefined;
  /** Absolute path of ffmpeg, or of the folder that holds it; empty or missing: searched for. */
  ffmpegPath?: string | undefined;
  /** Encodes run below normal priority; default true. */
  lowPriority?: boolean | undefined;
  /** The machine does not go to sleep by itself while it encodes; default false. */
  keepAwake?: boolean | undefined;
  settings?: WorkerSettings | undefined;
  /** How results get their names; tests stop it between two steps. */
  fs?: PlacingFs | undefined;
  /** For the daemon's log: what went wrong between this worker and its coordinator. */
  onError?: ((error: DffmpegError) => void) | undefined;
}

export interface Worker {
  /**
   * Ends every ffmpeg (within two seconds) and the channel. A result that waits for its commit stays as it
   * is, for `placement.recover`; one that is being placed is placed.
   */
  close(): Promise<void>;
}

/** One render node at the end of a channel: registers, takes offers while it has slots, reports. */
export function createWorker(options: WorkerOptions): Worker {
  return new WorkerNode(options);
}

type WorkerState = Params<CoordinatorMethods['worker.register']>['worker'];

class WorkerNode implements Worker {
  readonly #options: WorkerOptions;
  readonly #settings: WorkerSettings;
  readonly #scratch: Scratch;
  readonly #fs: PlacingFs;
  readonly #ended = new AbortController();
  readonly #slots = new Slots();
  readonly #room = new DiskRoom();
  readonly #roomWatch = new RoomWatch({
    everyMs: () => this.#settings.diskLookSeconds * 1000,
    timers: systemTimers,
    hasRoom: async (needs) => (await this.#room.lacks(needs)) === undefined,
  });
  readonly #rooms = new Map<string, Room>();
  readonly #peer: Peer<CoordinatorMethods, WorkerEvents>;
  readonly #ffmpeg: FfmpegKeeper;
  readonly #announcer: Announcer<WorkerState>;
  readonly #outbox: MemoryOutbox;
  readonly #attempts: Attempts;
  readonly #keepAwake: KeepAwake;
  readonly #inquiries: Inquiries;
  readonly #load: LoadMeter;
  readonly #running: Promise<void>;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#settings = options.settings ?? defaultWorkerSettings;
    this.#scratch = new Scratch({
      stateDir: options.stateDir,
      settings: this.#settings,
      // What ends with the worker may have been granted: the next one is told what becomes of it.
      isRunning: (key) =>
        this.#ended.signal.aborted ||
        this.#attempts.keys.some(({ taskId, fence }) => `${taskId}-${fence}` === key),
      onError: (error) => {
        this.#complain('What earlier attempts left could not be removed', error);
      },
    });
    this.#fs = options.fs ?? placingFs;
    this.#outbox = new MemoryOutbox({
      send: (key, report, signal) =>
        this.#peer.request('task.report', { ...key, report }, { signal, timeoutMs: this.#answerMs }),
      onRefused: (key, report, error) => {
        if (error.code !== 'fence-void')
          this.#complain(`The report “${report.type}” of ${key.taskId} was refused`, error);
      },
      settings: this.#settings,
    });
    this.#keepAwake = new KeepAwake({
      wanted: () => options.keepAwake ?? false,
      lingerMs: () => this.#settings.keepAwakeSeconds * 1000,
      command: keepAwakeCommand(process.platform, process.pid),
      timers: systemTimers,
      onError: (error) => options.onError?.(error),
    });
    this.#attempts = new Attempts(this.#outbox, this.#contextOf, {
      end: () => {
        this.#scratch.sweep();
      },
      encoding: (encoding) => {
        this.#keepAwake.set(encoding);
      },
    });
    this.#load = new LoadMeter((load) => {
      this.#peer.emit('worker.load', load);
    }, this.#settings);
    this.#ffmpeg = new FfmpegKeeper({
      binary: new FfmpegBinary({
        configured: options.ffmpegPath,
        env: process.env,
        platform: process.platform,
        settings: this.#settings,
      }),
      settings: this.#settings,
      stateDir: options.stateDir,
      onStatus: () => void this.#announcer.register(),
      idle: () => this.#attempts.idle(),
      onCapabilities: () => {
        this.#announcer.updateSoon();
      },
    });
    this.#inquiries = new Inquiries({
      scratchDir: this.#scratch.inquiries,
      settings: this.#settings,
      ffmpeg: () => this.#ffmpeg.check(),
      ffmpegStatus: () => this.#ffmpeg.status,
      tell: (progress) => {
        this.#peer.emit('inquiry.progress', progress, progress.inquiryId);
      },
    });
    this.#announcer = new Announcer(
      () => this.#state(),
      (how, state) => this.#announce(how, state),
      this.#settings,
    );
    this.#peer = createPeer({
      channel: options.channel,
      serves: workerMethods,
      handlers: this.#handlers(),
      asks: coordinatorMethods,
      emits: workerEvents,
      hears: coordinatorEvents,
      listeners: {
        recovered: () => {
          this.#scratch.recovered();
        },
        'load.wanted': ({ wanted }) => {
          this.#load.setWanted(wanted);
        },
      },
      onError: options.onError,
    });
    void this.#peer.closed.then(() => this.close());
    this.#running = this.#run();
  }

  /** What an earlier worker left running is ended before anything else runs. */
  async #run(): Promise<void> {
    const folder = path.join(this.#options.stateDir, 'scratch', 'processes');
    const ledger = await ChildLedger.open(folder, this.#settings.reapWaitSeconds * 1000).catch(
      (error: unknown) => {
        this.#complain('What an earlier worker left running could not be looked for', error);
      },
    );
    await this.#scratch.prepare();
    if (!this.#ended.signal.aborted) {
      void this.#announcer.register();
      await this.#ffmpeg.run();
    }
    ledger?.close();
  }

  async close(): Promise<void> {
    this.#load.setWanted(false);
    this.#announcer.close();
    this.#ended.abort();
    this.#ffmpeg.close();
    await Promise.all([this.#attempts.close(), this.#inquiries.close()]);
    this.#keepAwake.close();
    this.#roomWatch.close();
    this.#outbox.close();
    this.#peer.close();
    await this.#running;
    await this.#scratch.idle();
  }

  #handlers(): Handlers<WorkerMethods> {
    return {
      'task.offer': ({ taskId, fence, payload }) => {
        const key = { taskId, fence };
        return this.#attempts.consider(key, () => this.#offer(key, payload));
      },
      'task.cancel': ({ taskId, fence }) => {
        this.#attempts.cancel({ taskId, fence });
        return Promise.resolve({});
      },
      'task.suspend': ({ suspended, ...key }) => {
        this.#attempts.suspend(key, suspended);
        return Promise.resolve({});
      },
      'capabilities.try': async ({ encoders }) => {
        const prover = await this.#ffmpeg.check();
        const known = prover ? await prover.prove(encoders) : {};
        return {
          capabilities: Object.fromEntries(Object.entries(known).filter(([name]) => encoders.includes(name))),
        };
      },
      'placement.recover': async ({ staged, identity, path: target }) => {
        const folder = path.dirname(staged);
        if (!this.#scratch.holdsResult(staged) || (await isLink(folder)))
          throw new DffmpegError('request-invalid', `${staged} is not the name of a staged result.`);
        const outcome = await recoverPlacement({
          staged,
          identity,
          path: target,
          recordDir: this.#scratch.records,
          traces: this.#scratch.traces,
          fs: this.#fs,
        });
        if (outcome !== 'taken') await removeStaging(folder, this.#scratch.traces);
        const placed = outcome === 'placed' ? await this.#fs.identity(target) : undefined;
        return { outcome, identity: placed };
      },
      'process.reap': async ({ pid, processStart, directory }) => {
        if (directory !== undefined && !this.#scratch.holdsAttempt(directory))
          throw new DffmpegError('request-invalid', `${directory} is not the name of an attempt’s folder.`);
        const ended = await reapProcess(pid, processStart, this.#settings.reapWaitSeconds * 1000);
        if (directory !== undefined) await removeStaging(directory, this.#scratch.traces);
        return { ended };
      },
      ...replacingHandlers(this.#scratch.records, this.#fs),
      ...this.#inquiries.handlers(),
    };
  }

  async #offer(key: AttemptKey, payload: TaskPayload): Promise<Result<WorkerMethods['task.offer']>> {
    const prover = await this.#ffmpeg.check();
    if (!prover) return { accepted: false };
    const kind = payload.kind === 'probe' ? 'probe' : await this.#slotFor(payload, prover);
    const room = await this.#takeRoom(key, payload);
    if (room instanceof DffmpegError) return { accepted: false, waitsFor: room.toData() };
    // From here to the start nothing waits: an offer that is repeated meanwhile is not begun twice.
    const releaseSlot =
      this.#attempts.has(key) || this.#ended.signal.aborted
        ? undefined
        : this.#slots.take(kind, this.#state().slots);
    if (!releaseSlot) {
      room?.release();
      // Offered again because the answer was lost.
      return { accepted: this.#attempts.has(key) };
    }
    const name = nameOf(key);
    if (room) this.#rooms.set(name, room);
    this.#attempts.start(key, payload, prover, () => {
      releaseSlot();
      room?.release();
      this.#rooms.delete(name);
    });
    return { accepted: true };
  }

  /** Where there is none, the coordinator is told as soon as there is. */
  async #takeRoom({ taskId }: AttemptKey, payload: TaskPayload): Promise<Room | DffmpegError | undefined> {
    if (payload.kind !== 'encode') return undefined;
    await mkdir(this.#scratch.attempts, { recursive: true }).catch(() => undefined);
    const needs = roomNeeded(payload, this.#scratch.attempts, this.#settings);
    const room = await this.#room.take(needs);
    if (!(room instanceof DffmpegError)) this.#roomWatch.forget(taskId);
    else
      this.#roomWatch.expect(taskId, needs, () => {
        this.#peer.emit('room.free', { jobId: payload.jobId, taskId });
      });
    return room;
  }

  async #slotFor(
    { preset, outputs }: Extract<TaskPayload, { kind: 'encode' }>,
    prover: CapabilityProver,
  ): Promise<string> {
    const all = outputsOf(preset);
    const wanted = outputs.flatMap(({ index }) => all[index] ?? []);
    return slotKindFor(wanted, (await proveFor(wanted, prover)).capabilities);
  }

  readonly #contextOf: ContextOf = (key, { jobId }, prover) => {
    return {
      prover,
      settings: this.#settings,
      lowPriority: this.#options.lowPriority ?? true,
      scratchDir: this.#scratch.attempts,
      recordDir: this.#scratch.records,
      traces: this.#scratch.traces,
      fs: this.#fs,
      wrote: (folder, bytes) => {
        this.#rooms.get(nameOf(key))?.wrote(folder, bytes);
      },
      commit: async (request, signal) => {
        const { path: granted } = await persistently(
          () => {
            const options = { signal, timeoutMs: this.#answerMs };
            return this.#peer.request('task.commit', { ...key, ...request }, options);
          },
          signal,
          this.#settings,
        );
        return granted;
      },
      progress: (progress) => {
        this.#peer.emit('task.progress', { jobId, fence: key.fence, ...progress }, `progress/${key.taskId}`);
      },
      log: (text) => {
        this.#peer.emit('task.log', { ...key, jobId, text });
      },
    };
  };

  async #announce(how: 'register' | 'update', worker: WorkerState): Promise<void> {
    const { signal } = this.#ended;
    const options = { signal, timeoutMs: this.#answerMs };
    try {
      if (how === 'update') {
        const update = () => this.#peer.request('worker.update', { worker }, options);
        await persistently(update, signal, this.#settings);
        return;
      }
      const dialect = this.#ffmpeg.prover?.dialect;
      const { stop } = await persistently(
        () =>
          this.#peer.request('worker.register', { worker, dialect, running: this.#attempts.keys }, options),
        signal,
        this.#settings,
      );
      for (const key of stop) this.#attempts.cancel(key);
    } catch (error) {
      if (!signal.aborted) this.#complain('The coordinator did not accept this worker', error);
      throw error;
    }
  }

  /** Milliseconds after which a request without an answer is asked again. */
  get #answerMs(): number {
    return this.#settings.answerTimeoutSeconds * 1000;
  }

  #state(): WorkerState {
    const { id, name, local, slots } = this.#options;
    const cpus = os.cpus();
    const cores = os.availableParallelism();
    return {
      id,
      name,
      local,
      platform: process.platform,
      arch: process.arch,
      cpuModel: cpus[0]?.model,
      cores,
      ffmpeg: this.#ffmpeg.status,
      capabilities: this.#ffmpeg.capabilities,
      slots: slotTable(cores, this.#ffmpeg.capabilities, slots),
    };
  }

  #complain(what: string, cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#options.onError?.(new DffmpegError('internal', `${what}: ${why}`, { cause }));
  }
}

/** What lies behind a link is somebody else's. */
async function isLink(folder: string): Promise<boolean> {
  return lstat(folder).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}
