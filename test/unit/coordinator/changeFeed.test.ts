import assert from 'node:assert/strict';
import { ChangeFeed } from '../../../src/coordinator/changeFeed.ts';
import type { Store } from '../../../src/coordinator/store.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { ManualTimers } from './manualTimers.ts';

describe('changeFeed', () => {
  it('tells what it could not read as soon as the store is back', async () => {
    const timers = new ManualTimers();
    let away = false;
    let revision = 0;
    const store = {
      revision: () => Promise.resolve(revision),
      changesSince: () =>
        away
          ? Promise.reject(new DffmpegError('store-unavailable', 'It is away.'))
          : Promise.resolve({ jobs: [], removed: [], cursor: revision, more: false, gap: false }),
    } as Partial<Store> as Store;
    const failed = Promise.withResolvers<DffmpegError>();
    const feed = new ChangeFeed({ store, timers, retryMs: 1_000, onError: failed.resolve });
    const told = Promise.withResolvers<number>();
    await feed.follow(({ cursor }) => {
      told.resolve(cursor);
    });
    revision = 7;
    away = true;
    feed.wake();
    assert.equal((await failed.promise).code, 'store-unavailable');
    away = false;
    await new Promise((resolve) => setImmediate(resolve));
    timers.advance(1_000);
    assert.equal(await told.promise, 7);
    await feed.close();
    assert.equal(timers.pending, 0);
  });
});
