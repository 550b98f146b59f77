import assert from 'node:assert/strict';
import { Coalescer, type Timers } from '../../../src/extension/model/coalescer.ts';

function handTimers(): Timers & { run(): void } {
  const due = new Set<() => void>();
  return {
    set: (callback) => {
      due.add(callback);
      return { dispose: () => due.delete(callback) };
    },
    run: () => {
      const now = [...due];
      due.clear();
      for (const callback of now) callback();
    },
  };
}

describe('a coalescer', () => {
  it('flushes the first change at once and the rest together, once an interval', () => {
    const timers = handTimers();
    const flushed: string[][] = [];
    const coalescer = new Coalescer<string>(250, (changed) => flushed.push([...changed]), timers);
    coalescer.add('a');
    coalescer.add('b');
    coalescer.add('c');
    coalescer.add('b');
    assert.deepEqual(flushed, [['a']]);
    timers.run();
    assert.deepEqual(flushed, [['a'], ['b', 'c']]);
    timers.run();
    assert.equal(flushed.length, 2);
    coalescer.add('d');
    assert.deepEqual(flushed.at(-1), ['d']);
  });

  it('says nothing after it was disposed of', () => {
    const timers = handTimers();
    let flushes = 0;
    const coalescer = new Coalescer<string>(250, () => (flushes += 1), timers);
    coalescer.add('a');
    coalescer.add('b');
    coalescer.dispose();
    timers.run();
    assert.equal(flushes, 1);
  });
});
