import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ConnectionEvent, ConnectionState } from '../../../src/client/connectionState.ts';
import { backOffMs, reduceConnection } from '../../../src/client/connectionState.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';

const error = new DffmpegError('disconnected', 'gone');
const failed: ConnectionEvent = { type: 'failed', error, jitter: 0.5 };
const run = (...events: ConnectionEvent[]): ConnectionState =>
  events.reduce(reduceConnection, { name: 'connecting', attempt: 0 } as ConnectionState);

describe('connection state', () => {
  it('backs off from 250 ms to 30 s, 10 % more or less', () => {
    assert.deepEqual(
      [0, 1, 2, 6, 7, 50].map((attempt) => backOffMs(attempt, 0.5)),
      [250, 500, 1000, 16000, 30000, 30000],
    );
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, jitter) => {
        const middle = backOffMs(attempt, 0.5);
        const delay = backOffMs(attempt, jitter);
        assert.ok(delay >= Math.floor(0.9 * middle) && delay <= Math.ceil(1.1 * middle));
      }),
    );
  });

  it('goes by the factor and the spread of its settings (property)', () => {
    const settings = fc.record({
      reconnectMinMs: fc.integer({ min: 1, max: 10_000 }),
      reconnectMaxSeconds: fc.double({ min: 0.1, max: 1000, noNaN: true }),
      reconnectFactor: fc.double({ min: 1, max: 100, noNaN: true }),
      reconnectJitter: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        settings,
        fc.nat(1000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, attempt, by) => {
          const delay = backOffMs(attempt, by, given);
          const { reconnectMinMs, reconnectMaxSeconds, reconnectFactor, reconnectJitter } = given;
          const middle = Math.min(reconnectMaxSeconds * 1000, reconnectMinMs * reconnectFactor ** attempt);
          assert.ok(delay >= Math.floor(middle * (1 - reconnectJitter)));
          assert.ok(delay <= Math.ceil(middle * (1 + reconnectJitter)));
        },
      ),
    );
  });

  it('waits longer with every failure, and starts over once connected', () => {
    const twice = run(failed, { type: 'dial' }, failed);
    assert.ok(twice.name === 'waiting' && twice.delayMs === 500);
    const lost = run(failed, { type: 'dial' }, { type: 'opened' }, failed);
    assert.ok(lost.name === 'waiting' && lost.delayMs === 250);
  });

  it('never leaves closed, and opens only what was dialled', () => {
    const event: fc.Arbitrary<ConnectionEvent> = fc.constantFrom<ConnectionEvent>(
      { type: 'dial' },
      { type: 'opened' },
      failed,
      { type: 'close' },
    );
    fc.assert(
      fc.property(fc.array(event), (events) => {
        let state: ConnectionState = { name: 'connecting', attempt: 0 };
        for (const next of events) {
          const after = reduceConnection(state, next);
          if (state.name === 'closed') assert.equal(after, state);
          if (after.name === 'connected' && state.name !== 'connected')
            assert.equal(state.name, 'connecting');
          state = after;
        }
      }),
    );
  });
});
