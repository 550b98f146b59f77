import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Frame } from '../../../src/protocol/frames.ts';
import { encodeFrame, exceedsFrameLimit, maxFrameBytes, parseFrame } from '../../../src/protocol/frames.ts';

const id = fc.nat();
const json = fc.jsonValue();
const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ t: fc.constant('req' as const), id, method: fc.string(), params: json }),
  fc.record({ t: fc.constant('ok' as const), id, result: json }),
  fc.record({
    t: fc.constant('err' as const),
    id: fc.option(id),
    error: fc.record({ code: fc.constant('not-found' as const), message: fc.string() }),
  }),
  fc.record({ t: fc.constant('evt' as const), event: fc.string(), payload: json }),
  fc.record({ t: fc.constant('cancel' as const), id }),
);

describe('frames', () => {
  it('read what they wrote', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const text = encodeFrame(frame);
        const parsed = parseFrame(text);
        assert.ok(parsed.ok);
        assert.equal(encodeFrame(parsed.frame), text);
      }),
    );
  });

  it('never throw, whatever the text is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = parseFrame(text);
        assert.ok(parsed.ok || parsed.error.code === 'invalid-frame');
      }),
    );
  });

  it('never throw on a frame with a piece changed', () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.string({ maxLength: 3 }), (frame, at, piece) => {
        const text = encodeFrame(frame);
        const position = at % text.length;
        parseFrame(text.slice(0, position) + piece + text.slice(position + 1));
      }),
    );
  });

  it('answer a broken request under its own id, anything else under none', () => {
    const request = parseFrame('{"t":"req","id":5}');
    assert.ok(!request.ok && request.id === 5);
    const result = parseFrame('{"t":"cancel","id":5.5}');
    assert.ok(!result.ok && result.id === null);
  });

  it('take an error code of a newer neighbour for an internal one', () => {
    const parsed = parseFrame('{"t":"err","id":1,"error":{"code":"of-tomorrow","message":"m"}}');
    assert.ok(parsed.ok && parsed.frame.t === 'err');
    assert.equal(parsed.frame.error.code, 'internal');
  });

  it('are measured in bytes of UTF-8', () => {
    assert.equal(exceedsFrameLimit('a'.repeat(maxFrameBytes)), false);
    assert.equal(exceedsFrameLimit('a'.repeat(maxFrameBytes + 1)), true);
    assert.equal(exceedsFrameLimit('ä'.repeat(maxFrameBytes / 2)), false);
    assert.equal(exceedsFrameLimit('ä'.repeat(maxFrameBytes / 2 + 1)), true);
  });
});
