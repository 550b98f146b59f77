import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { requireForeign } from '../../../src/files/requireForeign.ts';

describe('requireForeign', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-foreign-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('refuses a folder below the project’s own one, also before that is made', async () => {
    const own = path.join(folder, 'state');
    await mkdir(own);
    await symlink(own, path.join(folder, 'link'));
    for (const below of ['state', 'state/out', 'state/out/more', 'link/out'])
      await assert.rejects(
        requireForeign(path.join(folder, below), [own]),
        /lies in DFFmpeg’s own folder/,
        below,
      );
  });

  it('says nothing of another that is not there', async () => {
    await requireForeign(path.join(folder, 'nowhere', 'at', 'all'), [path.join(folder, 'state')]);
  });
});
