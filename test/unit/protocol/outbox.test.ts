import assert from 'node:assert/strict';
import type { Channel, CloseReason } from '../../../src/protocol/channel.ts';
import { maxFrameBytes } from '../../../src/protocol/frames.ts';
import { Outbox, overflowBytes } from '../../../src/protocol/outbox.ts';

/** A link on which nothing moves. */
function stuckChannel(bufferedBytes: number) {
  const sent: string[] = [];
  const closes: (CloseReason | undefined)[] = [];
  const channel: Channel = {
    bufferedBytes,
    send: (frame) => {
      sent.push(frame);
      return new Promise(() => undefined);
    },
    onFrame: () => undefined,
    onClose: () => undefined,
    close: (reason) => closes.push(reason),
  };
  return { channel, sent, closes };
}

describe('outbox', () => {
  it('refuses what no frame can carry, and sends nothing of it', async () => {
    const { channel, sent } = stuckChannel(0);
    const outbox = new Outbox(channel, assert.fail);
    const result = 'x'.repeat(maxFrameBytes);
    await assert.rejects(outbox.send({ t: 'ok', id: 1, result }), { code: 'request-invalid' });
    assert.equal(sent.length, 0);
  });

  it('reports an event that is too large', async () => {
    const codes: string[] = [];
    const outbox = new Outbox(stuckChannel(0).channel, ({ code }) => codes.push(code));
    outbox.post({ t: 'evt', event: 'e', payload: 'x'.repeat(maxFrameBytes) });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(codes, ['request-invalid']);
  });

  it('closes a channel whose other side does not read (1013)', () => {
    const { channel, closes } = stuckChannel(overflowBytes + 1);
    new Outbox(channel, assert.fail).post({ t: 'evt', event: 'e', payload: 1 });
    assert.equal(closes[0]?.code, 1013);
  });
});
