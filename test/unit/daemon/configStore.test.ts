import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ConfigStore } from '../../../src/daemon/configStore.ts';

describe('ConfigStore', () => {
  let parent: string;

  beforeEach(async () => {
    parent = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-config-'));
  });

  afterEach(async () => {
    await rm(parent, { recursive: true });
  });

  it('follows the files by looking at them where the system cannot watch', async () => {
    // A folder that is not there yet cannot be watched, like any when the system has no watches left.
    const stateDir = path.join(parent, 'state');
    const store = await ConfigStore.load({ stateDir, flags: { settingsPollSeconds: '0.05' }, env: {} });
    const errors: unknown[] = [];
    try {
      const changed = new Promise<number>((resolve) => {
        store.watch(
          ({ values }) => {
            if (values.idleMinutes === 7) resolve(values.idleMinutes);
          },
          (error) => errors.push(error),
        );
      });
      assert.equal(errors.length, 1);
      await mkdir(stateDir);
      await writeFile(path.join(stateDir, 'config.jsonc'), '{ "idleMinutes": 7 }');
      assert.equal(await changed, 7);
    } finally {
      store.close();
    }
  });
});
