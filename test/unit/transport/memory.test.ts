import assert from 'node:assert/strict';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';

describe('memory channel', () => {
  it('delivers in order, in a later turn', async () => {
    const [one, other] = createMemoryChannelPair();
    const seen: string[] = [];
    other.onFrame((frame) => seen.push(frame));
    const sent = ['a', 'b', 'c'].map((frame) => one.send(frame));
    assert.deepEqual(seen, []);
    await Promise.all(sent);
    assert.deepEqual(seen, ['a', 'b', 'c']);
  });

  it('keeps frames until somebody listens, and counts their bytes', async () => {
    const [one, other] = createMemoryChannelPair();
    const sent = one.send('ä');
    assert.equal(one.bufferedBytes, 2);
    assert.equal(other.bufferedBytes, 0);
    const seen: string[] = [];
    other.onFrame((frame) => seen.push(frame));
    await sent;
    assert.deepEqual(seen, ['ä']);
    assert.equal(one.bufferedBytes, 0);
  });

  it('still delivers what was sent before the close, and nothing to the side that closed', async () => {
    const [one, other] = createMemoryChannelPair();
    const seen: string[] = [];
    one.onFrame((frame) => seen.push(`one ${frame}`));
    other.onFrame((frame) => seen.push(`other ${frame}`));
    const toOther = one.send('last');
    const toOne = other.send('lost');
    const closed = Promise.all(
      [one, other].map(
        (channel) =>
          new Promise((resolve) => {
            channel.onClose(resolve);
          }),
      ),
    );
    one.close({ code: 1001, text: 'bye' });
    await Promise.all([toOther, assert.rejects(toOne, { code: 'disconnected' })]);
    assert.deepEqual(await closed, [
      { code: 1001, text: 'bye' },
      { code: 1001, text: 'bye' },
    ]);
    assert.deepEqual(seen, ['other last']);
    await assert.rejects(one.send('x'), { code: 'disconnected' });
    await assert.rejects(other.send('x'), { code: 'disconnected' });
  });

  it('tells a listener that comes after the close', async () => {
    const [one] = createMemoryChannelPair();
    one.close({ code: 1000, text: '' });
    const reason = await new Promise((resolve) => {
      one.onClose(resolve);
    });
    assert.deepEqual(reason, { code: 1000, text: '' });
  });
});
