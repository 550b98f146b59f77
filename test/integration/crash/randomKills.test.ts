import assert from 'node:assert/strict';
import { kinds } from './support/kinds.ts';
import { CrashLab } from './support/lab.ts';

const count = 20;

// 200 of them: `npm run soak`.
describe('kills at random moments', function () {
  this.timeout(180_000);
  let lab: CrashLab;

  before(async () => {
    lab = await CrashLab.open();
  });
  after(() => lab.close());

  const first = Math.floor(Math.random() * 1_000_000);
  for (let index = 0; index < count; index += 1) {
    const kind = kinds[index % kinds.length];
    if (kind)
      it(`leave each result once and right (${kind.name}, seed ${first + index})`, async () => {
        const { wrong } = await lab.runRandom({ kind, seed: first + index });
        assert.deepEqual(wrong, []);
      });
  }
});
