import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { openSqliteStore } from '../../../src/coordinator/store/sqliteStore.ts';
import type { StoredJob } from '../../../src/coordinator/store/records.ts';
import { fillStore, QueueUnderLoad, storeFile, temporaryFolder, waitingJob } from './queueUnderLoad.ts';

export interface Reconciled {
  /** Assignments that were heard of before the kill. */
  heard: number;
  /** Of these, not in the store after it; and jobs that were not assigned in the end. */
  lost: number;
  /** Jobs with two running attempts, or one fence twice. */
  double: number;
}

/** Kills a queue at a random moment among its assignments, and lets another one finish what it began. */
export async function killAndReconcile(jobs: number): Promise<Reconciled> {
  const { directory, remove } = await temporaryFolder();
  try {
    await fillStore(directory, jobs, waitingJob('j000000000'));
    const heard = await killAmong(directory, Math.floor(jobs * (0.1 + 0.8 * Math.random())));
    const stored = await readAll(directory);
    const known = new Set(
      stored.flatMap(({ attempts }) => attempts.map(({ taskId, fence }) => `${taskId} ${fence}`)),
    );
    let lost = heard.filter((key) => !known.has(key)).length + (jobs - stored.length);
    let double = countDouble(stored);

    const queue = await QueueUnderLoad.open(directory);
    const left = stored.filter(({ job }) => job.state === 'waiting').length;
    // What the killed one had given out comes back with its workers, which are gone, and is given out anew.
    await queue.attachWorkers(jobs);
    await queue.offered(left);
    while (queue.offers.length < jobs) await queue.offered(queue.offers.length + 1);
    await queue.close();
    const before = new Set(heard);
    const offers = queue.offers.map(({ taskId, fence }) => `${taskId} ${fence}`);
    double += offers.length - new Set(offers).size + offers.filter((key) => before.has(key)).length;
    lost += jobs - new Set(queue.offers.map(({ payload }) => payload.jobId)).size;
    return { heard: heard.length, lost, double };
  } finally {
    await remove();
  }
}

async function killAmong(directory: string, after: number): Promise<string[]> {
  const program = path.join(import.meta.dirname, 'queueProcess.ts');
  const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const heard: string[] = [];
  for await (const line of createInterface({ input: child.stdout }))
    if (heard.push(line) === after) child.kill('SIGKILL');
  await exited;
  // The last line may have been cut.
  return heard.filter((line) => /^\S+ \d+ \.$/.test(line)).map((line) => line.slice(0, -2));
}

async function readAll(directory: string): Promise<StoredJob[]> {
  const store = await openSqliteStore({ file: storeFile(directory), programVersion: '1.0.0' });
  const all: StoredJob[] = [];
  let after: string | undefined;
  do {
    const page = await store.jobs({ limit: 500, after });
    all.push(...page.jobs);
    after = page.next;
  } while (after !== undefined);
  await store.close();
  return all;
}

function countDouble(stored: readonly StoredJob[]): number {
  return stored.filter(({ attempts }) => attempts.filter(({ state }) => state === 'running').length > 1)
    .length;
}
