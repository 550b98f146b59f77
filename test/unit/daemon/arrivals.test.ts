import assert from 'node:assert/strict';
import { Arrivals } from '../../../src/daemon/arrivals.ts';

class Connection {
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
}

describe('connections that come from outside', () => {
  const { signal } = new AbortController();

  it('are taken in their order, whoever waits for whom', async () => {
    const arrivals = new Arrivals<Connection>();
    const [first, second] = [new Connection(), new Connection()];
    const wanted = arrivals.take(signal);
    arrivals.put(first);
    assert.equal(await wanted, first);
    arrivals.put(second);
    assert.equal(await arrivals.take(signal), second);
  });

  it('take the place of the one in use, and of one that nobody has taken', async () => {
    const arrivals = new Arrivals<Connection>();
    const [first, second, third] = [new Connection(), new Connection(), new Connection()];
    arrivals.put(first);
    await arrivals.take(signal);
    arrivals.put(second);
    assert.ok(first.isClosed);
    arrivals.put(third);
    assert.ok(second.isClosed);
    assert.equal(await arrivals.take(signal), third);
    assert.ok(!third.isClosed);
  });

  it('are waited for until the signal, and not lost by that', async () => {
    const arrivals = new Arrivals<Connection>();
    const end = new AbortController();
    const waiting = arrivals.take(end.signal);
    end.abort(new Error('over'));
    await assert.rejects(waiting, /over/);
    const late = new Connection();
    arrivals.put(late);
    assert.equal(await arrivals.take(signal), late);
    assert.ok(!late.isClosed);
  });
});
