import { rmSync } from 'node:fs';
import path from 'node:path';
import { discoveryPath, type Discovery } from '../client/discovery.ts';
import type { DaemonHandlers } from '../coordinator/clientLink.ts';
import type { Coordinator } from '../coordinator/coordinatorInterface.ts';
import type { QueueSettings } from '../coordinator/queueSettings.ts';
import type { Store } from '../coordinator/store.ts';
import { IdleCollector } from '../coordinator/idleCollector.ts';
import { WatchBoard } from '../coordinator/watchBoard.ts';
import { writeFileAtomic } from '../files/atomicWrite.ts';
import { LowWater } from '../files/lowWater.ts';
import { FileExchange } from '../files/fileExchange.ts';
import type { PlacingFs } from '../files/placingFs.ts';
import { systemTimers } from '../protocol/timers.ts';
import { protocolVersion } from '../protocol/version.ts';
import type { Reach } from './adminHandlers.ts';
import { Cleanups } from './cleanups.ts';
import type { ConfigStore } from './configStore.ts';
import { daemonHandlers } from './daemonHandlers.ts';
import { HookRunner } from './hooks/hookRunner.ts';
import { Departure } from './departure.ts';
import { Entrance } from './entrance.ts';
import { IdleMonitor } from './idleMonitor.ts';
import { localWorkerId, startLocalWorker } from './localWorker.ts';
import { openCoordinator } from './openCoordinator.ts';
import { openLog, type DaemonLog } from './log.ts';
import { newProblems } from './newProblems.ts';
import { programBuild } from './programBuild.ts';
import { PartSettings } from './partSettings.ts';
import { RescuedStore } from './rescuedStore.ts';
import { StateGuard } from './stateGuard.ts';
import { newerProgram } from './successor.ts';
import { watchParts } from './watch/watchParts.ts';
import { WatchService } from './watch/watchService.ts';
import { WorkerDialler } from './workerDialler.ts';

export interface DaemonOptions {
  readonly config: ConfigStore;
  readonly stateDir: string;
  readonly parts?: TestParts | undefined;
}

/** What a test that breaks things puts between the daemon and the disk. */
export interface TestParts {
  readonly wrapStore?: (store: Store, file: string) => Store;
  readonly fs?: PlacingFs;
  readonly queue?: Partial<QueueSettings>;
  /** Once there is a queue: a test has workers of its own. */
  readonly onQueue?: (coordinator: Coordinator) => void;
}

interface Queue {
  readonly coordinator: Coordinator;
  readonly entrance: Entrance;
  readonly dialler: WorkerDialler;
  readonly watch: WatchService;
}

/** Queue, worker and listener in one process. */
export class Daemon {
  /** Resolves with the exit code when it is to leave. */
  readonly ended: Promise<number>;
  readonly #config: ConfigStore;
  readonly #stateDir: string;
  readonly #parts: TestParts;
  readonly #program = programBuild();
  readonly #startedAt = Date.now();
  readonly #log: DaemonLog;
  readonly #logRoom: LowWater;
  readonly #cleanups: Cleanups;
  readonly #settings: PartSettings;
  /** With workers on other machines. */
  readonly #exchange: FileExchange;
  #idle: IdleMonitor | undefined;
  #departure: Departure | undefined;
  #handsOver = false;
  /** Not where a signal or a person ended it first. */
  #hasHandedOver = false;
  readonly #rescued: RescuedStore;
  /** The state folder is not this daemon’s any more. */
  #isLost = false;
  #watch: WatchService | undefined;
  /** Tells the queue how long finished jobs stay, once there is one. */
  #tellQueue: () => void = () => undefined;
  #end: (code: number) => void = () => undefined;

