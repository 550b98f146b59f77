import assert from 'node:assert/strict';
import { NetworkHost } from './support/networkHost.ts';
import { NetworkLab } from './support/networkLab.ts';
import { coveringNetworkRows, networkRowName } from './support/phases.ts';

// Every phase with every fault: `npm run soak -- network`.
describe('two machines with a cable between them, a part of the table', function () {
  this.timeout(180_000);
  let lab: NetworkLab | undefined;

  before(async function () {
    const problem = await NetworkHost.problem(false);
    if (problem !== undefined) {
      console.log(`      not tried: ${problem}`);
      this.skip();
    }
    lab = await NetworkLab.open();
  });
  after(() => lab?.close());

  for (const row of coveringNetworkRows())
    it(networkRowName(row), async () => {
      assert.deepEqual(await lab?.run(row), []);
    });
});
