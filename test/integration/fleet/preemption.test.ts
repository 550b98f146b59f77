import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import os from 'node:os';
import { ffmpegsIn } from '../cli/harness.ts';
import type { JobOutput } from '../../../src/protocol/jobOutput.ts';
import { RemoteHost } from './remoteHost.ts';

describe('pre-emption', function () {
  this.timeout(120_000);
  let host: RemoteHost;

  afterEach(() => host.close());

  const encodes = ({ attempts }: JobOutput) => attempts.filter(({ kind }) => kind === 'encode');
  const encoding = (id: string) =>
    host.job(id, (job) => job.state === 'running' && encodes(job).at(-1)?.argv !== undefined);

  it('lets a job of much higher priority take the slot of another, which is made afterwards', async () => {
    host = await RemoteHost.start({ DFFMPEG_PREEMPT_PRIORITY_GAP: '40', DFFMPEG_HOLD_MIN_SECONDS: '0' });
    await host.join(['--slots', 'cpu=1']);
    const long = await host.clip('long.mkv', 15);
    const short = await host.clip('short.mkv', 1);
    const low = await host.submit(long, '--priority', '10');
    await encoding(low);
    const urgent = await host.submit(short, '--priority', '90');
    const { attempts, endedAt } = await host.done(urgent);
    assert.equal(attempts.at(-1)?.worker, 'node');
    // One ffmpeg at a time: that of the other one was gone before.
    await encoding(low);
    assert.equal((await ffmpegsIn(host.node.folder)).length, 1);
    const done = await host.done(low);
    const [stopped, again, more] = encodes(done);
    assert.deepEqual([stopped?.state, again?.state, more], ['cancelled', 'succeeded', undefined]);
    assert.match(stopped?.error?.message ?? '', new RegExp(`^Job ${urgent}, of much higher priority`));
    assert.ok((done.endedAt ?? 0) > (endedAt ?? Infinity));
    const { stdout } = await host.desk.run(['job', 'logs', low]);
    assert.match(stdout, /waiting: Job \w+, of much higher priority, has taken its slot on node/);
  });

  it('gives a job of a machine that other programs load to another one', async () => {
    host = await RemoteHost.start({
      ...{ DFFMPEG_SLOTS: 'cpu=1', DFFMPEG_PREFER_FACTOR: '1000' },
      ...{ DFFMPEG_PREEMPT_LOAD_PERCENT: '20', DFFMPEG_PREEMPT_LOAD_SECONDS: '1' },
      // Both workers are on one machine here: only the node tells of its load.
      DFFMPEG_FOREIGN_LOAD_SECONDS: '100000',
    });
    await host.join(['--slots', 'cpu=1', '--foreign-load-seconds', '0.2']);
    assert.equal((await host.desk.run(['worker', 'label', 'node', 'here'])).code, 0);
    const source = await host.clip('clip.mkv', 15);
    const busy = ['-e', 'for (;;);'];
    const others = Array.from(os.cpus(), () => spawn(process.execPath, busy, { stdio: 'ignore' }));
    try {
      const id = await host.submit(source, '--prefer', 'here');
      await encoding(id);
      // From now on, so that it was not given to another one at once.
      await host.desk.write('state/config.jsonc', '{ "preemptLoadedWorkers": true }');
      const { attempts } = await host.job(id, (job) => encodes(job).length === 2);
      const [stopped, again] = attempts.filter(({ kind }) => kind === 'encode');
      assert.deepEqual([stopped?.worker, stopped?.state], ['node', 'cancelled']);
      assert.match(stopped?.error?.message ?? '', /^Other programs have used more than 20 % of node for 1 s/);
      assert.notEqual(again?.worker, 'node');
      for (const other of others) other.kill('SIGKILL');
      assert.equal(encodes(await host.done(id)).length, 2);
    } finally {
      for (const other of others) other.kill('SIGKILL');
    }
  });
});
