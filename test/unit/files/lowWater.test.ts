import assert from 'node:assert/strict';
import { LowWater } from '../../../src/files/lowWater.ts';

describe('the low-water mark of a disk', () => {
  let now = 0;
  let left = 0;
  let looks = 0;
  const disk = (): LowWater =>
    new LowWater({
      folder: 'any',
      megabytes: () => 16,
      everyMs: 1000,
      now: () => now,
      free: () => {
        looks += 1;
        return Promise.resolve(left);
      },
    });

  it('is looked at once in a while where there is enough', async () => {
    const watched = disk();
    left = 16e6;
    for (now = 0; now < 3000; now += 100) assert.equal(await watched.below(), undefined);
    assert.equal(looks, 3);
  });

  it('is seen at once when there is room again', async () => {
    const watched = disk();
    left = 15e6;
    assert.equal(await watched.below(), 15e6);
    left = 17e6;
    assert.equal(await watched.below(), undefined);
  });

  it('is none where the file system does not tell', async () => {
    const free = (): Promise<number> => Promise.reject(new Error('no'));
    const watched = new LowWater({ folder: 'any', megabytes: () => 16, everyMs: 1, now: () => 0, free });
    assert.equal(await watched.below(), undefined);
  });
});
