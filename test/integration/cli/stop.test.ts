import assert from 'node:assert/strict';
import { isProcessAlive } from '../../../src/client/discovery.ts';
import { jobsOutputSchema, statusOutputSchema, stopOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { Sandbox } from './harness.ts';

describe('dffmpeg stop', function () {
  this.timeout(180_000);
  let box: Sandbox;
  before(async () => (box = await Sandbox.create()));
  after(() => box.remove());

  it('says that none runs where none does, and starts none', async () => {
    assert.deepEqual(await box.run(['stop']), {
      code: 0,
      stdout: 'No daemon is running.\n',
      stderr: '',
    });
    assert.deepEqual(await box.json(stopOutputSchema, ['stop']), { stopped: null });
  });

  it('ends what has nothing to do, and returns when its process is gone', async () => {
    await box.run(['jobs']);
    const { daemon } = await box.json(statusOutputSchema, ['status']);
    const pid = daemon?.pid ?? 0;
    assert.deepEqual(await box.json(stopOutputSchema, ['stop']), { stopped: { pid } });
    assert.equal(isProcessAlive(pid), false);
    assert.equal((await box.json(statusOutputSchema, ['status'])).daemon, null);
  });

  it('leaves what encodes alone, unless it is to end now: then that begins anew', async () => {
    await box.clip('long.mp4', 300);
    const { jobs } = await box.json(jobsOutputSchema, [
      ...['encode', 'long.mp4', '--preset', 'av1', '--detach'],
    ]);
    const id = jobs[0]?.id ?? '';
    const state = async (): Promise<string> => (await box.json(jobOutputSchema, ['job', 'show', id])).state;
    while ((await state()) !== 'running');
    const refused = await box.run(['stop']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /1 job is being encoded, and would begin anew\..*dffmpeg stop --now/s);
    const { code, stdout } = await box.run(['stop', '--now']);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /has ended .* begins anew with the next one/);
    while ((await state()) !== 'running');
    await box.run(['job', 'cancel', id]);
  });
});
