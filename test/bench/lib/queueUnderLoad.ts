import { mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createCoordinator } from '../../../src/coordinator/coordinator.ts';
import type { Coordinator } from '../../../src/coordinator/coordinatorInterface.ts';
import { newTask } from '../../../src/coordinator/jobTasks.ts';
import { defaultQueueSettings } from '../../../src/coordinator/queueSettings.ts';
import { openSqliteStore } from '../../../src/coordinator/store/sqliteStore.ts';
import { openThreadedStore } from '../../../src/coordinator/store/threadedStore.ts';
import type { JobRecord, StoredJob } from '../../../src/coordinator/store/records.ts';
import type { Progress } from '../../../src/protocol/model.ts';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';
import { probe, storedJob } from '../../unit/coordinator/fixtures.ts';
import { FakeClient } from '../../unit/coordinator/harness.ts';
import { SimulatedWorker, type SimulatedOffer } from './simulatedWorker.ts';

const programVersion = '1.0.0';
export const workers = 16;

/** The real coordinator over the real store in its thread, with simulated workers. */
export class QueueUnderLoad {
  readonly coordinator: Coordinator;
  readonly client: FakeClient;
  readonly offers: SimulatedOffer[] = [];
  onOffer: (offer: SimulatedOffer) => void = () => undefined;
  readonly #workers: SimulatedWorker[] = [];

  private constructor(coordinator: Coordinator) {
    this.coordinator = coordinator;
    this.client = new FakeClient(coordinator);
  }

  static async open(directory: string): Promise<QueueUnderLoad> {
    const coordinator = await createCoordinator({
      store: await openThreadedStore({
        store: { dialect: 'sqlite', file: storeFile(directory), programVersion },
        onCrash: (error) => console.error(error),
      }),
      logsDir: path.join(directory, 'logs'),
      settings: defaultQueueSettings,
      clock: Date.now,
      monotonic: () => performance.now(),
      random: Math.random,
      platform: process.platform,
      log: (error) => console.error(error),
    });
    return new QueueUnderLoad(coordinator);
  }

  /** `slots`: of all together, for each kind of task. */
  async attachWorkers(slots: number): Promise<void> {
    const each = Math.ceil(slots / workers);
    await Promise.all(
      Array.from({ length: workers }, async (_, index) => {
        const [here, there] = createMemoryChannelPair();
        void this.coordinator.attachWorker(there);
        const worker = new SimulatedWorker(here, (offer) => {
          this.offers.push(offer);
          this.onOffer(offer);
        });
        this.#workers.push(worker);
        await worker.register(`w${index}`, { cpu: each, probe: each });
      }),
    );
  }

  /** Of each attempt that was given out. */
  tellProgress(progress: Omit<Progress, 'jobId' | 'fence'>): void {
    for (const worker of this.#workers) worker.tellProgress(progress);
  }

  /** Resolves when so many offers have come. */
  async offered(count: number): Promise<void> {
    if (this.offers.length >= count) return;
    await new Promise<void>((resolve) => {
      this.onOffer = () => {
        if (this.offers.length >= count) resolve();
      };
    });
  }

  pause(paused: boolean): Promise<unknown> {
    return this.client.peer.request(paused ? 'queue.pause' : 'queue.resume', {});
  }

  close(): Promise<void> {
    return this.coordinator.close();
  }
}

export function storeFile(directory: string): string {
  return path.join(directory, 'store.sqlite');
}

export async function temporaryFolder(): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-bench-'));
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** A job that is probed and planned, and waits to be encoded. */
export function waitingJob(id: string): StoredJob {
  const state: Partial<JobRecord> = {
    state: 'waiting',
    probes: [probe],
    outputs: [{ state: 'planned', path: `/media/${id}.web.mp4` }],
    fence: 1,
  };
  const stored = storedJob(id, state);
  const { createdAt, priority } = stored.job;
  const probing = { ...newTask(id, 'probe', createdAt), priority, state: 'ended' as const };
  return { ...stored, tasks: [probing, { ...newTask(id, 'encode', createdAt), priority }] };
}

/** One that is done, with what came of it. */
export function doneJob(id: string): StoredJob {
  const stored = waitingJob(id);
  const outputs = [{ state: 'placed' as const, path: `/media/${id}.web.mp4`, bytes: 1_000_000 }];
  return {
    ...stored,
    job: { ...stored.job, state: 'done', outputs, endedAt: stored.job.createdAt },
    tasks: stored.tasks.map((task) => ({ ...task, state: 'ended' as const })),
  };
}

/**
 * Adds `count` copies of one job to the store, by the database itself: a million in seconds. Their ids have the first
 * letter of the template's.
 */
export async function fillStore(directory: string, count: number, template: StoredJob): Promise<void> {
  const file = storeFile(directory);
  const store = await openSqliteStore({ file, programVersion });
  if (count > 0) await store.submit(template);
  await store.close();
  if (count < 2) return;
  const database = new DatabaseSync(file);
  const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count - 1})`;
  const templateId = template.job.id;
  const ofTemplate: Readonly<Record<string, string>> = { jobs: 'id', tasks: 'job_id' };
  const copy = (table: string, columns: Readonly<Record<string, string>>): void => {
    const names = database
      .prepare(`select name from pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => String(name));
    const values = names.map((name) => columns[name] ?? `t.${name}`);
    database.exec(
      `${numbers} insert into ${table} (${names.join()}) select ${values.join()} from n, ${table} t ` +
        `where t.${ofTemplate[table]} = '${templateId}'`,
    );
  };
  const id = `printf('${templateId[0]}%09d', i)`;
  database.exec('pragma synchronous = off; begin');
  copy('jobs', { id, submission_id: `'s-' || ${id}`, revision: 't.revision + i' });
  copy('tasks', { id: `${id} || '-' || t.kind`, job_id: id, rank: 't.rank + i' });
  database.exec(`update counters set value = value + ${count - 1} where name = 'revision'`);
  database.exec(`update counters set value = value + ${count - 1} where name = 'jobs-${template.job.state}'`);
  database.exec('commit; pragma wal_checkpoint(truncate)');
  database.close();
  // On the disk before anything is measured: else the queue's first checkpoint would wait until all this is written.
  await using filled = await open(file, 'r+');
  await filled.sync();
}