  constructor({ config, stateDir, parts = {} }: DaemonOptions) {
    this.#config = config;
    this.#stateDir = stateDir;
    this.#parts = parts;
    this.ended = new Promise((resolve) => (this.#end = resolve));
    const { logLevel, logBytes, logFiles } = config.values;
    this.#logRoom = new LowWater({
      folder: stateDir,
      megabytes: () => config.values.logLowMegabytes,
      lookMs: () => config.values.diskLookSeconds * 1000,
    });
    this.#log = openLog({
      stateDir,
      level: logLevel,
      maxBytes: logBytes,
      keep: logFiles,
      isLow: () => this.#logRoom.isLow,
      stderr: process.stderr,
    });
    this.#cleanups = new Cleanups((name, error) =>
      this.#log.log.error({ err: error }, `closing ${name} failed`),
    );
    this.#cleanups.add('log', () => this.#log.close());
    this.#rescued = new RescuedStore({
      storeFile: this.#storeFile,
      log: (line) => this.#log.log.error(line),
    });
    this.#settings = new PartSettings(config.values, parts.queue);
    this.#exchange = new FileExchange(this.#settings.worker);
    this.#cleanups.add('files', () => this.#exchange.close());
  }

  /** Ready to be found by clients when it resolves; ffmpeg is looked for afterwards. */
  async start(): Promise<{ url: string; reach: Reach | undefined }> {
    this.#log.log.info({ ...this.#program, pid: process.pid, node: process.version }, 'starting');
    this.#followConfig();
    const queue = await this.#openQueue();
    const { coordinator, dialler, watch } = queue;
    const discovery = await this.#listen(queue);
    this.#startWorker(coordinator);
    dialler.start();
    this.#parts.onQueue?.(coordinator);
    this.#tellQueue = () => {
      coordinator.keepJobs(this.#settings.queue.retention);
      coordinator.settingsChanged();
    };
    // Last: who finds the file finds a daemon that answers.
    await this.#announce(discovery);
    this.#leaveWhenIdle(coordinator);
    await watch.start();
    this.#log.log.info({ url: discovery.url }, 'ready');
    return { url: discovery.url, reach: queue.entrance.reach };
  }

  /** The program that goes on with the queue once this one is gone: asked for by a newer client while something ran. */
  get successor(): Promise<string | undefined> {
    return this.#hasHandedOver
      ? newerProgram(this.#stateDir, this.#program.version)
      : Promise.resolve(undefined);
  }

  leave(why: string): void {
    this.#log.log.info({ why }, 'leaving');
    this.#end(0);
  }

  /** After what nobody caught: state that may be wrong is not gone on with. */
  fail(error: unknown): void {
    this.#log.log.error({ err: error }, 'internal error, leaving');
    this.#end(1);
  }

  /** No more offers, running encodes back into the queue, everything closed. */
  async close(): Promise<void> {
    await this.#cleanups.run();
  }

  async #announce(discovery: Discovery): Promise<void> {
    const file = discoveryPath(this.#stateDir);
    const write = () => writeFileAtomic(file, JSON.stringify(discovery), { mode: 0o600 });
    await write();
    const guard = await StateGuard.begin({
      ...{ stateDir: this.#stateDir, discovery, storeFile: this.#storeFile, timers: systemTimers },
      lookMs: () => this.#config.values.stateLookSeconds * 1000,
      writeAgain: () => {
        this.#log.log.warn(`${file} was gone and is written again`);
        return write();
      },
      onStoreLost: () => {
        this.#rescued.lost();
        this.#log.log.error(`${this.#storeFile} was deleted or replaced: nothing new is taken`);
        this.#departure?.begin('the queue’s database is gone');
      },
      onLost: () => {
        this.#isLost = true;
        this.#log.log.error(
          `${this.#stateDir} was deleted or is another daemon’s: its queue cannot be reached`,
        );
        this.#departure?.begin('the state folder is gone');
      },
      onError: (error) => this.#log.log.warn({ err: error }, 'the state folder could not be looked at'),
    });
    // First to go: who looks for a daemon shall not find one that leaves.
    this.#cleanups.add('discovery file', () => {
      guard.close();
      if (!this.#isLost) rmSync(file, { force: true });
    });
  }

  #followConfig(): void {
    const fresh = newProblems();
    const tellProblems = (): void => {
      for (const { place, message, hint } of fresh(this.#config.problems))
        this.#log.log.warn([`${place}: ${message}`, hint].filter(Boolean).join(' '));
    };
    tellProblems();
    this.#config.watch(
      ({ values }) => {
        this.#settings.set(values);
        this.#log.setLevel(values.logLevel);
        this.#idle?.setMinutes(values.idleMinutes);
        this.#watch
          ?.configure()
          .catch((error: unknown) => this.#log.log.warn({ err: error }, 'watched folders'));
        this.#tellQueue();
        this.#log.log.info('settings changed');
        tellProblems();
      },
      (error) => this.#log.log.warn({ err: error }, 'the settings files could not be watched or read'),
    );
    this.#cleanups.add('settings', () => this.#config.close());
  }

  get #storeFile(): string {
    return path.join(this.#stateDir, 'store.sqlite');
  }

  async #openQueue(): Promise<Queue> {
    const { wrapStore } = this.#parts;
    const board = new WatchBoard();
    const { store, coordinator } = await openCoordinator({
      ...{ config: this.#config, stateDir: this.#stateDir, storeFile: this.#storeFile, wrapStore },
      programVersion: this.#program.version,
      settings: this.#settings.queue,
      watchBoard: board,
      log: this.#log,
      logIsLow: () => this.#logRoom.isLow,
      rescued: this.#rescued,
      exchange: this.#exchange,
    });
    // Its store is closed with it.
    this.#cleanups.add('queue', async () => {
      await coordinator.close();
      await this.#rescued.putInPlace();
    });
    this.#departure = new Departure({
      timers: systemTimers,
      minutes: () => this.#config.values.handOverMinutes,
      running: () => this.#running(coordinator),
      giveNothingMore: () => coordinator.giveNothingMore(),
      onActivity: (listener) => coordinator.onActivity(listener),
      leave: (why) => {
        this.#hasHandedOver = this.#handsOver;
        this.leave(why);
      },
      onError: (error) => this.#log.log.warn({ err: error }, 'whether something runs is not known'),
    });
    this.#cleanups.add('departure', () => this.#departure?.close());
    this.#runHooks(coordinator, store);
    const entrance = new Entrance({
      ...{ store, config: this.#config, stateDir: this.#stateDir, log: this.#log, cleanups: this.#cleanups },
      exchange: this.#exchange,
      onPairing: (codes) => this.#idle?.setActivity({ pairing: codes }),
    });
    const dialler = new WorkerDialler({
      ...{
        accounts: entrance.accounts,
        coordinator,
        exchange: this.#exchange,
        pauses: this.#settings.worker,
      },
      config: () => this.#config.values,
      onError: (what, error) => this.#log.log.warn({ err: error }, what),
    });
    this.#cleanups.add('workers that listen', () => dialler.close());
    return { coordinator, entrance, dialler, watch: this.#watchFolders({ coordinator, store, board }) };
  }

  /** Of what runs beside a database that is gone nothing could be written. */
  async #running(coordinator: Coordinator): Promise<number> {
    try {
      return (await coordinator.counts()).running;
    } catch (error) {
      if (this.#isLost || this.#rescued.isLost) return 0;
      throw error;
    }
  }

  #runHooks(coordinator: Coordinator, store: Store): void {
    const runner = new HookRunner({
      ...{ store, coordinator, stateDir: this.#stateDir, platform: process.platform },
      hooks: () => this.#config.values.hooks,
      settings: () => this.#config.values,
      timers: systemTimers,
      clock: Date.now,
      monotonic: () => performance.now(),
      random: Math.random,
      onError: (error) => this.#log.log.warn({ err: error }, 'hooks'),
    });
    const stopFollowing = coordinator.onActivity(() => runner.wake());
    this.#cleanups.add('hooks', async () => {
      stopFollowing();
      await runner.close();
    });
    runner.wake();
  }

  #watchFolders(queue: { coordinator: Coordinator; store: Store; board: WatchBoard }): WatchService {
    const watch = new WatchService(
      watchParts({
        ...{ ...queue, config: this.#config },
        onCount: (watching) => this.#idle?.setActivity({ watching }),
        onError: (error) => this.#log.log.warn({ err: error }, 'watched folders'),
      }),
    );
    this.#watch = watch;
    const stopFollowing = queue.coordinator.onActivity(() => watch.changed());
    this.#cleanups.add('watched folders', async () => {
      stopFollowing();
      await watch.close();
    });
    return watch;
  }

  #handlers({ coordinator, entrance, dialler, watch }: Queue): DaemonHandlers {
    const { accounts, pairing } = entrance;
    return daemonHandlers({
      ...{ watch, accounts, pairing, dialler, workers: coordinator },
      reach: () => entrance.reach,
      program: this.#program,
      stateDir: this.#stateDir,
      startedAt: this.#startedAt,
      config: this.#config,
      counts: () => coordinator.counts(),
      replacedPaths: () => coordinator.replacedPaths(),
      ffmpeg: () =>
        coordinator.workers().find(({ id }) => id === localWorkerId)?.ffmpeg ?? { state: 'checking' },
      stop: () => this.leave('a client asked for it'),
      handOver: () => {
        this.#handsOver = true;
        this.#departure?.begin('a newer version takes over');
      },
    });
  }

  async #listen(queue: Queue): Promise<Discovery> {
    const { url, key } = await queue.entrance.listen(queue.coordinator, this.#handlers(queue));
    const { pid } = process;
    return { protocol: protocolVersion, ...this.#program, pid, startTime: this.#startedAt, url, key };
  }

  #startWorker(coordinator: Coordinator): void {
    const worker = startLocalWorker({
      ...{ coordinator, config: this.#config, stateDir: this.#stateDir, fs: this.#parts.fs },
      settings: this.#settings.worker,
      exchange: this.#exchange,
      onError: (error) => this.#log.log.warn({ err: error }, 'worker'),
    });
    this.#cleanups.add('worker', () => worker.close());
  }

  #leaveWhenIdle(coordinator: Coordinator): void {
    const idle = new IdleMonitor({
      minutes: this.#config.values.idleMinutes,
      timers: systemTimers,
      onIdle: () => this.leave('nothing to do'),
    });
    this.#idle = idle;
    const collector = new IdleCollector(systemTimers);
    const look = (): void => {
      coordinator.activity().then(
        ({ clients, unfinishedJobs, remoteWorkers }) => {
          idle.setActivity({ clients, unfinished: unfinishedJobs, workers: remoteWorkers });
          if (unfinishedJobs === 0) collector.worked();
          else collector.stop();
        },
        (error: unknown) =>
          this.#log.log.warn({ err: error }, 'whether there is something to do is not known'),
      );
    };
    this.#cleanups.add('activity', coordinator.onActivity(look));
    this.#cleanups.add('idle timer', () => idle.close());
    this.#cleanups.add('idle collector', () => collector.close());
    look();
  }
}
