import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isProcessAlive } from '../../../src/client/discovery.ts';
import { Sandbox, type Running } from '../cli/harness.ts';

describe('a state folder under its daemon', function () {
  this.timeout(90_000);
  let box: Sandbox;
  let daemon: Running;

  beforeEach(async () => {
    box = await Sandbox.create({ DFFMPEG_STATE_LOOK_SECONDS: '0.2' });
    daemon = box.start(['serve']);
    await daemon.printed('stdout', /ready/);
  });
  afterEach(() => box.remove());

  it('that is deleted: the daemon says so and leaves, and the next command starts another', async () => {
    const { pid } = box.discovery();
    await rm(box.stateDir, { recursive: true });
    await box.clip('clip.mp4');
    // Before the older one has seen it, or after: both is right.
    const { code, stderr } = await box.run(['encode', 'clip.mp4']);
    assert.equal(code, 0, stderr);
    const ended = await daemon.finished;
    assert.equal(ended.code, 0);
    assert.match(ended.stderr, /was deleted or is another daemon’s/);
    assert.notEqual(box.discovery().pid, pid);
    assert.ok(isProcessAlive(box.discovery().pid));
    assert.match((await box.run(['jobs'])).stdout, /done/);
  });

  it('whose discovery file alone is deleted gets it again', async () => {
    const before = box.discovery();
    const again = box.nextDaemon(0);
    await rm(path.join(box.stateDir, 'daemon.json'));
    await daemon.printed('stderr', /was gone and is written again/);
    assert.deepEqual(await again, before);
    assert.equal((await box.run(['jobs'])).code, 0);
    assert.equal(box.discovery().pid, before.pid);
  });
});
