import assert from 'node:assert/strict';
import { RoomWatch } from '../../../src/worker/roomWatch.ts';
import { ManualTimers } from '../coordinator/manualTimers.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('RoomWatch', () => {
  it('tells once of room, and looks no more when nothing waits', async () => {
    const timers = new ManualTimers();
    let told = '';
    let room = false;
    const watch = new RoomWatch({ everyMs: () => 3000, timers, hasRoom: () => Promise.resolve(room) });
    assert.equal(timers.pending, 0);
    for (const name of ['a', 'b']) watch.expect(name, [], () => (told += name));
    timers.advance(3000);
    await turn();
    assert.equal(told, '');
    watch.forget('b');
    room = true;
    timers.advance(3000);
    await turn();
    assert.equal(told, 'a');
    assert.equal(timers.pending, 0);
    watch.expect('c', [], () => (told += 'c'));
    watch.close();
    timers.advance(3000);
    await turn();
    assert.equal(told, 'a');
  });
});
