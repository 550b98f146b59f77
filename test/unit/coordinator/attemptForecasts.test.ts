import assert from 'node:assert/strict';
import { AttemptForecasts } from '../../../src/coordinator/attemptForecasts.ts';

const works = [{ key: 'libx264 medium', amount: 100 }];
const key = { taskId: 't', fence: 1 };
const foreseen = { works, begunAt: 1000, seconds: 60, basis: 'guess' } as const;

describe('what an attempt teaches', () => {
  let forecasts: AttemptForecasts;
  beforeEach(() => (forecasts = new AttemptForecasts()));

  it('is how long its work took, without the way of its files', () => {
    forecasts.started(key, 21_000);
    // Of the second of its results.
    forecasts.started(key, 50_000);
    assert.deepEqual(forecasts.lesson({ ...key, foreseen: { ...foreseen, bytes: 5e6 } }, 61_000), {
      ...{ works, seconds: 40 },
      fetched: { bytes: 5e6, seconds: 20 },
    });
  });

  it('is all of its time where nothing had to come', () => {
    forecasts.started(key, 21_000);
    assert.deepEqual(forecasts.lesson({ ...key, foreseen }, 61_000), { works, seconds: 60 });
  });

  it('is nothing where it stood still, or nobody knew how much there was to do', () => {
    assert.equal(
      forecasts.lesson({ ...key, foreseen: { ...foreseen, works: undefined } }, 61_000),
      undefined,
    );
    forecasts.suspended(key, true);
    forecasts.suspended(key, false);
    assert.equal(forecasts.lesson({ ...key, foreseen }, 61_000), undefined);
  });
});
