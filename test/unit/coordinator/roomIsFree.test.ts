import assert from 'node:assert/strict';
import { submission } from './fixtures.ts';
import { Harness, turns } from './harness.ts';

describe('coordinator: a worker that says that a disk has room again', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(() => harness.stop());

  /** How often a job was offered to be encoded that failed so, after its worker has said that there is room. */
  async function offersAfter(code: 'destination-full' | 'ffmpeg-killed'): Promise<number> {
    const client = await harness.subscribed();
    const worker = await harness.registered();
    const { id } = (await client.peer.request('jobs.submit', submission())).job;
    const first = await worker.encode(1);
    await worker.start(first);
    await worker.report(first, { type: 'failed', error: { code, message: 'So it ended.' } });
    await client.job(id, ({ state }) => state === 'waiting');
    await turns();
    worker.peer.emit('room.free', { jobId: id, taskId: first.taskId });
    await turns();
    return worker.offers.filter(({ payload }) => payload.kind === 'encode').length;
  }

  it('is offered at once what waited for that', async () => {
    assert.equal(await offersAfter('destination-full'), 2);
  });

  it('is not believed of what waits for something else', async () => {
    assert.equal(await offersAfter('ffmpeg-killed'), 1);
  });
});
