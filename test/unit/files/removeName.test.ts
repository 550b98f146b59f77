import assert from 'node:assert/strict';
import {
  link,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { placingFs, type PlacingFs } from '../../../src/files/placingFs.ts';
import { removeName } from '../../../src/files/removeName.ts';
import type { DffmpegError } from '../../../src/protocol/errors.ts';
import type { FileIdentity } from '../../../src/protocol/fileState.ts';
import { systemError, withoutHardLinks } from './support/killedFs.ts';

const key = 'job-home';
const film = 'what was filmed';
const cut = 'a new cut';

describe('removing the old name of a file', () => {
  let root: string;
  let file: string;
  let identity: FileIdentity;

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-name-'));
    file = path.join(root, 'clip.mp4');
    await writeFile(file, film);
    await link(file, path.join(root, 'home.mp4'));
    identity = await identityOf(file);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function contents(): Promise<Record<string, string>> {
    const names = (await readdir(root)).sort();
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await readFile(path.join(root, name), 'utf8')])),
    ) as Record<string, string>;
  }

  /** An editor saves by a rename just before the name gets a hidden one; `then`: what happens once it has. */
  function savedInBetween(fs: PlacingFs, then: () => Promise<unknown> = () => Promise.resolve()): PlacingFs {
    return {
      ...fs,
      async rename(from, to) {
        const isFirst = from === file;
        if (isFirst) {
          await writeFile(path.join(root, 'new'), cut);
          await rename(path.join(root, 'new'), file);
        }
        await fs.rename(from, to);
        if (isFirst) await then();
      },
    };
  }

  it('is done also where the file system answers as if the rename were not', async () => {
    const lying: PlacingFs = {
      ...placingFs,
      async rename(from, to) {
        await placingFs.rename(from, to);
        throw systemError('ENOENT');
      },
    };
    await removeName(lying, file, identity, key);
    assert.deepEqual(await contents(), { 'home.mp4': film });
  });

  it('throws what the file system says where nothing was renamed', async () => {
    const held: PlacingFs = { ...placingFs, rename: () => Promise.reject(systemError('EBUSY')) };
    await assert.rejects(removeName(held, file, identity, key), { code: 'EBUSY' });
    assert.deepEqual(await contents(), { 'clip.mp4': film, 'home.mp4': film });
  });

  for (const [kind, fs] of [
    ['with hard links', placingFs],
    ['without hard links', withoutHardLinks(placingFs)],
  ] as const) {
    it(`gives a stranger’s file its name back, on a file system ${kind}`, async () => {
      await removeName(savedInBetween(fs), file, identity, key);
      assert.deepEqual(await contents(), { 'clip.mp4': cut, 'home.mp4': film });
    });

    it(`says under which name a stranger’s file lies whose own has gone to another, ${kind}`, async () => {
      const taken = savedInBetween(fs, () => writeFile(file, 'a third one'));
      await assert.rejects(removeName(taken, file, identity, key), (error: DffmpegError) => {
        assert.equal(error.code, 'conflict');
        assert.match(error.message, /clip-2\.mp4/);
        return true;
      });
      assert.deepEqual(await contents(), {
        'clip-2.mp4': cut,
        'clip.mp4': 'a third one',
        'home.mp4': film,
      });
    });
  }

  it('gives a stranger’s file one name where its hidden one cannot be removed', async () => {
    const stuck: PlacingFs = { ...placingFs, remove: () => Promise.reject(systemError('EIO')) };
    await assert.rejects(removeName(savedInBetween(stuck), file, identity, key), { code: 'EIO' });
    assert.deepEqual((await readdir(root)).sort(), [`.dffmpeg-${key}.old`, 'clip.mp4', 'home.mp4']);
    // Asked again.
    await removeName(placingFs, file, identity, key);
    assert.deepEqual(await contents(), { 'clip.mp4': cut, 'home.mp4': film });
  });

  it('leaves the name to who has opened it, where a stranger’s file is to have it back without hard links', async function () {
    if (process.platform !== 'linux') this.skip();
    let third: FileHandle | undefined;
    const grabbed: PlacingFs = {
      ...withoutHardLinks(placingFs),
      async createExclusive(at) {
        await placingFs.createExclusive(at);
        if (at === file) third = await open(at, 'w');
      },
    };
    await assert.rejects(removeName(savedInBetween(grabbed), file, identity, key), { code: 'conflict' });
    await third?.writeFile('a third one');
    await third?.close();
    assert.deepEqual(await contents(), { 'clip-2.mp4': cut, 'clip.mp4': 'a third one', 'home.mp4': film });
  });
});
