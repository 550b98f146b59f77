import assert from 'node:assert/strict';
import os from 'node:os';
import type { JobOutput } from '../../../src/protocol/jobOutput.ts';
import { RemoteHost } from './remoteHost.ts';

describe('labels', function () {
  this.timeout(120_000);
  let host: RemoteHost;

  beforeEach(async () => {
    // Both encode.
    host = await RemoteHost.start({ DFFMPEG_SLOTS: 'cpu=2', DFFMPEG_PREFER_FACTOR: '1000' });
    await host.join();
  });
  afterEach(() => host.close());

  const encoderOf = ({ attempts }: JobOutput): string | undefined =>
    attempts.findLast(({ kind }) => kind === 'encode')?.worker;

  it('are required of a worker, or preferred; a job that no worker fits says so, and what to do', async () => {
    const source = await host.clip('clip.mkv', 1);
    const required = await host.submit(source, '--require', 'gpu');
    const { reason, require } = await host.job(required, (job) => job.reason?.code === 'not-found');
    assert.equal(reason?.message, 'No connected worker has the label “gpu”.');
    assert.deepEqual(require, ['gpu']);
    const { stdout } = await host.desk.run(['job', 'show', required]);
    assert.match(stdout, /requires +gpu/);
    assert.match(stdout, /dffmpeg worker label NAME gpu/);

    assert.equal((await host.desk.run(['worker', 'label', 'node', 'gpu'])).code, 0);
    assert.equal(encoderOf(await host.done(required)), 'node');
    assert.equal(encoderOf(await host.done(await host.submit(source, '--prefer', 'gpu'))), 'node');
    assert.equal((await host.desk.run(['worker', 'label', os.hostname(), 'near'])).code, 0);
    assert.equal(encoderOf(await host.done(await host.submit(source, '--prefer', 'near'))), os.hostname());
  });

  it('are words of a shape', async () => {
    const { code, stderr } = await host.desk.run(['encode', 'clip.mkv', '--require', 'a b']);
    assert.equal(code, 2);
    assert.match(stderr, /A label has up to 32 letters/);
  });
});
