import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ClientRole } from '../../../src/coordinator/clientLink.ts';
import { createCoordinator } from '../../../src/coordinator/coordinator.ts';
import type { Coordinator } from '../../../src/coordinator/coordinatorInterface.ts';
import type { DaemonHandlers } from '../../../src/coordinator/clientLink.ts';
import { defaultQueueSettings, type QueueSettings } from '../../../src/coordinator/queueSettings.ts';
import type { Store } from '../../../src/coordinator/store.ts';
import { openSqliteStore } from '../../../src/coordinator/store/sqliteStore.ts';
import { clientEvents, clientMethods } from '../../../src/protocol/clientContract.ts';
import type { DffmpegError } from '../../../src/protocol/errors.ts';
import type { InquiryProgress } from '../../../src/protocol/inquiry.ts';
import type { Forecast, Job, Progress, WorkerInfo } from '../../../src/protocol/model.ts';
import { createPeer } from '../../../src/protocol/peer.ts';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';
import { FakeWorker } from './fakeWorker.ts';
import { ManualTimers } from './manualTimers.ts';

const notHere = () => Promise.reject(new Error('not in this test'));

export const daemonHandlers: DaemonHandlers = {
  'session.open': () => Promise.resolve({ version: '1', build: 'b', protocol: '1.0' }),
  'daemon.status': notHere,
  'daemon.stop': notHere,
  'daemon.handOver': notHere,
  'sources.scan': notHere,
  'presets.list': notHere,
  'config.show': notHere,
  'watch.list': notHere,
  'watch.activate': notHere,
  'watch.activateDeclared': notHere,
  'watch.pause': notHere,
  'watch.resume': notHere,
  'watch.remove': notHere,
  'watch.scan': notHere,
  'watch.files': notHere,
  'users.add': notHere,
  'users.list': notHere,
  'users.get': notHere,
  'users.rotateKey': notHere,
  'users.setScope': notHere,
  'users.remove': notHere,
  'workers.readLink': notHere,
  'workers.add': notHere,
  'fleet.connect': notHere,
  'workers.remove': notHere,
  'keys.reencrypt': notHere,
  'pairing.create': notHere,
};

export class FakeClient {
  readonly peer;
  readonly changed: { jobs: Job[]; cursor: number }[] = [];
  readonly removed: string[] = [];
  readonly progress: Progress[][] = [];
  workers: WorkerInfo[] = [];
  counts: unknown;
  readonly inquiries: InquiryProgress[] = [];
  onForecasts: (forecasts: Forecast[]) => void = () => undefined;
  readonly #waiting: (() => void)[] = [];

  constructor(coordinator: Coordinator, role: ClientRole = 'admin') {
    const [here, there] = createMemoryChannelPair();
    coordinator.attachClient(there, daemonHandlers, role);
    this.peer = createPeer({
      channel: here,
      serves: {},
      handlers: {},
      asks: clientMethods,
      emits: {},
      hears: clientEvents,
      listeners: {
        'jobs.changed': (changes) => {
          this.changed.push(changes);
          this.removed.push(...changes.removed);
          this.#notify();
        },
        'jobs.progress': ({ progress }) => {
          this.progress.push(progress);
          this.#notify();
        },
        'jobs.forecast': ({ forecasts }) => {
          this.onForecasts(forecasts);
          this.#notify();
        },
        'workers.changed': ({ workers }) => {
          this.workers = workers;
          this.#notify();
        },
        'counts.changed': (counts) => {
          this.counts = counts;
          this.#notify();
        },
        'inquiry.progress': (progress) => {
          this.inquiries.push(progress);
          this.#notify();
        },
      },
    });
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The job as soon as it is as wanted. Needs a subscription to `jobs`. */
  async job(id: string, wanted: (job: Job) => boolean): Promise<Job> {
    let found = (await this.peer.request('jobs.get', { id })).job;
    let seen = this.changed.length;
    while (!wanted(found)) {
      await this.until(() => this.changed.length > seen);
      for (const { jobs } of this.changed.slice(seen))
        found = jobs.find((job) => job.id === id && job.revision > found.revision) ?? found;
      seen = this.changed.length;
    }
    return found;
  }

  #notify(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** What follows by itself from what was done has happened. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A real queue on a real database, with workers, clients and a clock that belong to the test. */
export class Harness {
  readonly timers = new ManualTimers();
  readonly errors: DffmpegError[] = [];
  directory: string;
  readonly settings: QueueSettings;
  coordinator!: Coordinator;
  store!: Store;
  /** Calls of these methods of the store go through what is set here, with what it would do of itself. */
  faults: { [K in keyof Store]?: (call: () => Promise<unknown>) => Promise<unknown> } = {};
  /** Tickets that were given out for files of other machines, and are good. */
  readonly passed = new Map<string, { from: string; ticket: string; taker: string }>();
  #tickets = 0;
  /** How often each method of the store was called. */
  readonly calls = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];

  private constructor(directory: string, settings: QueueSettings) {
    this.directory = directory;
    this.settings = settings;
  }

  /** The clock is believed unless asked otherwise: tests set it forward by months in one go. */
  static async start(settings: Partial<QueueSettings> = {}): Promise<Harness> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-queue-'));
    // Waits by chance only where a test is about them.
    const harness = new Harness(directory, {
      ...defaultQueueSettings,
      ...{ retryJitter: 0, clockDoubtMs: 0 },
      ...settings,
    });
    await harness.open();
    return harness;
  }

