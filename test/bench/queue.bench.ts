/**
 * How fast the queue is, and that it loses nothing: the real coordinator with its scheduler over SQLite in its thread,
 * 16 simulated workers over channels in memory. An assignment counts when its offer is heard, which is after it was
 * committed. Promises: 5,000 assignments a second; with slots free at most 100 ms from submit to assignment; an
 * assignment among a million jobs costs at most twice what it costs among a thousand; a kill -9 loses none and gives
 * none twice. `DFFMPEG_BENCH_JOBS` names other sizes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { submission } from '../unit/coordinator/fixtures.ts';
import { killAndReconcile } from './lib/queueKill.ts';
import {
  doneJob,
  fillStore,
  QueueUnderLoad,
  temporaryFolder,
  waitingJob,
  workers,
} from './lib/queueUnderLoad.ts';
import { report, type Figure } from './lib/report.ts';
import { quantile, spread } from './lib/statistics.ts';

const sizes = (process.env['DFFMPEG_BENCH_JOBS'] ?? '1000,10000,100000,1000000').split(',').map(Number);
/** Assigned of one queue, at most. */
const mostAssigned = 20_000;
const rounds = Number(process.env['DFFMPEG_BENCH_ROUNDS'] ?? 3);

async function withQueue<T>(
  jobs: number,
  finished: boolean,
  use: (queue: QueueUnderLoad) => Promise<T>,
): Promise<T> {
  const { directory, remove } = await temporaryFolder();
  try {
    await fillStore(directory, jobs, (finished ? doneJob : waitingJob)('j000000000'));
    const queue = await QueueUnderLoad.open(directory);
    try {
      return await use(queue);
    } finally {
      await queue.close();
    }
  } finally {
    await remove();
  }
}

/** Wall and processor microseconds of one assignment. */
async function assign(jobs: number): Promise<{ wall: number; cpu: number }> {
  return withQueue(jobs, false, async (queue) => {
    const count = Math.min(jobs, mostAssigned);
    await queue.pause(true);
    await queue.attachWorkers(count);
    const cpu = process.cpuUsage();
    const begun = performance.now();
    const done = queue.offered(count);
    await queue.pause(false);
    await done;
    const wall = performance.now() - begun;
    const { user, system } = process.cpuUsage(cpu);
    return { wall: (wall * 1000) / count, cpu: (user + system) / count };
  });
}

/** Submits a second, many at once: each is on the disk when it is answered. */
async function submitMany(jobs: number): Promise<number> {
  const count = 2_000;
  return withQueue(jobs, true, async (queue) => {
    const begun = performance.now();
    await Promise.all(
      Array.from({ length: count }, () => queue.client.peer.request('jobs.submit', submission())),
    );
    return (count * 1000) / (performance.now() - begun);
  });
}

/** Milliseconds from asking to submit to the offer, with slots free: `perSecond` jobs come for a while. */
async function latencies(jobs: number, perSecond: number): Promise<number[]> {
  const count = 1_000;
  return withQueue(jobs, true, async (queue) => {
    await queue.attachWorkers(count + workers);
    const asked = new Map<string, number>();
    const heard = new Map<string, number>();
    queue.onOffer = ({ payload }) => heard.set(payload.jobId, performance.now());
    const begun = performance.now();
    const answers: Promise<void>[] = [];
    for (let sent = 0; sent < count;) {
      const due = Math.min(count, Math.floor(((performance.now() - begun) * perSecond) / 1000) + 1);
      for (; sent < due; sent += 1) {
        const at = performance.now();
        answers.push(
          queue.client.peer
            .request('jobs.submit', submission())
            .then(({ job }) => void asked.set(job.id, at)),
        );
      }
      await delay(1);
    }
    await Promise.all(answers);
    while (heard.size < count) await delay(5);
    return [...asked].map(([id, at]) => (heard.get(id) ?? Number.NaN) - at);
  });
}

const figures: Figure[] = [];
const costs = new Map<number, number>();
for (const jobs of sizes) {
  const name = `${jobs.toLocaleString('en')} jobs`;
  const runs = [];
  for (let round = 0; round < rounds; round += 1) runs.push(await assign(jobs));
  const wall = runs.map((run) => run.wall);
  costs.set(jobs, spread(wall).median);
  figures.push(
    {
      name: `${name}: assignments a second`,
      unit: '1/s',
      values: wall.map((each) => 1e6 / each),
      atLeast: 5_000,
    },
    { name: `${name}: an assignment`, unit: 'µs', values: wall },
    { name: `${name}: its processor time`, unit: 'µs', values: runs.map((run) => run.cpu) },
  );
  if (jobs > 100_000) continue;
  const submits = [];
  for (let round = 0; round < rounds; round += 1) submits.push(await submitMany(jobs));
  figures.push({ name: `${name}: submits a second`, unit: '1/s', values: submits });
  const sorted = (await latencies(jobs, 200)).sort((a, b) => a - b);
  figures.push(
    { name: `${name}: submit to assignment`, unit: 'ms', values: sorted },
    { name: `${name}: p99 of it`, unit: 'ms', values: [quantile(sorted, 0.99)], atMost: 100 },
  );
}
const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
if (most > least)
  figures.push({
    name: `an assignment among ${most.toLocaleString('en')} to one among ${least.toLocaleString('en')}`,
    unit: '×',
    values: [(costs.get(most) ?? Number.NaN) / (costs.get(least) ?? Number.NaN)],
    atMost: 2,
  });
const killed = await killAndReconcile(3_000);
figures.push(
  {
    name: `heard before a kill -9, and lost (of ${killed.heard})`,
    unit: 'jobs',
    values: [killed.lost],
    atMost: 0,
  },
  { name: 'given twice', unit: 'jobs', values: [killed.double], atMost: 0 },
);
report('queue', figures, { workers, mostAssigned, rounds, killed });
