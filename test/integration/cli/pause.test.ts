import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { countsOutputSchema, jobsOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { Sandbox } from './harness.ts';

describe('dffmpeg job pause, resume and prioritize', function () {
  this.timeout(60_000);
  let box: Sandbox;
  before(async () => (box = await Sandbox.create()));
  after(() => box.remove());

  it('hold the queue, and a job of it, until a person says otherwise', async () => {
    await box.clip('clip.mp4');
    const paused = await box.json(countsOutputSchema, ['job', 'pause', '--queue']);
    assert.equal(paused.counts.queuePaused, true);
    const { jobs } = await box.json(jobsOutputSchema, [
      'encode',
      'clip.mp4',
      '--preset',
      'small',
      '--detach',
    ]);
    const id = jobs[0]?.id ?? '';
    const held = await box.json(jobsOutputSchema, ['job', 'pause', id]);
    // Its source may be looked at just now: then it is paused when that has been seen.
    let { state = '' } = held.jobs[0] ?? {};
    while (state === 'probing' || state === 'planned')
      ({ state } = await box.json(jobOutputSchema, ['job', 'show', id]));
    assert.equal(state, 'paused');
    const on = await box.run(['job', 'resume', '--queue']);
    assert.equal(on.stdout, 'The queue goes on: 0 waiting.\n');
    assert.equal((await box.json(jobOutputSchema, ['job', 'show', id])).state, 'paused');
    assert.ok(!existsSync(box.file('clip.small.mp4')));
    const resumed = await box.run(['job', 'resume', id]);
    assert.match(resumed.stdout, /waits for its turn/);
    assert.equal((await box.run(['job', 'logs', id, '--follow'])).code, 0);
    assert.equal((await box.json(jobOutputSchema, ['job', 'show', id])).state, 'done');
    assert.ok(existsSync(box.file('clip.small.mp4')));
  });

  it('and prioritize decides what is begun first', async () => {
    await box.json(countsOutputSchema, ['job', 'pause', '--queue']);
    const ids: string[] = [];
    for (const preset of ['audio', 'small']) {
      const { jobs } = await box.json(jobsOutputSchema, [
        'encode',
        'clip.mp4',
        '--preset',
        preset,
        '--detach',
      ]);
      ids.push(jobs[0]?.id ?? '');
    }
    const [first = '', second = ''] = ids;
    const { jobs } = await box.json(jobsOutputSchema, ['job', 'prioritize', second, '--priority', '90']);
    assert.equal(jobs[0]?.priority, 90);
    await box.run(['job', 'resume', '--queue']);
    for (const id of ids) assert.equal((await box.run(['job', 'logs', id, '--follow'])).code, 0);
    const started = async (id: string) =>
      (await box.json(jobOutputSchema, ['job', 'show', id])).startedAt ?? 0;
    assert.ok((await started(second)) < (await started(first)));
    assert.equal((await box.run(['job', 'prioritize', first, '--priority', '1'])).code, 1);
    assert.equal((await box.run(['job', 'prioritize', first, '--priority', '101'])).code, 2);
  });

  it('say what is to be named', async () => {
    const { code, stderr } = await box.run(['job', 'pause']);
    assert.equal(code, 2);
    assert.match(stderr, /Name jobs by their ids, or say --queue\./);
    assert.equal((await box.run(['job', 'pause', '--queue', 'abcd'])).code, 2);
  });
});
