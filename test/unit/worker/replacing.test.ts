import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { asidePath } from '../../../src/files/aside.ts';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { placingFs } from '../../../src/files/placingFs.ts';
import { replacingHandlers } from '../../../src/worker/replacing.ts';

describe('where a worker says that a source lies', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-locate-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('is its own place, aside, or neither', async () => {
    const jobId = 'j1';
    const at = path.join(root, 'clip.mov');
    await writeFile(at, 'what was filmed');
    const { mtimeNs } = await stat(at, { bigint: true });
    const identity = await identityOf(at);
    const source = { path: at, identity, bytes: 15, modified: String(mtimeNs) };
    const result = { path: path.join(root, 'clip.mp4'), identity, bytes: 5 };
    const handlers = replacingHandlers(path.join(root, 'records'), placingFs);
    const locate = () =>
      handlers['source.locate'](
        { jobId, source, result },
        {} as Parameters<(typeof handlers)['source.locate']>[1],
      );
    const aside = asidePath({ path: at, jobId });

    assert.deepEqual(await locate(), { isHome: true });
    await mkdir(path.dirname(aside), { recursive: true });
    await rename(at, aside);
    assert.deepEqual(await locate(), { aside, isHome: false });
    await unlink(aside);
    await writeFile(at, 'another');
    assert.deepEqual(await locate(), { isHome: false });
  });
});
