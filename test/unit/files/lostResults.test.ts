import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { briefKey } from '../../../src/files/contentKey.ts';
import { lostResults } from '../../../src/files/lostResults.ts';
import { placingFs } from '../../../src/files/placingFs.ts';

describe('results of a job that is tried again', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-lost-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('are lost where they were deleted, or are not what was put there', async () => {
    const at = (name: string): string => path.join(root, name);
    for (const name of ['same', 'longer', 'other', 'old']) await writeFile(at(name), 'a film');
    const content = await briefKey(at('same'));
    await writeFile(at('longer'), 'a film, and more');
    await writeFile(at('other'), 'a cake');
    for (const name of ['ladder', 'shortened']) {
      await mkdir(at(name));
      await writeFile(path.join(at(name), 'master.m3u8'), 'a film');
    }
    const results = [
      { output: 0, path: at('same'), bytes: 6, content },
      { output: 1, path: at('longer'), bytes: 6, content },
      { output: 2, path: at('other'), bytes: 6, content },
      { output: 3, path: at('deleted'), bytes: 6, content },
      // Made before its content was known.
      { output: 4, path: at('old'), bytes: 6 },
      { output: 5, path: at('ladder'), bytes: 6 },
      { output: 6, path: at('shortened'), bytes: 9 },
      // Its disk may be away.
      { output: 7, path: path.join(root, 'away', 'film.mp4'), bytes: 6, content },
    ];
    assert.deepEqual(await lostResults(results, placingFs), [1, 2, 3, 6]);
  });
});
