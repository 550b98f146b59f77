import assert from 'node:assert/strict';
import type { FileHandle } from 'node:fs/promises';
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { place, recoverPlacement } from '../../../src/files/placing.ts';
import { placingFs, type PlacingFs } from '../../../src/files/placingFs.ts';
import { killedAt, systemError, unsynced, withoutHardLinks } from './support/killedFs.ts';
import { MemoryDisk } from './support/memoryDisk.ts';

/** File systems that the test machine may not have: what they answer is taken from libuv's tables. */
const fileSystems: Record<string, (fs: PlacingFs, scratch: string) => PlacingFs> = {
  'with hard links': (fs) => fs,
  'without hard links': (fs) => ({ ...fs, link: () => Promise.reject(systemError('EPERM')) }),
  'other than the scratch': (fs, scratch) => elsewhere(fs, scratch),
  'other than the scratch, without hard links': (fs, scratch) => ({
    ...elsewhere(fs, scratch),
    link: (from) => Promise.reject(systemError(from.startsWith(scratch) ? 'EXDEV' : 'ENOTSUP')),
  }),
  'that replaces no folder': (fs) => replacesNoFolder(fs),
  'other than the scratch, that replaces no folder': (fs, scratch) =>
    replacesNoFolder(elsewhere(fs, scratch)),
};

function elsewhere(fs: PlacingFs, scratch: string): PlacingFs {
  const unless =
    (step: 'link' | 'rename'): PlacingFs['link'] =>
    (from, to) =>
      from.startsWith(scratch) ? Promise.reject(systemError('EXDEV')) : fs[step](from, to);
  return { ...fs, link: unless('link'), rename: unless('rename') };
}

/** Windows. */
function replacesNoFolder(fs: PlacingFs): PlacingFs {
  return {
    ...fs,
    replacesEmptyFolders: () => Promise.resolve(false),
    rename: async (from, to) => {
      if ((await fs.isFolder(from)) && (await fs.identity(to))) throw systemError('EPERM');
      await fs.rename(from, to);
    },
  };
}

/** What is placed: name in its folder → content; a result that is a file has the one name ``. */
const results: Record<string, { staged: string; name: string; files: Record<string, string> }> = {
  'a file': { staged: 'result.mp4', name: 'clip.web.mp4', files: { '': 'the whole result' } },
  'a folder': {
    staged: 'stream',
    name: 'clip.stream',
    files: {
      [path.sep + 'master.m3u8']: '#EXTM3U',
      [path.join(path.sep, '720p', 'one.ts')]: 'first',
      [path.join(path.sep, '720p', 'two.ts')]: '',
    },
  },
};

