import assert from 'node:assert/strict';
import { jobsOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { Sandbox } from './harness.ts';

describe('when a waiting job will begin and end', function () {
  this.timeout(120_000);
  let box: Sandbox;
  before(async () => (box = await Sandbox.create({ DFFMPEG_SLOTS: 'cpu=1' })));
  after(() => box.remove());

  const submit = async (clip: string): Promise<string> => {
    const { jobs } = await box.json(jobsOutputSchema, ['encode', clip, '--preset', 'small', '--detach']);
    return jobs[0]?.id ?? '';
  };
  /** As soon as it is in that state; fails when it is over sooner. */
  const inState = async (id: string, wanted: string) => {
    for (;;) {
      const job = await box.json(jobOutputSchema, ['job', 'show', id]);
      if (job.state === wanted) return job;
      assert.ok(!['done', 'failed', 'cancelled'].includes(job.state), job.reason?.message ?? job.state);
    }
  };

  it('is said by job show, jobs and status, from what an earlier encode took', async () => {
    await box.clip('short.mp4', 4);
    await box.clip('long.mp4', 150);
    assert.equal((await box.run(['encode', 'short.mp4', '--preset', 'small'])).code, 0);
    const running = await submit('long.mp4');
    await inState(running, 'running');
    const id = await submit('long.mp4');
    const { forecast, reason } = await inState(id, 'waiting');
    assert.equal(reason?.message, 'Its turn has not come yet.');
    assert.ok(forecast && forecast.endsAt > forecast.startsAt);
    assert.equal(forecast.guess, false);
    const shown = await box.run(['job', 'show', id]);
    assert.match(shown.stdout, /^expected {2}starts (in about|at any).*, done in about /m);
    for (const command of ['jobs', 'status'])
      assert.match((await box.run([command])).stdout, /Its turn has not come yet\. · starts /, command);
    await box.run(['job', 'cancel', id, running]);
  });
});
