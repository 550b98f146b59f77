/**
 * Whether the daemon answers while it is busy with its history: the coordinator over its store in a thread, with
 * 100,000 finished jobs, half of which are removed meanwhile, and 200 encodes that tell of their progress four times a
 * second to two windows. The delay of the event loop (how much later than asked for a timer comes) is measured beside a
 * control without any of it. Promise: p99 at most 20 ms. `DFFMPEG_BENCH_JOBS` names another size.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { submission } from '../unit/coordinator/fixtures.ts';
import { FakeClient } from '../unit/coordinator/harness.ts';
import { doneJob, fillStore, QueueUnderLoad, temporaryFolder } from './lib/queueUnderLoad.ts';
import { report, type Figure } from './lib/report.ts';

const finished = Number(process.env['DFFMPEG_BENCH_JOBS'] ?? 100_000);
const rounds = Number(process.env['DFFMPEG_BENCH_ROUNDS'] ?? 3);
const streams = 200;
const progressMs = 250;
/** The histogram's timer, milliseconds: what it measures holds this, too. */
const resolution = 2;
const day = 86_400_000;

/** p99 and maximum of the delay, milliseconds, while `work` goes on. */
async function delays(work: Promise<unknown>): Promise<{ p99: number; max: number }> {
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  await work;
  histogram.disable();
  const milliseconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
  return { p99: milliseconds(histogram.percentile(99)), max: milliseconds(histogram.max) };
}

const removals: number[] = [];
const idle: { p99: number; max: number }[] = [];
const busy: { p99: number; max: number }[] = [];
for (let round = 0; round < rounds; round += 1) {
  const { directory, remove } = await temporaryFolder();
  try {
    const done = doneJob('j000000000');
    // Too new to be removed at the start for its age.
    await fillStore(directory, finished, { ...done, job: { ...done.job, endedAt: Date.now() } });
    const queue = await QueueUnderLoad.open(directory);
    await queue.attachWorkers(streams);
    idle.push(await delays(delay(5_000)));

    const windows = [queue.client, new FakeClient(queue.coordinator)];
    for (const { peer } of windows)
      await peer.request('subscribe', { topics: ['jobs', 'progress', 'counts', 'workers'] });
    const jobs = Array.from({ length: streams }, () =>
      queue.client.peer.request('jobs.submit', submission()),
    );
    await Promise.all(jobs);
    await queue.offered(streams);

    const removing = queue.client.until(() => queue.client.removed.length >= finished / 2);
    let fraction = 0;
    const telling = setInterval(() => {
      fraction += 0.0001;
      queue.tellProgress({ fraction, framesPerSecond: 240, speed: 10, eta: 100, outTime: 100 * fraction });
    }, progressMs);
    const begun = performance.now();
    queue.coordinator.keepJobs({ keepJobsMs: 36_500 * day, keepJobs: finished / 2 });
    busy.push(await delays(Promise.all([removing, delay(5_000)])));
    removals.push((finished * 500) / (performance.now() - begun));
    clearInterval(telling);
    await queue.close();
  } finally {
    await remove();
  }
}

const figures: Figure[] = [
  { name: 'idle: p99 of the delay', unit: 'ms', values: idle.map(({ p99 }) => p99) },
  { name: 'idle: longest delay', unit: 'ms', values: idle.map(({ max }) => max) },
  { name: 'busy: p99 of the delay', unit: 'ms', values: busy.map(({ p99 }) => p99), atMost: 20 },
  { name: 'busy: longest delay', unit: 'ms', values: busy.map(({ max }) => max) },
  { name: 'jobs removed in a second meanwhile', unit: '1/s', values: removals },
];
report('eventLoop', figures, { finished, streams, progressMs, rounds });
