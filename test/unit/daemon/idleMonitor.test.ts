import assert from 'node:assert/strict';
import { IdleMonitor } from '../../../src/daemon/idleMonitor.ts';

class FakeTimers {
  now = 0;
  #pending = new Set<{ at: number; run: () => void }>();
  after(ms: number, run: () => void): () => void {
    const entry = { at: this.now + ms, run };
    this.#pending.add(entry);
    return () => void this.#pending.delete(entry);
  }
  get pending(): number {
    return this.#pending.size;
  }
  advance(ms: number): void {
    this.now += ms;
    for (const entry of [...this.#pending])
      if (entry.at <= this.now) {
        this.#pending.delete(entry);
        entry.run();
      }
  }
}

describe('IdleMonitor', () => {
  function make(minutes: number) {
    const timers = new FakeTimers();
    let left = 0;
    const monitor = new IdleMonitor({ minutes, timers, onIdle: () => (left += 1) });
    return { timers, monitor, left: () => left };
  }

  it('leaves after the whole period without a client and without a job', () => {
    const { timers, left } = make(10);
    timers.advance(10 * 60_000 - 1);
    assert.equal(left(), 0);
    timers.advance(1);
    assert.equal(left(), 1);
  });

  it('keeps no timer once it is closed, whoever goes then', () => {
    const { timers, monitor, left } = make(1);
    monitor.setActivity({ clients: 1 });
    monitor.close();
    monitor.setActivity({ clients: 0 });
    assert.equal(timers.pending, 0);
    timers.advance(10 * 60_000);
    assert.equal(left(), 0);
  });

  for (const what of ['watching', 'pairing'])
    it(`stays while there is something of: ${what}`, () => {
      const { timers, monitor, left } = make(1);
      monitor.setActivity({ [what]: 1 });
      timers.advance(600_000);
      assert.equal(left(), 0);
      monitor.setActivity({ [what]: 0 });
      timers.advance(60_000);
      assert.equal(left(), 1);
    });

  it('begins anew when the last client or the last job goes', () => {
    const { timers, monitor, left } = make(1);
    monitor.setActivity({ clients: 1 });
    timers.advance(600_000);
    monitor.setActivity({ unfinished: 2 });
    monitor.setActivity({ clients: 0 });
    timers.advance(600_000);
    assert.equal(left(), 0);
    monitor.setActivity({ unfinished: 0 });
    timers.advance(59_999);
    assert.equal(left(), 0);
    timers.advance(1);
    assert.equal(left(), 1);
  });

  it('is not put off by news that change nothing', () => {
    const { timers, monitor, left } = make(1);
    timers.advance(30_000);
    monitor.setActivity({ unfinished: 0 });
    timers.advance(30_000);
    assert.equal(left(), 1);
  });

  it('stays for ever with 0, and takes a new setting at once', () => {
    const { timers, monitor, left } = make(0);
    timers.advance(1e9);
    assert.equal(left(), 0);
    monitor.setMinutes(5);
    timers.advance(300_000);
    assert.equal(left(), 1);
  });
});
