import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { defaultClientSettings, readClientSettings } from '../../../src/client/clientSettings.ts';

describe('the settings of those who connect', () => {
  let root = '';
  before(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-client-settings-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('are the defaults where nothing is said', async () => {
    assert.deepEqual(await readClientSettings(path.join(root, 'nowhere'), {}), defaultClientSettings);
  });

  it('come from the variable, else from the files of the daemon; what is wrong is passed over', async () => {
    await writeFile(
      path.join(root, 'config.jsonc'),
      '{ // mine\n "dialAttempts": 7, "submitsAtOnce": "many" }',
    );
    await writeFile(path.join(root, 'config.vscode.json'), '{ "dialAttempts": 8, "submitsAtOnce": 9 }');
    const settings = await readClientSettings(root, { DFFMPEG_RECONNECT_MIN_MS: '5' });
    assert.equal(settings.reconnectMinMs, 5);
    assert.equal(settings.dialAttempts, 7);
    assert.equal(settings.submitsAtOnce, 9);
  });
});
