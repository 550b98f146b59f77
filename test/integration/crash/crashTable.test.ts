import assert from 'node:assert/strict';
import { CrashLab } from './support/lab.ts';
import { coveringRows, rowName } from './support/rows.ts';

// The whole table: `npm run soak`.
describe('the crash table, a part of it', function () {
  this.timeout(180_000);
  let lab: CrashLab;

  before(async () => {
    lab = await CrashLab.open();
  });
  after(() => lab.close());

  for (const row of coveringRows())
    it(rowName(row), async function () {
      if (row.fault === 'disk full' && !lab.disks.small) this.skip();
      const { wrong } = await lab.run(row);
      assert.deepEqual(wrong, []);
    });
});
