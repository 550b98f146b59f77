import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { activated, stateDir } from './support/extension.ts';

/** Named so that it runs before the tests that start the daemon. */
describe('activation', () => {
  it('takes less than 50 ms', async () => {
    const { activationTime } = await activated();
    assert.ok(activationTime < 50, `${activationTime.toFixed(1)} ms`);
  });

  it('starts no daemon and writes nothing', async () => {
    const { services } = await activated();
    await services.begin();
    assert.equal(services.session.link.kind, 'idle');
    assert.ok(!existsSync(path.join(stateDir(), 'daemon.json')));
    assert.deepEqual(existsSync(stateDir()) ? readdirSync(stateDir()) : [], []);
    assert.equal(services.statusBar.text, undefined);
    assert.equal(services.viewStateKeeper.current, 'empty');
  });

  it('starts no daemon for a Jobs view without jobs to show', async () => {
    const { services } = await activated();
    await services.session.watch();
    assert.equal(services.session.link.kind, 'idle');
  });
});
