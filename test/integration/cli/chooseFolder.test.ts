import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { Sandbox } from './harness.ts';

describe('dffmpeg job choose-folder', function () {
  this.timeout(180_000);
  let box: Sandbox;
  beforeEach(async () => {
    box = await Sandbox.create({
      DFFMPEG_PLACE_RETRY_MIN_SECONDS: '0.1',
      DFFMPEG_PLACE_RETRY_MAX_SECONDS: '0.2',
      DFFMPEG_RETRY_MAX_SECONDS: '1',
    });
  });
  afterEach(() => box.remove());

  /** Its destination goes away while it is encoded, so that the verified result waits for it. */
  async function waiting(): Promise<string> {
    const { clip } = await box.longEncode();
    await mkdir(box.file('out'));
    const output = box.file('out', 'clip.${preset}.${ext}');
    const args = ['encode', clip, '--preset', 'small', '--output', output, '--duration', '8', '--detach'];
    const id = (await box.run(args)).stdout.trim();
    const log = box.start(['job', 'logs', id, '--follow']);
    await log.printed('stdout', /, encode: /);
    await rename(box.file('out'), box.file('away'));
    await log.printed('stdout', /out does not exist\. The result is kept and waits/);
    const { state, reason } = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.equal(state, 'committing');
    assert.equal(reason?.code, 'destination-missing');
    assert.match(reason.hint ?? '', new RegExp(`dffmpeg job choose-folder ${id} FOLDER`));
    return id;
  }

  async function done(id: string): Promise<string | undefined> {
    await box.run(['job', 'logs', id, '--follow']);
    const { state, outputs, attempts } = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.equal(state, 'done');
    // One looked at the source, one has made the result: nothing was encoded again.
    assert.equal(attempts.length, 2);
    return outputs[0]?.path;
  }

  it('places a finished result there that waits for a folder that is gone', async () => {
    const id = await waiting();
    const nowhere = await box.run(['job', 'choose-folder', id, 'nowhere']);
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.stderr, /nowhere is not a folder/);
    await mkdir(box.file('other'));
    const { code, stdout, stderr } = await box.run(['job', 'choose-folder', id, 'other']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /puts its result into .*other/);
    assert.equal(await done(id), box.file('other', 'clip.small.mp4'));
    assert.ok(existsSync(box.file('other', 'clip.small.mp4')));
    assert.deepEqual(await readdir(box.file('away')), []);
  });

  it('does so after the daemon was killed, too', async () => {
    const id = await waiting();
    process.kill(box.discovery().pid, 'SIGKILL');
    await mkdir(box.file('other'));
    const { code, stderr } = await box.run(['job', 'choose-folder', id, 'other']);
    assert.equal(code, 0, stderr);
    assert.equal(await done(id), box.file('other', 'clip.small.mp4'));
  });

  it('is not needed when the folder comes back', async () => {
    const id = await waiting();
    await rename(box.file('away'), box.file('out'));
    assert.equal(await done(id), box.file('out', 'clip.small.mp4'));
  });
});
