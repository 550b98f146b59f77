import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { packTar } from '../../../src/files/packTar.ts';
import type { TarEntry } from '../../../src/files/tar.ts';

describe('an archive', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-tar-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function entries(): Promise<TarEntry[]> {
    await writeFile(path.join(folder, 'one'), 'x'.repeat(1024));
    return [
      { name: 'dffmpeg', content: '#!/bin/sh\necho hello\n', executable: true },
      { name: 'program/one.mjs', file: path.join(folder, 'one') },
      { name: 'program/empty', content: '' },
    ];
  }

  it('is what tar unpacks, with the rights of its files', async () => {
    const { file, bytes, digest } = await packTar(path.join(folder, 'a.tgz'), await entries(), 6);
    assert.equal((await stat(file)).size, bytes);
    assert.match(digest, /^[0-9a-f]{64}$/);
    const target = path.join(folder, 'target');
    await mkdir(target);
    const said = execFileSync('tar', ['-xzf', file, '-C', target], { encoding: 'utf8', stdio: 'pipe' });
    assert.equal(said, '');
    assert.equal(await readFile(path.join(target, 'program', 'one.mjs'), 'utf8'), 'x'.repeat(1024));
    assert.equal((await stat(path.join(target, 'program', 'empty'))).size, 0);
    if (process.platform === 'win32') return;
    assert.equal(execFileSync(path.join(target, 'dffmpeg'), { encoding: 'utf8' }), 'hello\n');
    assert.equal((await stat(path.join(target, 'program', 'one.mjs'))).mode & 0o111, 0);
  });

  it('is the same to the byte whenever it is made', async () => {
    const first = await packTar(path.join(folder, 'a.tgz'), await entries(), 6);
    const again = await entries();
    await utimes(path.join(folder, 'one'), 1, 1);
    const second = await packTar(path.join(folder, 'b.tgz'), again, 6);
    assert.equal(second.digest, first.digest);
    assert.deepEqual(await readFile(second.file), await readFile(first.file));
  });

  it('is not there where it could not be made', async () => {
    const missing: TarEntry = { name: 'x', file: path.join(folder, 'missing') };
    await assert.rejects(packTar(path.join(folder, 'a.tgz'), [missing], 6), { code: 'ENOENT' });
    await assert.rejects(stat(path.join(folder, 'a.tgz')), { code: 'ENOENT' });
  });
});
