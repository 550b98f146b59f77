import assert from 'node:assert/strict';
import { RightOfWay } from '../../../src/worker/rightOfWay.ts';

describe('the right of way', () => {
  const { signal } = new AbortController();
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('is given while nothing urgent is under way, however that ends', async () => {
    const way = new RightOfWay();
    await way.given(signal);
    const [first, second] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
    const acts = [way.urgent(() => first.promise), way.urgent(() => second.promise)] as const;
    let isGiven = false;
    const given = way.given(signal).then(() => (isGiven = true));
    first.resolve(1);
    assert.equal(await acts[0], 1);
    await turn();
    assert.equal(isGiven, false);
    second.reject(new Error('It went wrong.'));
    await assert.rejects(acts[1], /went wrong/);
    assert.equal(await given, true);
  });

  it('is waited for no longer than is wanted', async () => {
    const way = new RightOfWay();
    const act = Promise.withResolvers<undefined>();
    const urgent = way.urgent(() => act.promise);
    const end = new AbortController();
    const given = way.given(end.signal);
    end.abort(new Error('It is over.'));
    await assert.rejects(given, /It is over/);
    await assert.rejects(way.given(end.signal), /It is over/);
    act.resolve(undefined);
    await urgent;
  });
});