  async open(): Promise<void> {
    const file = path.join(this.directory, 'store.sqlite');
    this.store = await openSqliteStore({ file, programVersion: '1.0.0' });
    this.coordinator = await createCoordinator({
      store: this.#faulty(this.store),
      logsDir: path.join(this.directory, 'logs'),
      settings: this.settings,
      clock: this.timers.clock,
      monotonic: this.timers.monotonic,
      random: () => 0.5,
      machine: 'studio',
      relay: {
        offer: ({ from, ticket }, taker) => {
          const given = `${(this.#tickets += 1)}`.padStart(43, 'P');
          this.passed.set(given, { from, ticket, taker });
          return given;
        },
        withdraw: (ticket) => {
          this.passed.delete(ticket);
          return Promise.resolve();
        },
      },
      platform: 'linux',
      log: (error) => {
        this.errors.push(error);
        for (const resolve of this.#waiting.splice(0)) resolve();
      },
      timers: this.timers,
    });
  }

  #faulty(store: Store): Store {
    return new Proxy(store, {
      get:
        (target, name: keyof Store) =>
        (...args: unknown[]) => {
          this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
          const call = () => (target[name] as (...args: unknown[]) => Promise<unknown>)(...args);
          return this.faults[name]?.(call) ?? call();
        },
    });
  }

  /** Another daemon over the same state folder; the first is closed in order. */
  async restart(): Promise<void> {
    await this.coordinator.close();
    await this.open();
  }

  /** As after a kill: another daemon over a copy of the state as it is now, while the first still runs. */
  async crash(): Promise<void> {
    const copy = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-queue-'));
    // The database with its write-ahead log: what a killed process leaves.
    await cp(this.directory, copy, { recursive: true });
    const killed = this.coordinator;
    const old = this.directory;
    this.directory = copy;
    await killed.close();
    await rm(old, { recursive: true });
    await this.open();
  }

  /** Resolves when so many errors were logged, and what follows from the last one has been done. */
  async failures(count: number): Promise<void> {
    while (this.errors.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }

  client(role: ClientRole = 'admin'): FakeClient {
    return new FakeClient(this.coordinator, role);
  }

  async subscribed(): Promise<FakeClient> {
    const client = this.client();
    await client.peer.request('subscribe', { topics: ['jobs'] });
    return client;
  }

  /** `identity`: who it is, where it comes from another machine. */
  worker(identity?: string): FakeWorker {
    const [here, there] = createMemoryChannelPair();
    void this.coordinator.attachWorker(there, identity);
    return new FakeWorker(here);
  }

  async registered(...registration: Parameters<FakeWorker['register']>): Promise<FakeWorker> {
    const worker = this.worker();
    await worker.register(...registration);
    return worker;
  }

  async stop(): Promise<void> {
    await this.coordinator.close();
    await rm(this.directory, { recursive: true });
  }
}
