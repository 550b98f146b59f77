import path from 'node:path';
import { FileExchange } from '../files/fileExchange.ts';
import { Mounts } from '../files/mounts.ts';
import { placingFs, type PlacingFs } from '../files/placingFs.ts';
import { stagingName } from '../files/staging.ts';
import type { Channel } from '../protocol/channel.ts';
import type { Handlers } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { FfmpegStatus } from '../protocol/model.ts';
import { systemTimers } from '../protocol/timers.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import { Announcer } from './announcer.ts';
import { attemptContexts } from './attemptContext.ts';
import { Attempts } from './attempts.ts';
import { cpuUseReader } from './cpuUse.ts';
import { ExpectedTasks } from './expectedTasks.ts';
import { FfmpegBinary } from './ffmpegBinary.ts';
import { FfmpegKeeper } from './ffmpegKeeper.ts';
import { ForeignLoad } from './foreignLoad.ts';
import { ChildLedger } from './childLedger.ts';
import { stayConnected, type RemoteCoordinator } from './coordinatorConnections.ts';
import { CoordinatorLink } from './coordinatorLink.ts';
import { Inquiries } from './inquiries.ts';
import { KeepAwake, keepAwakeCommand } from './keepAwake.ts';
import { LoadMeter } from './load.ts';
import { Offers } from './offers.ts';
import { MemoryOutbox } from './outbox.ts';
import { Receiver } from './receiver.ts';
import { recoveringHandlers } from './recoveringHandlers.ts';
import { announce } from './registration.ts';
import { RemoteFiles } from './remoteFiles.ts';
import { replacingHandlers } from './replacing.ts';
import { Scratch } from './scratch.ts';
import { Slots } from './slots.ts';
import { taskHandlers } from './taskHandlers.ts';
import { describeWorker, slotsOf, type WorkerState } from './workerDescription.ts';
import { defaultWorkerSettings, reapTimes, type WorkerSettings } from './workerSettings.ts';

export interface WorkerOptions {
  /** To the coordinator of the same process: the worker lives as long as it. */
  coordinator: Channel | RemoteCoordinator;
  /** What this machine gives to other workers, and takes from them; without it, nothing. */
  exchange?: FileExchange | undefined;
  stateDir: string;
  id: string;
  name: string;
  /** Whether it runs inside the daemon whose queue it serves. */
  local: boolean;
  /** Slot kind → how many at once, replacing what the worker would offer by itself. */
  slots?: Readonly<Record<string, number>> | undefined;
  /** What it has in common with other workers of this process, which serve other coordinators; without it, nothing. */
  machine?: SharedMachine | undefined;
  /** Absolute path of ffmpeg, or of the folder that holds it; empty or missing: searched for. */
  ffmpegPath?: string | undefined;
  /** Encodes run below normal priority; default true. */
  lowPriority?: boolean | undefined;
  /** The machine does not go to sleep by itself while it encodes; default false. */
  keepAwake?: boolean | undefined;
  settings?: WorkerSettings | undefined;
  /** How results get their names; tests stop it between two steps. */
  fs?: PlacingFs | undefined;
  /** A person has removed this worker there. */
  onDismissed?: (() => void) | undefined;
  /** For the person at the machine: an ffmpeg was found, or is missing. */
  onFfmpeg?: ((status: FfmpegStatus) => void) | undefined;
  /** For the daemon's log: what went wrong between this worker and its coordinator. */
  onError?: ((error: DffmpegError) => void) | undefined;
}

