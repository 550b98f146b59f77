/**
 * A queue in a process of its own, to be killed: `queueProcess.ts DIRECTORY submit COUNT` says each id that was
 * answered; `queueProcess.ts DIRECTORY STEP` brings one job up to a step, says so, and waits for its end.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createCoordinator } from '../../../src/coordinator/coordinator.ts';
import { defaultQueueSettings } from '../../../src/coordinator/queueSettings.ts';
import { openSqliteStore } from '../../../src/coordinator/store/sqliteStore.ts';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { place } from '../../../src/files/placing.ts';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';
import { FakeWorker, verdict } from '../../unit/coordinator/fakeWorker.ts';
import { FakeClient } from '../../unit/coordinator/harness.ts';
import { submission } from '../../unit/coordinator/fixtures.ts';

const [directory = '', step = '', count = '0'] = process.argv.slice(2);

const coordinator = await createCoordinator({
  store: await openSqliteStore({ file: path.join(directory, 'store.sqlite'), programVersion: '1.0.0' }),
  logsDir: path.join(directory, 'logs'),
  settings: defaultQueueSettings,
  clock: Date.now,
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
  const { job } = await client.peer.request('jobs.submit', submission({ sources: [source] }));
  const [here, there] = createMemoryChannelPair();
  coordinator.attachWorker(there);
  const worker = new FakeWorker(here);
  await worker.register();
  const offer = await worker.encode();
  const key = { taskId: offer.taskId, fence: offer.fence };
  const staged = path.join(directory, `.dffmpeg-${key.taskId}-${key.fence}.part`);
  await reached('offered', job.id);
  await worker.start(offer);
  await reached('started', job.id);
  await writeFile(staged, 'right');
  await worker.report(key, { type: 'verifying', exit: { code: 0, signal: null } });
  await reached('verifying', job.id);
  const identity = await identityOf(staged);
  const request = { ...key, verdict, bytes: 5, staged, identity };
  const { path: granted } = await worker.peer.request('task.commit', request);
  await reached('granted', job.id);
  await place({ staged, path: granted, recordDir: path.join(directory, 'records') });
  await reached('placed', job.id);
  await worker.report(key, { type: 'delivered', path: granted, bytes: 5, verdict });
  await reached('delivered', job.id);
}

async function reached(now: string, id: string): Promise<void> {
  if (now !== step) return;
  process.stdout.write(`${id}\n`);
  await new Promise(() => setInterval(() => undefined, 60_000));
}
