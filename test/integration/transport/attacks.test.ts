import assert from 'node:assert/strict';
import { attacks } from './support/attackRows.ts';
import { Door } from './support/door.ts';
import { knock } from './support/rawClient.ts';

describe('attacks from outside', function () {
  this.timeout(60_000);
  let door: Door;

  before(async () => {
    door = await Door.open();
  });

  after(() => door.close());

  for (const { name, unless = () => undefined, attack } of attacks)
    it(name, async function () {
      const why = unless();
      if (why !== undefined) {
        console.log(`      not tried: ${why}`);
        this.skip();
      }
      await attack(door);
      // Whatever was tried: others are served as before.
      const honest = await door.knows('client');
      const { client, answer } = await knock(door.port, { identity: honest.id, key: honest.key });
      assert.equal(answer.status, 101);
      assert.equal((await client.ask('presets.list', {})).t, 'err');
      client.end();
    });

  it('number at least 40', () => {
    assert.ok(attacks.length >= 40, `${attacks.length}`);
    assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length);
  });
});
