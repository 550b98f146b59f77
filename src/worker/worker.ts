import path from 'node:path';
import { FileExchange } from '../files/fileExchange.ts';
import { placingFs, type PlacingFs } from '../files/placingFs.ts';
import { stagingName } from '../files/staging.ts';
import type { Channel } from '../protocol/channel.ts';
import type { Handlers } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { systemTimers } from '../protocol/timers.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import type { ByteChannel } from '../transport/byteChannel.ts';
import { Announcer } from './announcer.ts';
import { Attempts, type ContextOf } from './attempts.ts';
import { FfmpegBinary } from './ffmpegBinary.ts';
import { FfmpegKeeper } from './ffmpegKeeper.ts';
import { ChildLedger } from './childLedger.ts';
import { CoordinatorLink } from './coordinatorLink.ts';
import { Inquiries } from './inquiries.ts';
import { KeepAwake, keepAwakeCommand } from './keepAwake.ts';
import { keepConnected } from './keepConnected.ts';
import { LoadMeter } from './load.ts';
import { Offers } from './offers.ts';
import { MemoryOutbox, type AttemptKey } from './outbox.ts';
import { persistently } from './persistently.ts';
import { Receiver } from './receiver.ts';
import { recoveringHandlers } from './recoveringHandlers.ts';
import { inScratch, RemoteFiles } from './remoteFiles.ts';
import { replacingHandlers } from './replacing.ts';
import { Scratch } from './scratch.ts';
import type { Elsewhere } from './task.ts';
import { describeWorker, slotsOf, type WorkerState } from './workerDescription.ts';
import { defaultWorkerSettings, reapTimes, type WorkerSettings } from './workerSettings.ts';

/** A coordinator on another machine: the worker connects whenever it is not connected, and sees none of its files. */
export interface RemoteCoordinator {
  dial(signal: AbortSignal): Promise<Channel>;
  /** For the bytes of files. */
  dialFiles(signal: AbortSignal): Promise<ByteChannel>;
  /** Registered there, or not any more. */
  onState?(connected: boolean): void;
}

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

