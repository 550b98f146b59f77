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

  it('tells of a file that broke what is wrong with it now, not with its earlier text', async () => {
    const file = path.join(parent, 'config.jsonc');
    await writeFile(file, '{ "idelMinutes": 3, "idleMinutes": 7 }');
    const store = await ConfigStore.load({ stateDir: parent, flags: {}, env: {} });
    const messages = () => store.problems.map(({ message }) => message);
    assert.deepEqual(messages(), ['idelMinutes: There is no such setting.']);
    try {
      const changed = new Promise<void>((resolve) => store.watch(() => resolve(), assert.ifError));
      await writeFile(file, '{ "idelMinutes": 3 "idleMinutes": 7 }');
      await changed;
      assert.deepEqual(messages(), ['This is not valid JSON with comments: comma expected.']);
      assert.match(store.problems[0]?.hint ?? '', /what it said before counts/);
      assert.equal(store.values.idleMinutes, 7);
    } finally {
      store.close();
    }
  });
});