describe('placing', function () {
  // Hundreds of kills, each with files of its own.
  this.timeout(60_000);
  let root: string;
  let scratch: string;
  let destination: string;
  let recordDir: string;

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-placing-'));
    scratch = path.join(root, 'scratch');
    destination = path.join(root, 'films');
    recordDir = path.join(root, 'placements');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  for (const [kind, result] of Object.entries(results)) {
    describe(kind, () => {
      let staged: string;
      let target: string;

      beforeEach(async () => {
        staged = path.join(scratch, '.dffmpeg-t1-1.part', result.staged);
        target = path.join(destination, result.name);
        await reset();
      });

      async function reset(): Promise<void> {
        for (const folder of [scratch, destination, recordDir])
          await rm(folder, { recursive: true, force: true });
        await mkdir(destination, { recursive: true });
        for (const [name, text] of Object.entries(result.files)) {
          await mkdir(path.dirname(staged + name), { recursive: true });
          await writeFile(staged + name, text);
        }
      }

      async function assertWhole(at: string, where?: string): Promise<void> {
        for (const [name, text] of Object.entries(result.files))
          assert.equal(await readFile(at + name, 'utf8'), text, where);
      }

      /** Nothing but the result, and that whole. */
      async function assertPlaced(where?: string): Promise<void> {
        assert.deepEqual(await readdir(destination), [result.name], where);
        await assertWhole(target, where);
        assert.deepEqual(await readdir(path.dirname(staged)), [], where);
      }

      function writeTo(disk: MemoryDisk): void {
        for (const [name, text] of Object.entries(result.files)) {
          for (let at = path.dirname(staged + name); at.startsWith(staged); at = path.dirname(at))
            if (disk.list(at).length === 0 || !disk.list(at).includes(at)) disk.createFolder(at);
          disk.write(staged + name, text);
        }
      }

      // Links are for files, and the rest is for folders.
      const irrelevant = kind === 'a file' ? 'replaces no folder' : 'without hard links';
      for (const [name, make] of Object.entries(fileSystems)) {
        if (name.includes(irrelevant)) continue;
        describe(`on a file system ${name}`, () => {
          const fs = (): PlacingFs => make(unsynced, scratch);

          it('places, and leaves nothing else', async () => {
            const synced = make(placingFs, scratch);
            assert.equal(await place({ staged, path: target, recordDir, fs: synced }), 'placed');
            await assertPlaced();
          });

          it('never replaces', async () => {
            const others = [
              () => writeFile(target, 'somebody else’s'),
              () => writeFile(target, ''),
              () => mkdir(target),
              () => mkdir(path.join(target, 'full'), { recursive: true }),
            ];
            for (const make of others) {
              await reset();
              await make();
              const before = await identityOf(target);
              assert.equal(await place({ staged, path: target, recordDir, fs: fs() }), 'taken');
              assert.deepEqual(await identityOf(target), before);
              assert.deepEqual(await readdir(destination), [result.name]);
              await assertWhole(staged);
            }
          });

          for (const when of ['before', 'after'] as const) {
            it(`ends right after a kill ${when} any step`, async () => {
              let steps = 0;
              for (let step = 1; ; step += 1) {
                await reset();
                const identity = await identityOf(staged);
                const killed = killedAt(fs(), step, when);
                const placement = { staged, path: target, recordDir };
                await place({ ...placement, fs: killed.fs }).catch(() => undefined);
                if (!killed.died()) break;
                steps = step;
                const outcome = await recoverPlacement({ ...placement, identity, fs: fs() });
                const where = `killed ${when} step ${step}`;
                assert.equal(outcome, 'placed', where);
                await assertPlaced(where);
                // Asked once more, as after a kill between the answer and its being stored.
                assert.equal(await recoverPlacement({ ...placement, identity, fs: fs() }), 'placed', where);
              }
              assert.ok(steps > 3, `${steps} steps`);
            });

            it(`ends right after a second kill, ${when} any step of the recovery`, async () => {
              const placement = { staged, path: target, recordDir };
              let more = true;
              for (let first = 1; more; first += 1) {
                for (let second = 1; ; second += 1) {
                  const disk = new MemoryDisk();
                  const memory = make(disk.fs, scratch);
                  writeTo(disk);
                  const identity = await memory.identity(staged);
                  assert.ok(identity);
                  const one = killedAt(memory, first, 'after');
                  await place({ ...placement, fs: one.fs }).catch(() => undefined);
                  more = one.died();
                  const two = killedAt(memory, second, when);
                  await recoverPlacement({ ...placement, identity, fs: two.fs }).catch(() => undefined);
                  if (!two.died()) break;
                  const where = `killed after step ${first}, then ${when} step ${second}`;
                  assert.equal(
                    await recoverPlacement({ ...placement, identity, fs: memory }),
                    'placed',
                    where,
                  );
                  const files = disk.list(destination).filter((file) => disk.text(file) !== undefined);
                  assert.deepEqual(
                    files,
                    Object.keys(result.files)
                      .map((each) => target + each)
                      .sort(),
                    where,
                  );
                  for (const [each, text] of Object.entries(result.files))
                    assert.equal(disk.text(target + each), text, where);
                  assert.deepEqual(disk.list(scratch), [], where);
                }
              }
            });
          }

          it('says taken when somebody else took the name while it was down', async () => {
            const identity = await identityOf(staged);
            await writeFile(target, 'somebody else’s');
            const outcome = await recoverPlacement({ staged, path: target, recordDir, identity, fs: fs() });
            assert.equal(outcome, 'taken');
            assert.equal(await readFile(target, 'utf8'), 'somebody else’s');
            await assertWhole(staged);
          });

          it('says gone when the staged result is no more', async () => {
            const identity = await identityOf(staged);
            const placement = { staged, path: target, recordDir, identity, fs: fs() };
            // Made while the staged one is there: a file system gives the number of a deleted one out again.
            const stranger = path.join(root, 'stranger');
            await writeFile(stranger, 'somebody else’s');
            await rename(staged, path.join(root, 'moved away'));
            assert.equal(await recoverPlacement(placement), 'gone');
            await rename(stranger, target);
            assert.equal(await recoverPlacement(placement), 'gone');
            assert.equal(await readFile(target, 'utf8'), 'somebody else’s');
          });
        });
      }

      it('says which folder is missing', async () => {
        await rm(destination, { recursive: true });
        await assert.rejects(place({ staged, path: target, recordDir }), { code: 'destination-missing' });
      });
    });
  }

  async function stageOne(name: string, text?: string): Promise<{ staged: string; target: string }> {
    const staged = path.join(scratch, '.dffmpeg-t1-1.part', name);
    await mkdir(text === undefined ? staged : path.dirname(staged), { recursive: true });
    await writeFile(text === undefined ? path.join(staged, 'a.ts') : staged, text ?? 'a');
    await mkdir(destination);
    return { staged, target: path.join(destination, 'clip') };
  }

  it('does not place what the disk has not taken, also when it says so only once', async () => {
    const { staged, target } = await stageOne('result.mp4', 'the whole result');
    for (const code of ['ENOSPC', 'EIO']) {
      let told = false;
      const thin: PlacingFs = {
        ...placingFs,
        syncResult: (result) => {
          if (told) return placingFs.syncResult(result);
          told = true;
          return Promise.reject(systemError(code));
        },
      };
      await assert.rejects(place({ staged, path: target, recordDir, fs: thin }), { code: 'result-damaged' });
      assert.deepEqual(await readdir(destination), []);
    }
  });

  it('keeps a stranger’s file that is empty yet, where a kill came before the name was reserved', async function () {
    if (process.platform !== 'linux') this.skip();
    const { staged, target } = await stageOne('result.mp4', 'the whole result');
    const identity = await identityOf(staged);
    let dead = false;
    const dying: PlacingFs = {
      ...withoutHardLinks(placingFs),
      createExclusive: () => {
        dead = true;
        return Promise.reject(systemError('EIO'));
      },
      writeText: (file, text) =>
        dead ? Promise.reject(systemError('EIO')) : placingFs.writeText(file, text),
    };
    await assert.rejects(place({ staged, path: target, recordDir, fs: dying }));
    await using stranger = await open(target, 'w');
    const placement = { staged, path: target, recordDir, identity };
    assert.equal(await recoverPlacement(placement), 'taken');
    await stranger.writeFile('somebody else’s');
    assert.equal(await readFile(target, 'utf8'), 'somebody else’s');
  });

  it('knows its reservation again where a new mount has given it another number, and a stranger’s not', async () => {
    const { staged, target } = await stageOne('result.mp4', 'the whole result');
    const killed: PlacingFs = {
      ...withoutHardLinks(placingFs),
      rename: () => Promise.reject(new Error('killed')),
      remove: () => Promise.reject(new Error('killed')),
    };
    await assert.rejects(place({ staged, path: target, recordDir, fs: killed }));
    assert.equal((await stat(target)).size, 0);
    const mounted: PlacingFs = {
      ...withoutHardLinks(placingFs),
      async identity(file) {
        const found = await placingFs.identity(file);
        return found && { device: '9', inode: `9${found.inode}` };
      },
    };
    const identity = await mounted.identity(staged);
    assert.ok(identity);
    const again = { staged, path: target, recordDir, identity, fs: mounted };
    await utimes(target, 1, 1);
    assert.equal(await recoverPlacement(again), 'taken', 'made at another time');
    await rm(target);
    await assert.rejects(place({ staged, path: target, recordDir, fs: killed }));
    assert.equal(await recoverPlacement(again), 'placed');
    assert.equal(await readFile(target, 'utf8'), 'the whole result');
  });

  it('keeps a stranger’s file that slips in at the placeholder', async () => {
    const { staged, target } = await stageOne('result.mp4', 'the whole result');
    const slow: PlacingFs = {
      ...withoutHardLinks(placingFs),
      async createExclusive(file) {
        await placingFs.createExclusive(file);
        await rm(file);
        await writeFile(file, 'somebody else’s');
      },
    };
    // Its identity is what the placeholder's seems to be: only the content tells.
    assert.equal(await place({ staged, path: target, recordDir, fs: slow }), 'taken');
    assert.equal(await readFile(target, 'utf8'), 'somebody else’s');
  });

  for (const replaces of [true, false])
    it(`keeps what somebody puts into the reserved folder, where it is ${replaces ? '' : 'not '}replaced`, async () => {
      const { staged, target } = await stageOne('stream');
      const slow: PlacingFs = {
        ...placingFs,
        async replacesEmptyFolders() {
          await writeFile(path.join(target, 'theirs.txt'), 'somebody else’s');
          return Promise.resolve(replaces);
        },
      };
      assert.equal(await place({ staged, path: target, recordDir, fs: slow }), 'taken');
      assert.deepEqual(await readdir(target), ['theirs.txt']);
      assert.ok((await stat(path.join(staged, 'a.ts'))).size > 0);
    });

  it('leaves the name to a stranger who has opened it, and writes later', async function () {
    if (process.platform !== 'linux') this.skip();
    const { staged, target } = await stageOne('result.mp4', 'the whole result');
    let stranger: FileHandle | undefined;
    const grabbed: PlacingFs = {
      ...withoutHardLinks(placingFs),
      async createExclusive(file) {
        await placingFs.createExclusive(file);
        stranger = await open(file, 'w');
      },
    };
    assert.equal(await place({ staged, path: target, recordDir, fs: grabbed }), 'taken');
    await stranger?.writeFile('somebody else’s');
    await stranger?.close();
    assert.equal(await readFile(target, 'utf8'), 'somebody else’s');
  });

  it('leaves it to one whom nobody can tell of, such as another user’s program', async function () {
    if (process.platform === 'win32') this.skip();
    const { staged, target } = await stageOne('result.mp4', 'the whole result');
    let stranger: FileHandle | undefined;
    const unseen: PlacingFs = {
      ...withoutHardLinks(placingFs),
      async isWrittenTo(file) {
        // Opens it after the look, and cuts off what it has not: that is all that shows.
        if (file === target) stranger ??= await open(file, 'w');
        return false;
      },
    };
    assert.equal(await place({ staged, path: target, recordDir, fs: unseen }), 'taken');
    await stranger?.writeFile('somebody else’s');
    await stranger?.close();
    assert.equal(await readFile(target, 'utf8'), 'somebody else’s');
  });

  it('places nothing but what was verified', async () => {
    const { staged, target } = await stageOne('result.mp4', 'the whole result');
    const identity = await identityOf(staged);
    const verified = { staged, path: target, recordDir, identity, bytes: 16 };
    await writeFile(staged, 'half of');
    await assert.rejects(place(verified), { code: 'result-damaged' });
    await writeFile(`${staged}.new`, 'the whole result');
    await rename(`${staged}.new`, staged);
    await assert.rejects(place(verified), { code: 'result-damaged' });
    assert.deepEqual(await readdir(destination), []);
  });

  it('takes the name back from what another program has put where the verified one lay, in the very moment', async () => {
    for (const across of [false, true]) {
      await rm(root, { recursive: true, force: true });
      const { staged, target } = await stageOne('result.mp4', 'the whole result');
      const identity = await identityOf(staged);
      const late: PlacingFs = {
        ...placingFs,
        async link(from, to) {
          if (across && from === staged) throw systemError('EXDEV');
          await rm(from);
          await writeFile(`${from}.new`, 'half of');
          await rename(`${from}.new`, from);
          await placingFs.link(from, to);
        },
      };
      await assert.rejects(place({ staged, path: target, recordDir, identity, bytes: 16, fs: late }), {
        code: 'result-damaged',
      });
      assert.deepEqual(await readdir(destination), []);
    }
  });

  describe('where a request is done, and answered as if it were not', () => {
    const lying = (code: string, fs: PlacingFs): PlacingFs => ({
      ...fs,
      async link(from, to) {
        await fs.link(from, to);
        throw systemError(code);
      },
      async rename(from, to) {
        await fs.rename(from, to);
        throw systemError(code);
      },
    });
    for (const code of ['ENOENT', 'EACCES', 'EPERM', 'EEXIST', 'EXDEV', 'EROFS'])
      it(`has placed it (${code})`, async () => {
        for (const fs of [placingFs, withoutHardLinks(placingFs)]) {
          await rm(root, { recursive: true, force: true });
          const { staged, target } = await stageOne('result.mp4', 'the whole result');
          const told =
            fs === placingFs ? lying(code, fs) : { ...fs, rename: lying(code, fs).rename.bind(fs) };
          assert.equal(await place({ staged, path: target, recordDir, fs: told }), 'placed');
          assert.equal(await readFile(target, 'utf8'), 'the whole result');
          assert.deepEqual(await readdir(destination), [path.basename(target)]);
        }
      });
  });
});