/** As its neighbour knows it by files: there is one coordinator. */
const coordinatorName = 'coordinator';

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
  readonly #receiver: Receiver;
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
        this.#receiver.holds(key) ||
        this.#attempts.keys.some((each) => stagingName(each) === key),
      onError: (error) => {
        this.#complain('What earlier attempts left could not be removed', error);
      },
    });
    this.#fs = options.fs ?? placingFs;
    this.#remote = 'dial' in options.coordinator ? options.coordinator : undefined;
    this.#exchange = options.exchange ?? (this.#remote && new FileExchange(this.#settings));
    this.#remoteFiles = this.#remote && this.#exchange && this.#newRemoteFiles(this.#exchange);
    this.#receiver = new Receiver({
      ...{ exchange: options.exchange, scratch: this.#scratch, fs: this.#fs, settings: this.#settings },
      signal: this.#ended.signal,
    });
    this.#outbox = new MemoryOutbox({
      send: (key, report, signal) =>
        this.#link.request('task.report', { ...key, report }, { signal, timeoutMs: this.#answerMs }),
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
      this.#link.emit('worker.load', load);
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
        this.#link.emit('room.free', task);
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
    this.#link = new CoordinatorLink({
      handlers: this.#handlers(),
      listeners: {
        recovered: ({ keep }) => {
          this.#receiver.keep(keep);
          this.#scratch.recovered();
        },
        'load.wanted': ({ wanted }) => {
          this.#load.setWanted(wanted);
        },
      },
      onError: options.onError,
    });
    this.#running = this.#run();
  }

  /** As long as the process of the coordinator. */
  async #liveWith(channel: Channel): Promise<void> {
    await this.#link.attach(channel, () => void this.#announcer.register());
    void this.close();
  }

  async #stayConnected(remote: RemoteCoordinator): Promise<unknown> {
    const { signal } = this.#ended;
    const common = { pauses: this.#settings, signal, random: Math.random };
    const told = (what: string) => (error: DffmpegError, pauseSeconds: number) => {
      this.#complain(`${what}, tried again in ${Math.round(pauseSeconds)} s`, error);
    };
    const control = keepConnected({
      ...common,
      connect: (until) => remote.dial(until),
      use: async (channel) => {
        const { registered } = await this.#link.attach(channel, () => void this.#announcer.register());
        remote.onState?.(false);
        return registered;
      },
      onError: told('The coordinator cannot be reached'),
    });
    const files = keepConnected({
      ...common,
      connect: (until) => remote.dialFiles(until),
      use: async (channel) => {
        const since = performance.now();
        await this.#exchange?.attach(channel, coordinatorName);
        return performance.now() - since > this.#settings.connectRetryMinSeconds * 1000;
      },
      onError: told('The connection for files cannot be made'),
    });
    return Promise.all([control, files]);
  }

  #newRemoteFiles(exchange: FileExchange): RemoteFiles {
    return new RemoteFiles({
      ...{
        exchange,
        coordinator: coordinatorName,
        stateDir: this.#options.stateDir,
        settings: this.#settings,
      },
      onError: (error) => this.#options.onError?.(error),
    });
  }

  /** What an earlier worker left running is ended before anything else runs. */
  async #run(): Promise<void> {
    const folder = path.join(this.#options.stateDir, 'scratch', 'processes');
    const ledger = await ChildLedger.open(folder, reapTimes(this.#settings)).catch((error: unknown) => {
      this.#complain('What an earlier worker left running could not be looked for', error);
    });
    await this.#scratch.prepare();
    if (!this.#ended.signal.aborted) {
      const { coordinator } = this.#options;
      const connected =
        'dial' in coordinator ? this.#stayConnected(coordinator) : this.#liveWith(coordinator);
      await Promise.all([connected, this.#ffmpeg.run()]);
    } else this.#link.close();
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
    this.#link.close();
    await this.#running;
    // What the daemon exchanges is the daemon's to close.
    if (this.#remote) await this.#exchange?.close();
    await this.#scratch.idle();
  }

  #handlers(): Handlers<WorkerMethods> {
    return {
      'task.offer': ({ taskId, fence, payload }) => {
        const key = { taskId, fence };
        const isElsewhere = this.#remoteFiles !== undefined && payload.kind === 'encode';
        const here = isElsewhere ? inScratch(payload, this.#scratch.attempts) : payload;
        return this.#attempts.consider(key, () => this.#offers.answer(key, here));
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
            return this.#link.request('task.commit', { ...key, ...request }, options);
          },
          signal,
          this.#settings,
        );
        return granted;
      },
      elsewhere: this.#remoteFiles && this.#elsewhere(key, this.#remoteFiles),
      progress: (progress) => {
        this.#link.emit('task.progress', { jobId, fence: key.fence, ...progress }, `progress/${key.taskId}`);
      },
      log: (text) => {
        this.#link.emit('task.log', { ...key, jobId, text });
      },
    };
  };

  #elsewhere(key: AttemptKey, files: RemoteFiles): Elsewhere {
    return {
      fetch: async (payload, signal, onProgress) => {
        const ask = () => this.#link.request('task.sources', key, { signal, timeoutMs: this.#answerMs });
        const offered = await persistently(ask, signal, this.#settings);
        return files.fetch(payload, offered, { signal, onProgress });
      },
      handOver: (result, { sources }, signal) =>
        files.offering(result, sources, async (request) => {
          // It takes as long as it takes: a connection that is lost ends it, and it is asked again over the next.
          const ask = () => this.#link.request('task.handOver', { ...key, ...request }, { signal });
          await persistently(ask, signal, this.#settings);
        }),
    };
  }

  async #announce(how: 'register' | 'update', worker: WorkerState): Promise<void> {
    const { signal } = this.#ended;
    const options = { signal, timeoutMs: this.#answerMs };
    try {
      if (how === 'update') {
        // Who is not registered will tell it all when he does.
        const update = async () =>
          this.#link.isRegistered ? this.#link.request('worker.update', { worker }, options) : undefined;
        await persistently(update, signal, this.#settings);
        return;
      }
      const dialect = this.#ffmpeg.prover?.dialect;
      // Without a connection there is nothing to say: with the next one it registers anyhow.
      const register = async () =>
        this.#link.isAttached
          ? this.#link.request('worker.register', { worker, dialect, running: this.#attempts.keys }, options)
          : undefined;
      const answer = await persistently(register, signal, this.#settings);
      for (const key of answer?.stop ?? []) this.#attempts.cancel(key);
      if (answer) this.#remote?.onState?.(true);
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
