/**
 * A queue in a process of its own, to be killed: `queueProcess.ts DIRECTORY submit COUNT` says each id that was
 * answered; `queueProcess.ts DIRECTORY STEP` brings one job up to a step, says so, and waits for its end.
 */
import path from 'node:path';
import { createCoordinator } from '../../../src/coordinator/coordinator.ts';
import { defaultQueueSettings } from '../../../src/coordinator/queueSettings.ts';
import { openSqliteStore } from '../../../src/coordinator/store/sqliteStore.ts';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';
import { FakeWorker } from '../../unit/coordinator/fakeWorker.ts';
import { FakeClient } from '../../unit/coordinator/harness.ts';
import { severalPreset, submission } from '../../unit/coordinator/fixtures.ts';
import { makeOutputs } from './makeOutputs.ts';

const [directory = '', step = '', count = '0'] = process.argv.slice(2);

const coordinator = await createCoordinator({
  store: await openSqliteStore({ file: path.join(directory, 'store.sqlite'), programVersion: '1.0.0' }),
  logsDir: path.join(directory, 'logs'),
  settings: defaultQueueSettings,
  clock: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
  platform: process.platform,
  log: (error) => process.stderr.write(`${error.message}\n`),
});
const client = new FakeClient(coordinator);

if (step === 'submit') await submitMany(Number(count));
else await encodeUpTo();

async function submitMany(jobs: number): Promise<void> {
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      const { job } = await client.peer.request('jobs.submit', submission());
      process.stdout.write(`${job.id}\n`);
    }),
  );
  process.stdout.write(`all ${performance.now() - begun}\n`);
}

async function encodeUpTo(): Promise<void> {
  const source = path.join(directory, 'clip.mov');
  const request = submission({ sources: [source], preset: { name: 'web', preset: severalPreset } });
  const { job } = await client.peer.request('jobs.submit', request);
  const [here, there] = createMemoryChannelPair();
  void coordinator.attachWorker(there);
  const worker = new FakeWorker(here);
  await worker.register();
  await makeOutputs(worker, await worker.encode(), directory, async (now) => {
    if (now !== step) return;
    process.stdout.write(`${job.id}\n`);
    await new Promise(() => setInterval(() => undefined, 60_000));
  });
}
