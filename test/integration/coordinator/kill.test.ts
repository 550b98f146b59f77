import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createCoordinator } from '../../../src/coordinator/coordinator.ts';
import type { Coordinator } from '../../../src/coordinator/coordinatorInterface.ts';
import { defaultQueueSettings } from '../../../src/coordinator/queueSettings.ts';
import { openSqliteStore } from '../../../src/coordinator/store/sqliteStore.ts';
import { recoverPlacement } from '../../../src/files/placing.ts';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';
import { FakeWorker, outputsOf } from '../../unit/coordinator/fakeWorker.ts';
import { FakeClient } from '../../unit/coordinator/harness.ts';
import { contents, makeOutputs } from './makeOutputs.ts';

const program = path.join(import.meta.dirname, 'queueProcess.ts');

describe('a queue that is killed', function () {
  this.timeout(60_000);
  let directory: string;
  const children = new Set<ChildProcess>();

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-kill-'));
  });

  afterEach(async () => {
    for (const child of children) await kill(child);
    await rm(directory, { recursive: true });
  });

  function run(...parameters: string[]): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
    const child = spawn(process.execPath, [program, directory, ...parameters], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, DFFMPEG_STATE_DIR: directory },
    });
    children.add(child);
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  }

  async function kill(child: ChildProcess): Promise<void> {
    children.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async function open(): Promise<Coordinator> {
    return createCoordinator({
      store: await openSqliteStore({ file: path.join(directory, 'store.sqlite'), programVersion: '1.0.0' }),
      logsDir: path.join(directory, 'logs'),
      settings: defaultQueueSettings,
      clock: Date.now,
      monotonic: () => performance.now(),
      random: Math.random,
      platform: process.platform,
      log: () => undefined,
    });
  }

  async function storedIds(): Promise<Set<string>> {
    const coordinator = await open();
    try {
      const client = new FakeClient(coordinator);
      const ids = new Set<string>();
      let after: string | undefined;
      do {
        const page = await client.peer.request('jobs.list', { limit: 500, after });
        for (const { id } of page.jobs) ids.add(id);
        after = page.next;
      } while (after !== undefined);
      return ids;
    } finally {
      await coordinator.close();
    }
  }

  it('has all of 1,000 submissions that it answered', async () => {
    const { child, lines } = run('submit', '1000');
    const answered: string[] = [];
    for await (const line of lines) {
      if (line.startsWith('all ')) break;
      answered.push(line);
    }
    await kill(child);
    assert.equal(new Set(answered).size, 1_000);
    assert.deepEqual([...(await storedIds())].sort(), answered.sort());
  });

  it('has every submission that it answered when it is killed among them', async () => {
    const { child, lines } = run('submit', '3000');
    const answered: string[] = [];
    for await (const line of lines) {
      if (answered.push(line) === 700) child.kill('SIGKILL');
    }
    await kill(child);
    const stored = await storedIds();
    const lost = answered.filter((id) => /^\w{12}$/.test(id) && !stored.has(id));
    assert.deepEqual(lost, []);
    assert.ok(stored.size >= 700);
  });

  const steps = ['started', 'verifying', 'granted', 'placed', 'delivered'];
  // Of two outputs: a file, and a folder behind one that is not for this source.
  for (const step of ['offered', ...[0, 2].flatMap((output) => steps.map((name) => `${name} ${output}`))])
    it(`leaves each result once and right after a kill when ${step}`, async () => {
      await writeFile(path.join(directory, 'clip.mov'), 'source');
      const { child, lines } = run(step);
      const { value: id } = (await lines.next()) as { value: string };
      await kill(child);

      const coordinator = await open();
      const client = new FakeClient(coordinator);
      await client.peer.request('subscribe', { topics: ['jobs'] });
      const [here, there] = createMemoryChannelPair();
      void coordinator.attachWorker(there);
      const worker = new FakeWorker(here);
      const recordDir = path.join(directory, 'records');
      const made: number[] = [];
      worker.answers = {
        'placement.recover': async (placement) => ({
          outcome: await recoverPlacement({ ...placement, recordDir }),
        }),
      };
      await worker.register();
      void worker.encode().then((offer) => {
        made.push(...outputsOf(offer).map(({ index }) => index));
        return makeOutputs(worker, offer, directory);
      });
      const job = await client.job(id, ({ state }) => state === 'done');
      assert.deepEqual(
        job.outputs.map(({ state, path: file }) => [state, file && path.basename(file)]),
        [
          ['placed', 'clip.web.hd.mp4'],
          ['skipped', undefined],
          ['placed', 'clip.web.stream'],
        ],
      );
      const results = (await readdir(directory)).filter((name) => name.startsWith('clip.'));
      assert.deepEqual(results.sort(), ['clip.mov', 'clip.web.hd.mp4', 'clip.web.stream']);
      assert.equal(await readFile(path.join(directory, 'clip.web.hd.mp4'), 'utf8'), 'right');
      const stream = path.join(directory, 'clip.web.stream');
      assert.deepEqual((await readdir(stream)).sort(), Object.keys(contents).sort());
      for (const [name, text] of Object.entries(contents))
        assert.equal(await readFile(path.join(stream, name), 'utf8'), text);
      assert.equal(await readFile(path.join(directory, 'clip.mov'), 'utf8'), 'source');
      // What was placed before the kill is not made again.
      const [name = '', output] = step.split(' ');
      // What was granted is placed by the recovery, from what lies staged.
      const finished = ['granted', 'placed', 'delivered'].includes(name);
      if (output === '2') assert.deepEqual(made, finished ? [] : [2]);
      else if (finished) assert.deepEqual(made, [2]);
      else assert.deepEqual(made, [0, 2]);
      await coordinator.close();
    });
});
