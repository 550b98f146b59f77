import assert from 'node:assert/strict';
import { Departure } from '../../../src/daemon/departure.ts';
import { ManualTimers } from '../coordinator/manualTimers.ts';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('the departure of a daemon', () => {
  let running: number;
  let said: string[];
  let listeners: Set<() => void>;
  let timers: ManualTimers;
  let departure: Departure;

  beforeEach(() => {
    [running, said, listeners, timers] = [1, [], new Set(), new ManualTimers()];
    departure = new Departure({
      timers,
      minutes: () => 30,
      running: () => Promise.resolve(running),
      giveNothingMore: () => said.push('nothing more'),
      onActivity: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      leave: (why) => said.push(why),
      onError: (error) => assert.fail(String(error)),
    });
  });

  const jobEnds = async (left: number): Promise<void> => {
    running = left;
    for (const listener of listeners) listener();
    await turns();
  };

  it('begins nothing more, and leaves when the last that ran has ended', async () => {
    running = 2;
    departure.begin('newer');
    departure.begin('again');
    await jobEnds(1);
    assert.deepEqual(said, ['nothing more']);
    await jobEnds(0);
    assert.deepEqual(said, ['nothing more', 'newer']);
    timers.advance(31 * 60_000);
    assert.equal(said.length, 2);
  });

  it('leaves at once where nothing runs', async () => {
    running = 0;
    departure.begin('gone');
    await turns();
    assert.deepEqual(said, ['nothing more', 'gone']);
  });

  it('waits no longer than its setting says', async () => {
    departure.begin('newer');
    timers.advance(29 * 60_000);
    await turns();
    assert.equal(said.length, 1);
    timers.advance(60_000);
    assert.deepEqual(said, ['nothing more', 'newer; what still runs goes back to the queue']);
  });
});
