import path from 'node:path';
import { placingFs, type PlacingFs } from '../files/placingFs.ts';
import type { Channel } from '../protocol/channel.ts';
import type { Handlers } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { createPeer, type Peer } from '../protocol/peer.ts';
import { systemTimers } from '../protocol/timers.ts';
import {
  coordinatorEvents,
  coordinatorMethods,
  workerEvents,
  workerMethods,
  type CoordinatorMethods,
  type WorkerEvents,
  type WorkerMethods,
} from '../protocol/workerContract.ts';
import { Announcer } from './announcer.ts';
import { Attempts, type ContextOf } from './attempts.ts';
import { FfmpegBinary } from './ffmpegBinary.ts';
import { FfmpegKeeper } from './ffmpegKeeper.ts';
import { ChildLedger } from './childLedger.ts';
import { Inquiries } from './inquiries.ts';
import { KeepAwake, keepAwakeCommand } from './keepAwake.ts';
import { LoadMeter } from './load.ts';
import { Offers } from './offers.ts';
import { MemoryOutbox } from './outbox.ts';
import { persistently } from './persistently.ts';
import { recoveringHandlers } from './recoveringHandlers.ts';
import { replacingHandlers } from './replacing.ts';
import { Scratch } from './scratch.ts';
import { describeWorker, slotsOf, type WorkerState } from './workerDescription.ts';
import { defaultWorkerSettings, reapTimes, type WorkerSettings } from './workerSettings.ts';

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

class WorkerNode implements Worker {
  readonly #options: WorkerOptions;
  readonly #settings: WorkerSettings;
  readonly #scratch: Scratch;
  readonly #fs: PlacingFs;
  readonly #ended = new AbortController();
  readonly #peer: Peer<CoordinatorMethods, WorkerEvents>;
  readonly #ffmpeg: FfmpegKeeper;
  readonly #announcer: Announcer<WorkerState>;
  readonly #outbox: MemoryOutbox;
  readonly #attempts: Attempts;
  readonly #offers: Offers;
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
      failed: (payload, error) => {
        this.#offers.failed(payload, error);
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
    this.#offers = new Offers({
      attempts: this.#attempts,
      prover: () => this.#ffmpeg.check(),
      slots: () => slotsOf(options, this.#ffmpeg),
      scratchDir: this.#scratch.attempts,
      traces: this.#scratch.traces,
      settings: this.#settings,
      signal: this.#ended.signal,
      tellRoom: (task) => {
        this.#peer.emit('room.free', task);
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
    const ledger = await ChildLedger.open(folder, reapTimes(this.#settings)).catch((error: unknown) => {
      this.#complain('What an earlier worker left running could not be looked for', error);
    });
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
    this.#offers.close();
    this.#scratch.close();
    this.#outbox.close();
    this.#peer.close();
    await this.#running;
    await this.#scratch.idle();
  }

  #handlers(): Handlers<WorkerMethods> {
    return {
      'task.offer': ({ taskId, fence, payload }) => {
        const key = { taskId, fence };
        return this.#attempts.consider(key, () => this.#offers.answer(key, payload));
      },
      'task.cancel': ({ taskId, fence }) => {
        this.#attempts.cancel({ taskId, fence });
        return Promise.resolve({});
      },
      'task.suspend': ({ suspended, ...key }) => {
        this.#attempts.suspend(key, suspended);
        return Promise.resolve({});
      },
      'task.redirect': ({ taskId, fence }) => {
        this.#attempts.redirect({ taskId, fence });
        return Promise.resolve({});
      },
      'capabilities.try': async ({ encoders }) => {
        const prover = await this.#ffmpeg.check();
        const known = prover ? await prover.prove(encoders) : {};
        return {
          capabilities: Object.fromEntries(Object.entries(known).filter(([name]) => encoders.includes(name))),
        };
      },
      ...recoveringHandlers({ scratch: this.#scratch, fs: this.#fs, settings: this.#settings }),
      ...replacingHandlers(this.#scratch.records, this.#fs),
      ...this.#inquiries.handlers(),
    };
  }

  readonly #contextOf: ContextOf = (key, { jobId }, prover) => {
    return {
      prover,
      settings: this.#settings,
      lowPriority: this.#options.lowPriority ?? true,
      scratchDir: this.#scratch.attempts,
      recordDir: this.#scratch.records,
      traces: this.#scratch.traces,
      requireForeign: this.#scratch.requireForeign,
      fs: this.#fs,
      wrote: (folder, bytes) => {
        this.#offers.wrote(key, folder, bytes);
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
    return describeWorker(this.#options, this.#ffmpeg);
  }

  #complain(what: string, cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#options.onError?.(new DffmpegError('internal', `${what}: ${why}`, { cause }));
  }
}
