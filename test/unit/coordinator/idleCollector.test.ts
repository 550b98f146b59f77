import assert from 'node:assert/strict';
import { IdleCollector } from '../../../src/coordinator/idleCollector.ts';
import { ManualTimers } from './manualTimers.ts';

describe('IdleCollector', () => {
  it('gives memory back once, when there was no work for a while', () => {
    const timers = new ManualTimers();
    let given = 0;
    const rest = new IdleCollector(timers, () => (given += 1));
    for (let second = 0; second < 90; second += 1) {
      rest.worked();
      timers.advance(1000);
    }
    assert.equal(given, 0);
    timers.advance(60_000);
    assert.equal(given, 1);
    assert.equal(timers.pending, 0);
    rest.worked();
    rest.stop();
    timers.advance(60_000);
    assert.equal(given, 1);
  });
});