export interface SharedMachine {
  readonly slots: Slots;
  /** The state folder that keeps what trial runs have proved. */
  readonly provedIn: string;
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
  readonly #link: CoordinatorLink;
  readonly #remote: RemoteCoordinator | undefined;
  /** Of a worker on another machine than the files. */
  readonly #remoteFiles: RemoteFiles | undefined;
  readonly #exchange: FileExchange | undefined;
  readonly #mounts: Mounts;
  readonly #receiver: Receiver;
  readonly #ffmpeg: FfmpegKeeper;
  readonly #announcer: Announcer<WorkerState>;
  readonly #outbox: MemoryOutbox;
  readonly #attempts: Attempts;
  readonly #expected: ExpectedTasks;
  readonly #offers: Offers;
  readonly #keepAwake: KeepAwake;
  readonly #inquiries: Inquiries;
  readonly #load: LoadMeter;
  readonly #foreignLoad: ForeignLoad;
  readonly #running: Promise<void>;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#settings = options.settings ?? defaultWorkerSettings;
    this.#link = new CoordinatorLink({
      handlers: () => this.#handlers(),
      listeners: {
        recovered: ({ keep }) => {
          this.#receiver.keep(keep);
          this.#scratch.recovered();
        },
        dismissed: () => {
          this.#attempts.cancelAll();
          options.onDismissed?.();
        },
        'load.wanted': ({ wanted, foreign }) => {
          this.#load.setWanted(wanted);
          this.#foreignLoad.setWanted(foreign);
        },
      },
      onError: options.onError,
    });
    this.#scratch = new Scratch({
      stateDir: options.stateDir,
      settings: this.#settings,
      // What ends with the worker may have been granted: the next one is told what becomes of it.
      isRunning: (key) =>
        this.#ended.signal.aborted ||
        this.#receiver.holds(key) ||
        this.#attempts.keys.some((each) => stagingName(each) === key),
      onError: (error) => {
        this.#complain('What earlier attempts left could not be removed', error);
      },
      onDamaged: (file) => {
        const what = `A note about where a file was put is damaged, and was set aside as ${file}.`;
        options.onError?.(new DffmpegError('internal', `${what} It goes on by what lies on the disk.`));
      },
    });
    this.#fs = options.fs ?? placingFs;
    this.#remote = 'dial' in options.coordinator ? options.coordinator : undefined;
    this.#exchange = options.exchange ?? (this.#remote && new FileExchange(this.#settings));
    this.#mounts = new Mounts({
      ...{ settings: this.#settings, timers: systemTimers, now: () => performance.now() },
      onChange: () => {
        this.#announcer.updateSoon();
      },
    });
    this.#remoteFiles =
      this.#remote &&
      this.#exchange &&
      new RemoteFiles({
        ...{ exchange: this.#exchange, stateDir: options.stateDir, settings: this.#settings },
        mounts: this.#mounts,
        onError: (error) => options.onError?.(error),
      });
    this.#receiver = new Receiver({
      ...{ exchange: options.exchange, scratch: this.#scratch, fs: this.#fs, settings: this.#settings },
      mounts: this.#mounts,
      signal: this.#ended.signal,
    });
    this.#outbox = new MemoryOutbox({
      send: (key, report, signal) =>
        this.#link.request(
          'task.report',
          { ...key, report },
          { signal, timeoutMs: this.#settings.answerTimeoutSeconds * 1000 },
        ),
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
    this.#expected = new ExpectedTasks({
      ...{ files: this.#remoteFiles, link: this.#link, settings: this.#settings },
    });
    const contextOf = attemptContexts({
      ...{ scratch: this.#scratch, fs: this.#fs, settings: this.#settings, remoteFiles: this.#remoteFiles },
      ...{ link: this.#link, expected: this.#expected },
      lowPriority: () => options.lowPriority ?? true,
      wrote: (key, folder, bytes) => {
        this.#offers.wrote(key, folder, bytes);
      },
    });
    this.#attempts = new Attempts(this.#outbox, contextOf, {
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
    this.#load = new LoadMeter({
      emit: (load) => {
        this.#link.emit('worker.load', load);
      },
      settings: this.#settings,
      folder: options.stateDir,
    });
    this.#foreignLoad = new ForeignLoad({
      ...{ measure: cpuUseReader(process.platform), settings: this.#settings, timers: systemTimers },
      emit: (share) => {
        this.#link.emit('worker.foreignLoad', { share });
      },
      onError: (error) => options.onError?.(error),
    });
    this.#ffmpeg = new FfmpegKeeper({
      binary: new FfmpegBinary({
        configured: options.ffmpegPath,
        env: process.env,
        platform: process.platform,
        settings: this.#settings,
      }),
      settings: this.#settings,
      stateDir: options.machine?.provedIn ?? options.stateDir,
      onStatus: () => {
        options.onFfmpeg?.(this.#ffmpeg.status);
        void this.#announcer.register();
      },
      idle: () => this.#attempts.idle(),
      onCapabilities: () => {
        this.#announcer.updateSoon();
      },
    });
    this.#offers = new Offers({
      attempts: this.#attempts,
      prover: () => this.#ffmpeg.check(),
      slotTable: () => slotsOf(options, this.#ffmpeg),
      slots: options.machine?.slots ?? new Slots(systemTimers, () => this.#settings.slotTurnSeconds * 1000),
      scratchDir: this.#scratch.attempts,
      traces: this.#scratch.traces,
      settings: this.#settings,
      signal: this.#ended.signal,
      tellRoom: (task) => {
        this.#link.emit('room.free', task);
      },
      tellSlot: (slot) => {
        this.#link.emit('slot.free', slot);
      },
    });
    this.#inquiries = new Inquiries({
      scratchDir: this.#scratch.inquiries,
      settings: this.#settings,
      ffmpeg: () => this.#ffmpeg.check(),
      ffmpegStatus: () => this.#ffmpeg.status,
      tell: (progress) => {
        this.#link.emit('inquiry.progress', progress, progress.inquiryId);
      },
    });
    this.#announcer = new Announcer(
      () => this.#state(),
      (how, state) => this.#announce(how, state),
      this.#settings,
    );
    this.#running = this.#run();
  }

  /** Over this connection, until it is over; whether the worker was registered in it. */
  readonly #converse = (channel: Channel): Promise<boolean> =>
    this.#link.attach(channel, () => void this.#announcer.register());

  async #beConnected(): Promise<void> {
    const { coordinator } = this.#options;
    if (this.#remote && this.#exchange) {
      await stayConnected({
        ...{ remote: this.#remote, exchange: this.#exchange, converse: this.#converse },
        ...{ settings: this.#settings, signal: this.#ended.signal },
        complain: (what, error) => {
          this.#complain(what, error);
        },
      });
    } else if (!('dial' in coordinator)) {
      await this.#converse(coordinator);
      void this.close();
    }
  }

  /** What an earlier worker left running is ended before anything else runs. */
  async #run(): Promise<void> {
    const folder = path.join(this.#options.stateDir, 'scratch', 'processes');
    const ledger = await ChildLedger.open(folder, reapTimes(this.#settings)).catch((error: unknown) => {
      this.#complain('What an earlier worker left running could not be looked for', error);
    });
    await Promise.all([this.#scratch.prepare(), this.#mounts.watch()]);
    if (!this.#ended.signal.aborted) {
      await Promise.all([this.#beConnected(), this.#ffmpeg.run()]);
    } else this.#link.close();
    ledger?.close();
  }

  async close(): Promise<void> {
    this.#load.setWanted(false);
    this.#foreignLoad.setWanted(false);
    this.#announcer.close();
    this.#ended.abort();
    this.#mounts.close();
    this.#ffmpeg.close();
    await Promise.all([this.#attempts.close(), this.#inquiries.close()]);
    this.#keepAwake.close();
    this.#offers.close();
    this.#scratch.close();
    this.#outbox.close();
    this.#link.close();
    await this.#running;
    // What the daemon exchanges is the daemon's to close.
    if (this.#remote) await this.#exchange?.close();
    await this.#scratch.idle();
  }

  #handlers(): Handlers<WorkerMethods> {
    return {
      ...taskHandlers({
        ...{ attempts: this.#attempts, offers: this.#offers },
        prover: () => this.#ffmpeg.check(),
        resultsDir: this.#remoteFiles && this.#scratch.attempts,
      }),
      ...this.#expected.handlers(),
      ...recoveringHandlers({
        ...{ scratch: this.#scratch, fs: this.#fs, settings: this.#settings },
        onSettled: (key) => {
          this.#receiver.settled(key);
        },
      }),
      ...this.#receiver.handlers(),
      ...replacingHandlers(this.#scratch.records, this.#fs),
      ...this.#inquiries.handlers(),
    };
  }

  async #announce(how: 'register' | 'update', worker: WorkerState): Promise<void> {
    const { signal } = this.#ended;
    try {
      await announce(how, worker, {
        ...{ link: this.#link, settings: this.#settings, signal },
        dialect: () => this.#ffmpeg.prover?.dialect,
        running: () => this.#attempts.keys,
        stop: (key) => {
          this.#attempts.cancel(key);
        },
        onRegistered: () => this.#remote?.onState?.(true),
      });
    } catch (error) {
      if (!signal.aborted) this.#complain('The coordinator did not accept this worker', error);
      throw error;
    }
  }

  #state(): WorkerState {
    return describeWorker(this.#options, this.#ffmpeg, this.#mounts.states);
  }

  #complain(what: string, cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#options.onError?.(new DffmpegError('internal', `${what}: ${why}`, { cause }));
  }
}
