import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { asidePath } from '../../../src/files/aside.ts';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { placingFs, type PlacingFs } from '../../../src/files/placingFs.ts';
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

describe('an undo by a worker', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-undo-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('says which second name of the source is left, until that can be removed', async () => {
    const jobId = 'j1';
    const at = path.join(root, 'clip.mov');
    await writeFile(at, 'what was filmed');
    const { mtimeNs } = await stat(at, { bigint: true });
    const source = { path: at, identity: await identityOf(at), bytes: 15, modified: String(mtimeNs) };
    const home = path.join(root, 'clip.web.mp4');
    await writeFile(home, 'small');
    const result = { path: home, identity: await identityOf(home), bytes: 5 };
    const aside = asidePath({ path: at, jobId });
    let isHeld = true;
    const fs: PlacingFs = {
      ...placingFs,
      removeResult: (file) =>
        isHeld && file === aside
          ? Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }))
          : placingFs.removeResult(file),
    };
    const handlers = replacingHandlers(path.join(root, 'records'), fs);
    const context = {} as Parameters<(typeof handlers)['source.restore']>[1];
    const placed = await handlers['source.replace']({ jobId, source, result }, context);
    const undo = { jobId, source, home };
    const first = await handlers['source.restore']({ ...undo, result: placed }, context);
    assert.equal(first.left, aside);
    assert.ok(first.result);
    isHeld = false;
    const second = await handlers['source.restore']({ ...undo, result: first.result }, context);
    assert.equal(second.left, undefined);
    assert.equal(second.result?.path, home);
    assert.deepEqual((await readdir(root)).sort(), ['clip.mov', 'clip.web.mp4', 'records']);
  });
});
