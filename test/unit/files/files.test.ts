import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { copyAsset, lookAtAsset } from '../../../src/files/assetFile.ts';
import { writeFileAtomic } from '../../../src/files/atomicWrite.ts';
import { freeBytes } from '../../../src/files/freeSpace.ts';
import { scanSources } from '../../../src/files/scan.ts';
import { assertUnchanged, checkSource, stateOf } from '../../../src/files/sourceFile.ts';
import {
  isStaged,
  isStagingFolder,
  removeStaging,
  stage,
  stagingKey,
  sweepAttempts,
} from '../../../src/files/staging.ts';
import { Traces } from '../../../src/files/traces.ts';

describe('files', () => {
  let root: string;
  const at = (...names: string[]) => path.join(root, ...names);

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-files-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function touch(...names: string[]): Promise<string> {
    await mkdir(path.dirname(at(...names)), { recursive: true });
    await writeFile(at(...names), 'x');
    return at(...names);
  }

  describe('atomic write', () => {
    it('replaces whole, keeps to its mode, and leaves nothing else', async () => {
      await writeFileAtomic(at('key'), 'one', { mode: 0o600 });
      await writeFileAtomic(at('key'), 'two', { mode: 0o600 });
      assert.equal(await readFile(at('key'), 'utf8'), 'two');
      if (process.platform !== 'win32') assert.equal((await stat(at('key'))).mode & 0o777, 0o600);
      assert.deepEqual(await readdir(root), ['key']);
    });

    it('leaves no temporary file when it fails', async () => {
      await mkdir(at('folder', 'inside'), { recursive: true });
      await assert.rejects(writeFileAtomic(at('folder'), 'x'));
      assert.deepEqual(await readdir(root), ['folder']);
    });
  });

  describe('source', () => {
    it('is a file with content, links followed', async () => {
      const file = await touch('clip.mp4');
      await symlink(file, at('link.mp4'));
      assert.equal((await checkSource(at('link.mp4'))).bytes, 1);
      await writeFile(at('empty.mp4'), '');
      await assert.rejects(checkSource(at('empty.mp4')), { code: 'source-not-media' });
      await assert.rejects(checkSource(root), { code: 'source-unreadable' });
      await assert.rejects(checkSource(at('none.mp4')), { code: 'source-missing' });
      await symlink(at('none.mp4'), at('dangling.mp4'));
      await assert.rejects(checkSource(at('dangling.mp4')), { code: 'source-missing' });
    });

    it('is the same until it is written, replaced or removed', async () => {
      const changes: ((file: string) => Promise<unknown>)[] = [
        (file) => appendFile(file, 'y'),
        (file) => utimes(file, 1, 1),
        (file) => rm(file),
      ];
      for (const [index, change] of changes.entries()) {
        const file = await touch(`${index}.mp4`);
        const before = await checkSource(file);
        await assertUnchanged(before);
        await change(file);
        await assert.rejects(assertUnchanged(before), { code: 'source-changed' });
      }
    });
  });

  it('is not the same after a write whose time was set back, where that counts', async () => {
    const file = await touch('clip.mp4');
    await utimes(file, 1000, 1000);
    const before = await checkSource(file);
    await writeFile(file, 'z');
    await utimes(file, 1000, 1000);
    await assertUnchanged(before);
    await assert.rejects(assertUnchanged(before, true), { code: 'source-changed' });
  });

  describe('scan', () => {
    const noOutputs = { isOwnOutput: () => false, isOwnFolder: () => false };

    it('finds media below folders and takes named files whatever they are', async () => {
      const found = [
        await touch('films', 'a.mp4'),
        await touch('films', 'b.MKV'),
        await touch('films', 'deep', 'er', 'c.mp3'),
      ];
      await touch('films', 'notes.txt');
      await touch('films', '.hidden', 'd.mp4');
      await touch('films', '.e.mp4');
      await touch('films', 'node_modules', 'f.mp4');
      const named = await touch('raw.bin');
      const { files, skipped } = await scanSources([at('films'), named, at('films', 'a.mp4')], noOutputs);
      assert.deepEqual(
        files.map((file) => file.path),
        [...found, named],
      );
      assert.deepEqual(
        files.map((file) => file.bytes),
        [1, 1, 1, 1],
      );
      assert.deepEqual(skipped, []);
    });

    it('leaves out links and own results, and says why', async () => {
      const film = await touch('films', 'a.mp4');
      await touch('films', 'a.web.mp4');
      await touch('films', 'a.hls', 'part.mp4');
      await symlink(film, at('films', 'link.mp4'));
      await symlink(at('films'), at('films', 'loop'));
      const result = await scanSources([at('films'), at('none')], {
        isOwnOutput: (file) => file.includes('.web.'),
        isOwnFolder: (folder) => folder.endsWith('.hls'),
      });
      assert.deepEqual(
        result.files.map((file) => file.path),
        [film],
      );
      assert.deepEqual(
        new Map(result.skipped.map(({ path: file, why }) => [path.basename(file), why])),
        new Map([
          ['a.web.mp4', 'It is a result of an earlier encode.'],
          ['a.hls', 'It is a result of an earlier encode.'],
          ['link.mp4', 'It is a link; links in folders are not followed.'],
          ['none', 'It does not exist.'],
        ]),
      );
    });

    it('counts names that are no text, and takes those that only look so', async function () {
      // Other systems make no such names.
      if (process.platform !== 'linux') return this.skip();
      const found = [await touch('films', 'a.mp4'), await touch('films', 'caf\uFFFD.mp4')];
      const latin1 = (name: string): Buffer => Buffer.from(at('films', name), 'latin1');
      for (const name of ['café.mov', 'über.mov', 'café.txt']) await writeFile(latin1(name), 'x');
      await mkdir(latin1('été'));
      const { files, skipped } = await scanSources([at('films')], noOutputs);
      assert.deepEqual(
        files.map((file) => file.path),
        found,
      );
      assert.deepEqual(skipped, [
        {
          path: at('films'),
          why: '3 names in it are not valid UTF-8: what is called so is left out. Rename them.',
        },
      ]);
    });

    it('stops when asked to', async () => {
      await touch('films', 'a.mp4');
      const stop = new AbortController();
      const scan = scanSources([at('films')], {
        signal: stop.signal,
        isOwnFolder: () => false,
        isOwnOutput: () => {
          stop.abort();
          return false;
        },
      });
      await assert.rejects(scan, { name: 'AbortError' });
    });
  });

  describe('a file that a preset names', () => {
    const copy = (asset: string, maxBytes = 10) =>
      copyAsset({ asset, folder: at('films'), maxBytes, target: at('copy') });

    beforeEach(async () => {
      await mkdir(at('films', 'marks'), { recursive: true });
      await writeFile(at('films', 'marks', 'logo.png'), '0123456789');
    });

    it('is copied from below the source’s folder, also where a link in it leads on within', async () => {
      await copy('marks/logo.png');
      assert.equal(await readFile(at('copy'), 'utf8'), '0123456789');
      await rm(at('copy'));
      await symlink(at('films', 'marks'), at('films', 'linked'));
      await copy('linked/logo.png');
      assert.equal(await readFile(at('copy'), 'utf8'), '0123456789');
    });

    it('is nothing that lies elsewhere, whatever it is called', async () => {
      const secret = await touch('secret');
      await symlink(secret, at('films', 'link'));
      await symlink(root, at('films', 'up'));
      for (const asset of ['link', 'up/secret', '../secret', 'marks/../../secret', '.', '..', 'marks'])
        await assert.rejects(copy(asset), { code: 'asset-unusable' }, asset);
      await assert.rejects(stat(at('copy')), { code: 'ENOENT' });
    });

    it('is refused with a sentence when it is missing or too large', async () => {
      await assert.rejects(copy('none.png'), { code: 'asset-unusable', message: /^There is no none\.png / });
      await assert.rejects(copy('marks/logo.png', 9), { code: 'asset-unusable', message: /is larger than/ });
    });

    it('does not make anybody wait where it is a pipe', async function () {
      if (process.platform === 'win32') return this.skip();
      execFileSync('mkfifo', [at('films', 'pipe')]);
      await assert.rejects(copy('pipe'), { code: 'asset-unusable', message: /not a regular file/ });
    });

    it('is told where it lies, with its state, by the same rules', async () => {
      await symlink(at('films', 'marks'), at('films', 'linked'));
      const look = (asset: string) => lookAtAsset({ asset, folder: at('films'), maxBytes: 10 });
      const { file, state } = await look('linked/logo.png');
      assert.equal(file, at('films', 'marks', 'logo.png'));
      assert.deepEqual(state, stateOf(await checkSource(file)));
      await symlink(await touch('secret'), at('films', 'link'));
      for (const asset of ['link', '../secret', 'marks', 'none.png'])
        await assert.rejects(look(asset), { code: 'asset-unusable' }, asset);
    });

    it('overwrites nothing', async () => {
      await writeFile(at('copy'), 'mine');
      await assert.rejects(copy('marks/logo.png'));
      assert.equal(await readFile(at('copy'), 'utf8'), 'mine');
    });
  });

  describe('space', () => {
    it('is told by the file system', async () => {
      assert.ok((await freeBytes(root)) > 0);
    });
  });

  describe('staged names', () => {
    it('are told from everything else', () => {
      const scratch = path.resolve('/state/scratch/attempts');
      const folders = [
        path.join(scratch, '.dffmpeg-t_1-2.0a1b2c3d.part'),
        path.resolve('/films/.dffmpeg-t-1-2.part'),
      ];
      for (const folder of folders) {
        assert.ok(isStagingFolder(folder), folder);
        for (const name of ['result.mp4', 'hd.mkv', 'stream_1'])
          assert.ok(isStaged(path.join(folder, name)), `${folder} ${name}`);
      }
      assert.deepEqual(
        folders.map((folder) => stagingKey(path.join(folder, 'result.mp4'))),
        ['t_1-2', 't-1-2'],
      );
      const badFolders = [
        path.resolve('/films'),
        path.resolve('/films/.dffmpeg-t-1.mp4'),
        path.resolve('/films/.dffmpeg-t-1.copy'),
        path.resolve('/films/.dffmpeg-.part'),
        path.resolve('/films/.dffmpeg-t-1.part/..'),
        path.join(scratch, 't-1'),
        path.resolve('/films/.dffmpeg-t-1.xyz.part'),
        path.join(scratch, 'other'),
        scratch,
        `${scratch}/.dffmpeg-t-1.part/../.dffmpeg-t-1.part`,
        `${scratch}/.dffmpeg-t-1.part/`,
        '.dffmpeg-t-1.part',
      ];
      for (const folder of badFolders) {
        assert.ok(!isStagingFolder(folder), folder);
        assert.ok(!isStaged(`${folder}${path.sep}result.mp4`), folder);
      }
      const names = ['', '.', '..', '.hidden', '-n', 'a b.mp4', 'a/b.mp4', '../result.mp4', 'a.b.mp4', 'a\n'];
      for (const name of names)
        assert.ok(!isStaged(`${folders[0] ?? ''}${path.sep}${name}`), JSON.stringify(name));
    });

    it('are an empty folder of their own, whatever lay there', async () => {
      const scratchDir = at('scratch');
      const foreign = await touch('foreign', 'keep.txt');
      await mkdir(scratchDir);
      await mkdir(at('films'));
      const traces = new Traces(at('traces'));
      const key = { taskId: 't', fence: 1 };
      const first = await stage({ scratchDir, destination: at('films'), ...key, traces });
      await rm(first, { recursive: true });
      await symlink(at('foreign'), first);
      const folder = await stage({ scratchDir, destination: at('films'), ...key, traces });
      assert.equal(folder, first);
      assert.equal(path.dirname(folder), scratchDir);
      assert.deepEqual(await readdir(folder), []);
      assert.ok((await lstat(folder)).isDirectory());
      await removeStaging(folder, traces);
      assert.deepEqual(await readdir(scratchDir), []);
      assert.equal((await stat(foreign)).size, 1);
      await stage({ scratchDir, destination: at('films'), ...key, traces });
      await sweepAttempts(scratchDir, () => false, new Traces(at('others')).mark);
      assert.equal((await readdir(scratchDir)).length, 1, 'another daemon leaves it alone');
      await sweepAttempts(scratchDir, () => false, new Traces(at('traces')).mark);
      assert.deepEqual(await readdir(scratchDir), [], 'the next one of the same state folder sweeps it');
      await assert.rejects(stage({ scratchDir, destination: at('none'), taskId: 't', fence: 1, traces }), {
        code: 'destination-missing',
      });
    });
  });
});
