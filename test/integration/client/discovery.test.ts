import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Discovery } from '../../../src/client/discovery.ts';
import { discoveryPath, isProcessAlive, readDiscovery } from '../../../src/client/discovery.ts';

const discovery: Discovery = {
  protocol: '1.0',
  version: '1.0.0',
  build: 'b',
  pid: process.pid,
  startTime: 1,
  url: 'ws://127.0.0.1:1/channel',
  key: 'k'.repeat(43),
};

describe('discovery file', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-discovery-'));
  });
  afterEach(() => rm(stateDir, { recursive: true }));
  const write = (text: string): Promise<void> => writeFile(discoveryPath(stateDir), text, { mode: 0o600 });

  it('is read', async () => {
    await write(JSON.stringify(discovery));
    assert.deepEqual(await readDiscovery(stateDir), discovery);
  });

  it('that is not there, or whose folder is not, is none', async () => {
    assert.equal(await readDiscovery(stateDir), undefined);
    assert.equal(await readDiscovery(path.join(stateDir, 'no', 'such')), undefined);
  });

  for (const text of ['', '{', '[]', 'null', '{"protocol":"1.0"}', JSON.stringify({ ...discovery, pid: -1 })])
    it(`with ${text.slice(0, 30) || 'nothing'} in it is none`, async () => {
      await write(text);
      assert.equal(await readDiscovery(stateDir), undefined);
    });

  if (process.platform !== 'win32')
    for (const mode of [0o640, 0o604, 0o644, 0o660])
      it(`of mode ${mode.toString(8)} is refused: its key is no secret`, async () => {
        await write(JSON.stringify(discovery));
        await chmod(discoveryPath(stateDir), mode);
        await assert.rejects(readDiscovery(stateDir), { code: 'forbidden' });
      });

  it('that is a folder is none', async () => {
    await mkdir(discoveryPath(stateDir), { mode: 0o700 });
    assert.equal(await readDiscovery(stateDir), undefined);
  });

  it('knows a living process from a dead one', () => {
    assert.ok(isProcessAlive(process.pid));
    assert.ok(!isProcessAlive(2 ** 30));
  });
});
