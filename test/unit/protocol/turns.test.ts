import assert from 'node:assert/strict';
import { Turns } from '../../../src/protocol/turns.ts';

describe('turns', () => {
  const never = new AbortController().signal;

  /** Work that ends when it is told to. */
  function work() {
    let end: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (end = resolve));
    return { end, begun: false, done };
  }

  it('are taken by so many at once, the others in their order', async () => {
    const turns = new Turns(2);
    const works = [work(), work(), work(), work()];
    const all = works.map((each) =>
      turns.take(never, () => {
        each.begun = true;
        return each.done;
      }),
    );
    const begun = async (): Promise<boolean[]> => {
      await new Promise((resolve) => setImmediate(resolve));
      return works.map((each) => each.begun);
    };
    assert.deepEqual(await begun(), [true, true, false, false]);
    works[1]!.end();
    assert.deepEqual(await begun(), [true, true, true, false]);
    works[0]!.end();
    assert.deepEqual(await begun(), [true, true, true, true]);
    for (const each of works) each.end();
    await Promise.all(all);
  });

  it('are given back by work that fails', async () => {
    const turns = new Turns(1);
    await assert.rejects(
      turns.take(never, () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal(await turns.take(never, () => Promise.resolve(7)), 7);
  });

  it('are not waited for by who gives up', async () => {
    const turns = new Turns(1);
    const first = work();
    const running = turns.take(never, () => first.done);
    const giveUp = new AbortController();
    const waiting = turns.take(giveUp.signal, () => Promise.reject(new Error('begun all the same')));
    const refused = assert.rejects(waiting, { code: 'cancelled' });
    const last = turns.take(never, () => Promise.resolve('last'));
    giveUp.abort(new Error('given up'));
    await refused;
    first.end();
    await running;
    assert.equal(await last, 'last');
    await assert.rejects(turns.take(giveUp.signal, () => Promise.resolve()));
  });
});
