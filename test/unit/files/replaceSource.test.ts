import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { asidePath, ownTimeOf, requireReplaceable, type ReplacedSource } from '../../../src/files/aside.ts';
import { placingFs, type PlacingFs } from '../../../src/files/placingFs.ts';
import {
  discardSource,
  replaceSource,
  restoreSource,
  type Replacing,
} from '../../../src/files/replaceSource.ts';
import type { DffmpegError } from '../../../src/protocol/errors.ts';
import { Traces } from '../../../src/files/traces.ts';
import { killedAt, systemError, unsynced, withoutHardLinks } from './support/killedFs.ts';

const jobId = '01job';
const film = 'what was filmed';
const small = 'the result';

/** What answers differently: file systems without hard links, and a result on another one. */
const fileSystems: Record<string, (fs: PlacingFs, elsewhere: string) => PlacingFs> = {
  'with hard links': (fs) => fs,
  'without hard links': withoutHardLinks,
  'other than the result’s': (fs, elsewhere) => {
    const across = (from: string, to: string): boolean =>
      from.startsWith(elsewhere) !== to.startsWith(elsewhere);
    return {
      ...fs,
      link: (from, to) => (across(from, to) ? Promise.reject(systemError('EXDEV')) : fs.link(from, to)),
      rename: (from, to) => (across(from, to) ? Promise.reject(systemError('EXDEV')) : fs.rename(from, to)),
    };
  },
};

describe('replacing a source', function () {
  // Hundreds of kills, each with files of its own.
  this.timeout(60_000);
  let root: string;
  let films: string;
  let elsewhere: string;

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-replace-'));
    films = path.join(root, 'films');
    elsewhere = path.join(root, 'elsewhere');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('says that the source may not be renamed, where its folder can be written', async () => {
    const source = path.join(films, 'clip.mov');
    const locked: PlacingFs = {
      ...placingFs,
      rename: (from, to) =>
        from === source ? Promise.reject(systemError('EPERM')) : placingFs.rename(from, to),
    };
    const replacing = await begin(source, path.join(films, 'clip.small.mp4'), locked);
    await assert.rejects(replaceSource(replacing), (error: DffmpegError) => {
      assert.equal(error.code, 'destination-unwritable');
      assert.match(error.message, /clip\.mov may not be renamed/);
      return true;
    });
    assert.deepEqual((await readdir(films)).sort(), ['clip.mov', 'clip.small.mp4']);
  });

  it('says what is in its way where the folder for sources cannot be made, and where the source is gone', async () => {
    const folder = path.join(films, '.dffmpeg-replaced');
    for (const put of [() => writeFile(folder, ''), () => symlink(path.join(films, 'nowhere'), folder)]) {
      const replacing = await begin(
        path.join(films, 'clip.mov'),
        path.join(films, 'clip.small.mp4'),
        placingFs,
      );
      await put();
      await assert.rejects(replaceSource(replacing), {
        code: 'destination-unwritable',
        message: `${folder} is no folder: no source can be kept there.`,
      });
      await rm(folder);
      assert.deepEqual((await readdir(films)).sort(), ['clip.mov', 'clip.small.mp4']);
    }
    const source = path.join(films, 'clip.mov');
    const quicker: PlacingFs = {
      ...placingFs,
      rename: async (from, to) => {
        if (from === source) await rename(source, path.join(elsewhere, 'clip.mov'));
        return placingFs.rename(from, to);
      },
    };
    const replacing = await begin(source, path.join(films, 'clip.small.mp4'), quicker);
    await assert.rejects(replaceSource(replacing), {
      code: 'source-changed',
      message: `${source} was moved or deleted since it was encoded.`,
    });
  });

  async function begin(source: string, result: string, fs: PlacingFs): Promise<Replacing> {
    await rm(root, { recursive: true, force: true });
    for (const folder of [films, elsewhere]) await mkdir(folder, { recursive: true });
    await writeFile(source, film);
    await writeFile(result, small);
    return {
      source: await sourceAt(source),
      result: {
        ...{ path: result, identity: await identity(result), bytes: small.length },
        content: await placingFs.content(result),
      },
      recordDir: path.join(root, 'records'),
      fs,
    };
  }

  async function sourceAt(at: string): Promise<ReplacedSource> {
    const stats = await stat(at, { bigint: true });
    return {
      jobId,
      path: at,
      identity: await identity(at),
      bytes: Number(stats.size),
      modified: String(stats.mtimeNs),
      content: await placingFs.content(at),
    };
  }

  async function identity(at: string): Promise<ReplacedSource['identity']> {
    const found = await placingFs.identity(at);
    assert.ok(found);
    return found;
  }

  async function contents(): Promise<Record<string, string>> {
    const found: [string, string][] = [];
    for (const folder of [films, elsewhere])
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
        if (!entry.isDirectory()) {
          const at = path.join(entry.parentPath, entry.name);
          found.push([path.relative(root, at), await readFile(at, 'utf8')]);
        }
    return Object.fromEntries(found.sort());
  }

  const aside = (name: string): string => `films/.dffmpeg-replaced/${jobId}/${name}`;

  for (const [kind, make] of Object.entries(fileSystems))
    for (const name of ['clip.mp4', 'clip.mov'])
      describe(`${name} by an mp4, on a file system ${kind}`, () => {
        const source = (): string => path.join(films, name);
        const result = (): string =>
          kind.startsWith('other') ? path.join(elsewhere, 'clip.web.mp4') : path.join(films, 'clip.web.mp4');
        const home = (): string => path.relative(root, result());
        const fs = (): PlacingFs => make(unsynced, elsewhere);

        it('gives the result the source’s name, and each its own again', async () => {
          const replacing = await begin(source(), result(), make(placingFs, elsewhere));
          const replaced = await replaceSource(replacing);
          assert.equal(replaced.path, path.join(films, 'clip.mp4'));
          assert.deepEqual(await contents(), { [aside(name)]: film, 'films/clip.mp4': small });

          const restored = await restoreSource({ ...replacing, result: replaced, home: result() });
          assert.equal(restored?.path, result());
          assert.deepEqual(await contents(), { [`films/${name}`]: film, [home()]: small });
          assert.deepEqual((await readdir(films)).includes('.dffmpeg-replaced'), false);
        });

        for (const when of ['before', 'after'] as const) {
          it(`loses nothing by a kill ${when} any step of replacing, and goes on`, async () => {
            let steps = 0;
            for (let step = 1; ; step += 1) {
              const replacing = await begin(source(), result(), fs());
              const killed = killedAt(fs(), step, when);
              await replaceSource({ ...replacing, fs: killed.fs }).catch(() => undefined);
              if (!killed.died()) break;
              steps = step;
              const where = `killed ${when} step ${step}`;
              const lying = Object.values(await contents());
              assert.ok(lying.includes(film) && lying.includes(small), where);
              const replaced = await replaceSource(replacing);
              assert.equal(replaced.path, path.join(films, 'clip.mp4'), where);
              assert.deepEqual(await contents(), { [aside(name)]: film, 'films/clip.mp4': small }, where);
            }
            assert.ok(steps > 5, `${steps} steps`);
          });

          it(`loses nothing by a kill ${when} any step of undoing, and goes on`, async () => {
            let steps = 0;
            for (let step = 1; ; step += 1) {
              const replacing = await begin(source(), result(), fs());
              const replaced = await replaceSource(replacing);
              const undo = { ...replacing, result: replaced, home: result() };
              const killed = killedAt(fs(), step, when);
              await restoreSource({ ...undo, fs: killed.fs }).catch(() => undefined);
              if (!killed.died()) break;
              steps = step;
              const where = `killed ${when} step ${step}`;
              const lying = Object.values(await contents());
              assert.ok(lying.includes(film) && lying.includes(small), where);
              assert.equal((await restoreSource(undo))?.path, result(), where);
              assert.deepEqual(await contents(), { [`films/${name}`]: film, [home()]: small }, where);
              // Asked once more, as after a kill between the answer and its being stored.
              assert.equal((await restoreSource(undo))?.path, result(), where);
              assert.deepEqual(await contents(), { [`films/${name}`]: film, [home()]: small }, where);
            }
            assert.ok(steps > 5, `${steps} steps`);
          });
        }
      });

  const source = (name = 'clip.mov'): string => path.join(films, name);
  const result = (): string => path.join(films, 'clip.web.mp4');

  it('gives the result the time, the mode and, on Linux, the attributes that the source has', async function () {
    const replacing = await begin(source(), result(), placingFs);
    const { path: at } = replacing.source;
    const label = promisify(execFile);
    const hasLabels =
      process.platform === 'linux' &&
      (await label('setfattr', ['-n', 'user.xdg.tags', '-v', 'holiday', at]).then(
        () => true,
        () => false,
      ));
    await chmod(at, 0o640);
    await utimes(at, 1_556_704_800, 1_556_704_800);
    const { path: replaced, modified } = await replaceSource({ ...replacing, source: await sourceAt(at) });
    assert.equal(modified, '1556704800000000000');
    assert.equal((await stat(replaced)).mtimeMs, 1_556_704_800_000);
    assert.equal((await stat(replaced)).mode & 0o777, 0o640);
    assert.equal(await readFile(replaced, 'utf8'), small);
    if (hasLabels) assert.match((await label('getfattr', ['-d', replaced])).stdout, /tags="holiday"/);
  });

  it('tells a result from its source by what both hold, where sizes and times are the same', async () => {
    const source = path.join(films, 'clip.mp4');
    const replacing = await begin(source, path.join(films, 'clip.remux.mp4'), placingFs);
    const twin = { ...replacing.result, bytes: film.length };
    await writeFile(twin.path, film.toUpperCase());
    const result = { ...twin, content: await placingFs.content(twin.path) };
    const placed = await replaceSource({ ...replacing, result });
    assert.equal(placed.path, source);
    assert.equal(await readFile(source, 'utf8'), film.toUpperCase());
    await restoreSource({ ...replacing, result: placed, home: twin.path });
    assert.equal(await readFile(source, 'utf8'), film);
    assert.equal(await readFile(twin.path, 'utf8'), film.toUpperCase());
  });

  it('takes the next name where another file has the one', async () => {
    const replacing = await begin(source(), result(), placingFs);
    await writeFile(path.join(films, 'clip.mp4'), 'somebody else’s');
    const replaced = await replaceSource(replacing);
    assert.deepEqual(await contents(), {
      [aside('clip.mov')]: film,
      'films/clip-2.mp4': small,
      'films/clip.mp4': 'somebody else’s',
    });
    assert.equal((await replaceSource(replacing)).path, replaced.path, 'asked again');
  });

  it('leaves alone what is not the file any more that was encoded', async () => {
    const changes: Record<string, () => Promise<unknown>> = {
      'written to': () => writeFile(source(), 'what was edited'),
      moved: () => rename(source(), path.join(films, 'moved.mov')),
      'a link': async () => {
        await rename(source(), path.join(films, 'real.mov'));
        await symlink('real.mov', source());
      },
    };
    for (const [what, change] of Object.entries(changes)) {
      const replacing = await begin(source(), result(), placingFs);
      await change();
      const before = await contents();
      await assert.rejects(replaceSource(replacing), { name: 'DffmpegError' }, what);
      assert.deepEqual(await contents(), before, what);
    }
  });

  it('leaves the source where it is when the result is gone or was written to', async () => {
    for (const change of [() => unlink(result()), () => writeFile(result(), 'short')]) {
      const replacing = await begin(source(), result(), placingFs);
      await change();
      await assert.rejects(replaceSource(replacing), { code: 'result-damaged' });
      assert.equal((await contents())['films/clip.mov'], film);
    }
  });

  it('puts the source back when the result cannot get its name', async () => {
    const broken = { ...placingFs, link: () => Promise.reject(systemError('EIO')) };
    const replacing = await begin(source(), result(), broken);
    await assert.rejects(replaceSource({ ...replacing, fs: { ...broken, link: failOnce('EIO') } }));
    assert.deepEqual(await contents(), { 'films/clip.mov': film, 'films/clip.web.mp4': small });
  });

  it('says that the source is not back when its disk went away in between, and goes on when it is there', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const away = `${films}-away`;
    const unplugged: PlacingFs = {
      ...placingFs,
      link: async () => {
        await rename(films, away);
        throw systemError('EIO');
      },
    };
    await assert.rejects(replaceSource({ ...replacing, fs: unplugged }), { code: 'disconnected' });
    await rename(away, films);
    assert.equal((await contents())[aside('clip.mov')], film);
    const replaced = await replaceSource(replacing);
    assert.equal(replaced.path, path.join(films, 'clip.mp4'));
  });

  it('undoes without a result that a person has moved away', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const replaced = await replaceSource(replacing);
    await rename(replaced.path, path.join(films, 'kept.mp4'));
    assert.equal(await restoreSource({ ...replacing, result: replaced, home: result() }), undefined);
    assert.deepEqual(await contents(), { 'films/clip.mov': film, 'films/kept.mp4': small });
  });

  describe('whose result cannot go back to its own folder', () => {
    const home = (): string => path.join(elsewhere, 'clip.web.mp4');
    const readOnly: PlacingFs = {
      ...unsynced,
      link: (from, to) =>
        to.startsWith(elsewhere) ? Promise.reject(systemError('EROFS')) : unsynced.link(from, to),
    };
    const lost: Record<string, { fs: PlacingFs; change: () => Promise<unknown> }> = {
      'that is gone': { fs: unsynced, change: () => rm(elsewhere, { recursive: true }) },
      'that is read-only': { fs: readOnly, change: () => Promise.resolve() },
    };
    for (const [how, { fs, change }] of Object.entries(lost))
      for (const name of ['clip.mov', 'clip.mp4'])
        it(`${how} brings ${name} back all the same, after a kill at any step, too`, async () => {
          for (let step = 1, died = true; died; step += 1) {
            const replacing = await begin(path.join(films, name), home(), unsynced);
            const undo = { ...replacing, result: await replaceSource(replacing), home: home(), fs };
            await change();
            const killed = killedAt(fs, step, 'after');
            await restoreSource({ ...undo, fs: killed.fs }).catch(() => undefined);
            died = killed.died();
            const where = `killed after step ${step}`;
            assert.equal((await restoreSource(undo))?.path, path.join(films, 'clip.web.mp4'), where);
            await mkdir(elsewhere, { recursive: true });
            const lying = { [`films/${name}`]: film, 'films/clip.web.mp4': small };
            assert.deepEqual(await contents(), lying, where);
          }
        });
  });

  it('does not undo over another file', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const replaced = await replaceSource(replacing);
    await writeFile(source(), 'somebody else’s');
    const before = await contents();
    await assert.rejects(restoreSource({ ...replacing, result: replaced, home: result() }), {
      code: 'conflict',
    });
    assert.deepEqual(await contents(), before);
  });

  it('deletes for good only what it put there', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const changed = { ...replacing, result: await replaceSource(replacing) };
    await writeFile(asidePath(replacing.source), 'a note of a person');
    assert.equal(await discardSource(changed), 'changed');
    const other = await begin(source(), result(), placingFs);
    const replaced = { ...other, result: await replaceSource(other) };
    await rename(films, `${films}-away`);
    await assert.rejects(discardSource(replaced), { code: 'disconnected' });
    await rename(`${films}-away`, films);
    assert.equal(await discardSource(replaced), 'discarded');
    assert.deepEqual(await contents(), { 'films/clip.mp4': small });
    assert.deepEqual(await readdir(films), ['clip.mp4']);
    // Asked once more, as after a kill between the answer and its being stored.
    assert.equal(await discardSource(replaced), 'discarded');
  });

  it('does not say that it has deleted what a person has moved, and brings it back when it is put there again', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const replaced = { ...replacing, result: await replaceSource(replacing) };
    const kept = path.join(films, '.dffmpeg-replaced');
    const moved = path.join(elsewhere, 'replaced');
    await rename(kept, moved);
    assert.equal(await discardSource(replaced), 'missing');
    const undo = { ...replaced, home: result() };
    await assert.rejects(restoreSource(undo), ({ code, message, hint }: DffmpegError) => {
      assert.equal(code, 'source-missing');
      assert.match(message, /lies neither under its own name nor where it is kept .*clip\.mov/);
      assert.match(hint ?? '', /moved it, it lies there; put it back/);
      return true;
    });
    await rename(moved, kept);
    await restoreSource(undo);
    assert.deepEqual(await contents(), { 'films/clip.mov': film, 'films/clip.web.mp4': small });
  });

  for (const when of ['before', 'after'] as const)
    it(`says that it has deleted the source after a kill ${when} any step of that, too`, async () => {
      let steps = 0;
      for (let step = 1; ; step += 1) {
        const replacing = await begin(source(), result(), unsynced);
        const replaced = { ...replacing, result: await replaceSource(replacing) };
        const killed = killedAt(unsynced, step, when);
        await discardSource({ ...replaced, fs: killed.fs }).catch(() => undefined);
        if (!killed.died()) break;
        steps = step;
        assert.equal(await discardSource(replaced), 'discarded', `killed ${when} step ${step}`);
        assert.deepEqual(await contents(), { 'films/clip.mp4': small });
      }
      assert.ok(steps > 5, `${steps} steps`);
    });

  it('does not delete the source when its result is gone or was written to: it is all that is left', async () => {
    for (const change of [(at: string) => unlink(at), (at: string) => writeFile(at, 'short')]) {
      const replacing = await begin(source(), result(), placingFs);
      const replaced = await replaceSource(replacing);
      await change(replaced.path);
      assert.equal(await discardSource({ ...replacing, result: replaced }), 'result-missing');
      assert.equal((await contents())[aside('clip.mov')], film);
    }
  });

  it('does not say that it has deleted what is on a disk that is not there, under its folder', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const replaced = { ...replacing, result: await replaceSource(replacing) };
    await rename(films, `${films}-away`);
    await mkdir(films);
    assert.equal(await discardSource(replaced), 'result-missing');
  });

  describe('where numbers of files are given out again', () => {
    /** A file system that gives this number to whatever has this name. */
    const numbering = (numbers: Record<string, string>, fs: PlacingFs = placingFs): PlacingFs => ({
      ...fs,
      identity: async (file) => {
        const there = await fs.identity(file);
        const inode = numbers[file];
        return there && inode !== undefined ? { ...there, inode } : there;
      },
    });
    const home = (): string => path.join(elsewhere, 'clip.web.mp4');

    for (const content of ['somebody else’s', 'any result'])
      it(`takes no file of anybody else’s for the copy of an earlier undo (${content.length} bytes)`, async () => {
        assert.equal('any result'.length, small.length);
        let replacing = await begin(source(), home(), across(placingFs));
        const first = await replaceSource(replacing);
        const back = await restoreSource({ ...replacing, result: first, home: home() });
        assert.ok(back);
        replacing = { ...replacing, result: back };
        const again = await replaceSource(replacing);
        await writeFile(home(), content);
        const fs = numbering({ [home()]: back.identity.inode }, across(placingFs));
        const restored = await restoreSource({ ...replacing, result: again, home: home(), fs });
        assert.deepEqual(await contents(), {
          'elsewhere/clip.web-2.mp4': small,
          'elsewhere/clip.web.mp4': content,
          'films/clip.mov': film,
        });
        assert.equal(restored?.path, path.join(elsewhere, 'clip.web-2.mp4'));
      });

    it('takes no file of anybody else’s for the copy of an earlier replacement', async () => {
      let replacing = await begin(source(), home(), across(placingFs));
      const first = await replaceSource(replacing);
      const back = await restoreSource({ ...replacing, result: first, home: home() });
      assert.ok(back);
      replacing = { ...replacing, result: back };
      await writeFile(first.path, 'somebody else’s');
      const fs = numbering({ [first.path]: first.identity.inode }, across(placingFs));
      const again = await replaceSource({ ...replacing, fs });
      assert.equal(again.path, path.join(films, 'clip-2.mp4'));
      assert.deepEqual(await contents(), {
        [aside('clip.mov')]: film,
        'films/clip-2.mp4': small,
        'films/clip.mp4': 'somebody else’s',
      });
    });

    it('removes nothing of anybody else’s as the original of a copy, after a kill', async () => {
      const replacing = await begin(source(), home(), across(placingFs));
      const dying: PlacingFs = {
        ...replacing.fs,
        rename: (from, to) =>
          from === home() ? Promise.reject(systemError('EIO')) : replacing.fs.rename(from, to),
      };
      await replaceSource({ ...replacing, fs: dying });
      // While nobody runs, a person deletes it and saves another file, which gets its number.
      await writeFile(home(), 'somebody else’s');
      const fs = numbering({ [home()]: replacing.result.identity.inode }, across(placingFs));
      await replaceSource({ ...replacing, fs });
      assert.deepEqual(await contents(), {
        'elsewhere/clip.web.mp4': 'somebody else’s',
        [aside('clip.mov')]: film,
        'films/clip.mp4': small,
      });
    });

    it('does not move what somebody has put where the result was', async () => {
      const replacing = await begin(path.join(films, 'clip.mp4'), result(), placingFs);
      const replaced = await replaceSource(replacing);
      await unlink(replaced.path);
      await writeFile(replaced.path, 'somebody else’s');
      const fs = numbering({ [replaced.path]: replaced.identity.inode });
      await assert.rejects(restoreSource({ ...replacing, result: replaced, home: result(), fs }), {
        code: 'conflict',
      });
      assert.equal((await contents())['films/clip.mp4'], 'somebody else’s');
    });
  });

  it('knows its files again where each connection of the disk gives them other numbers', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const renumbered = (files: Replacing): Replacing => ({
      ...files,
      source: { ...files.source, identity: { device: '7', inode: '7000' } },
      result: { ...files.result, identity: { device: '7', inode: '7001' } },
    });
    const replaced = await replaceSource({
      ...renumbered(replacing),
      source: replacing.source,
    });
    assert.equal(replaced.path, path.join(films, 'clip.mp4'));
    const undo = { ...renumbered({ ...replacing, result: replaced }), home: result() };
    assert.equal((await restoreSource(undo))?.path, result());
    assert.deepEqual(await contents(), { 'films/clip.mov': film, 'films/clip.web.mp4': small });
    const again = await replaceSource({ ...renumbered(replacing), source: replacing.source });
    assert.equal(await discardSource(renumbered({ ...replacing, result: again })), 'discarded');
    assert.deepEqual(await contents(), { 'films/clip.mp4': small });
  });

  for (const [which, system] of [
    ['and each spelling has a number of its own', withoutHardLinks],
    ['so that both have one name', (fs: PlacingFs) => fs],
  ] as const)
    it(`undoes where case does not count, ${which}`, async () => {
      const upper = path.join(films, 'CLIP.MP4');
      const folded = (file: string): string => file.replace(upper, path.join(films, 'CLIP.mp4'));
      const entries = Object.entries(system(placingFs)) as [
        string,
        (...given: string[]) => Promise<unknown>,
      ][];
      const foldCase = Object.fromEntries(
        entries.map(([name, call]) => [
          name,
          (...args: string[]) => call(...args.map((each) => folded(each))),
        ]),
      ) as unknown as PlacingFs;
      // As exfat-fuse has it: a number for each name that was looked up.
      const own: PlacingFs = {
        ...foldCase,
        async identity(file) {
          const found = await foldCase.identity(file);
          return found && file === upper ? { ...found, inode: `9${found.inode}` } : found;
        },
      };
      const replacing = await begin(upper, result(), placingFs);
      const replaced = await replaceSource(replacing);
      assert.equal(replaced.path, path.join(films, 'CLIP.mp4'));
      const fs = system === withoutHardLinks ? own : foldCase;
      const undo = { ...replacing, result: replaced, home: result(), fs };
      assert.equal((await restoreSource(undo))?.path, result());
      assert.deepEqual(await contents(), { 'films/CLIP.mp4': film, 'films/clip.web.mp4': small });
    });

  it('does not take a result for the source that lies aside, where a queue of yesterday knew no better', async () => {
    const replacing = await begin(source(), path.join(films, 'clip.web.mov'), placingFs);
    const replaced = await replaceSource(replacing);
    assert.equal(replaced.path, source());
    // The job was begun anew: it looked at what has the name, and made something of that.
    await writeFile(result(), 'of the second generation');
    const anew = {
      ...replacing,
      source: await sourceAt(source()),
      result: { path: result(), identity: await identity(result()), bytes: 24 },
    };
    await assert.rejects(restoreSource({ ...anew, home: result() }), { code: 'conflict' });
    await rename(source(), path.join(films, 'moved away.mov'));
    await restoreSource({ ...anew, home: result() });
    assert.equal(await readFile(source(), 'utf8'), film);
  });

  it('is not undone over a stranger’s file whose name differs in case alone, where case counts', async () => {
    const upper = path.join(films, 'CLIP.MP4');
    const replacing = await begin(upper, result(), placingFs);
    const replaced = await replaceSource(replacing);
    await writeFile(upper, 'a stranger’s');
    await assert.rejects(restoreSource({ ...replacing, result: replaced, home: result() }), {
      code: 'conflict',
    });
    assert.equal(await readFile(upper, 'utf8'), 'a stranger’s');
  });

  it('is to be asked again when the disk does not answer once the source has gone aside', async () => {
    for (const [code, last] of [
      ['EIO', 'link'],
      ['ENOTCONN', 'link'],
      ['ENODEV', 'rename'],
      ['EIO', 'rename'],
    ] as const) {
      let dead = false;
      const replacing = await begin(source(), result(), placingFs);
      const entries = Object.entries(placingFs) as [string, (...args: unknown[]) => Promise<unknown>][];
      const dying = Object.fromEntries(
        entries.map(([name, call]) => [
          name,
          (...args: unknown[]) => {
            const dies = name === last && !dead;
            dead ||= dies;
            const refused = Promise.reject(systemError(code));
            refused.catch(() => undefined);
            // What it answers with an error may have been done all the same.
            if (dies && last === 'rename') return call(...args).then(() => refused);
            return dead ? refused : call(...args);
          },
        ]),
      ) as unknown as PlacingFs;
      await assert.rejects(replaceSource({ ...replacing, fs: dying }), { code: 'disconnected' }, code);
      await assert.rejects(replaceSource({ ...replacing, fs: dying }), { code: 'disconnected' }, code);
      assert.equal((await replaceSource(replacing)).path, path.join(films, 'clip.mp4'), code);
      assert.deepEqual(await contents(), { [aside('clip.mov')]: film, 'films/clip.mp4': small }, code);
    }
  });

  it('waits for the disk of a source that it has set aside, also where the folder is a mount point', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const { device } = replacing.source.identity;
    // It is set aside, and the disk is pulled: nothing is in its folder, which is of the disk below.
    await rename(films, `${films}-away`);
    await mkdir(films);
    await writeFile(result(), small);
    const mounted = { ...replacing.source, identity: { ...replacing.source.identity, device: `${device}1` } };
    await assert.rejects(replaceSource({ ...replacing, source: mounted }), { code: 'disconnected' });
    await assert.rejects(restoreSource({ ...replacing, source: mounted, home: result() }), {
      code: 'disconnected',
    });
    // Of the same disk: it is gone.
    await assert.rejects(replaceSource(replacing), { code: 'source-changed' });
  });

  it('waits for the disk, and does not call the result gone, where that was pulled before the result had its name', async () => {
    for (const [pulled, name] of [
      ['link', 'clip.mp4'],
      ['rename', 'clip.mp4'],
      ['link', 'clip.mov'],
    ] as const) {
      const replacing = await begin(path.join(films, name), result(), placingFs);
      const away = `${films}-away`;
      let calls = 0;
      const pulling: PlacingFs = {
        ...placingFs,
        link: async (from, to) => {
          if (pulled === 'rename') await placingFs.link(from, to);
          calls += 1;
          await rename(films, away);
          throw systemError('ENOENT');
        },
      };
      await assert.rejects(replaceSource({ ...replacing, fs: pulling }), { code: 'disconnected' });
      assert.equal(calls, 1);
      // Nothing is there, as after a boot without the disk; then a bare mount point, of another file system.
      await assert.rejects(replaceSource(replacing), { code: 'disconnected' });
      await mkdir(films);
      const bare: PlacingFs = {
        ...placingFs,
        identity: async (file) => {
          const found = await placingFs.identity(file);
          return found && { ...found, device: `${found.device}1` };
        },
      };
      const other = { ...replacing.source, identity: { ...replacing.source.identity, device: '1' } };
      await assert.rejects(replaceSource({ ...replacing, source: other, fs: bare }), {
        code: 'disconnected',
      });
      await rm(films, { recursive: true });
      await rename(away, films);
      // Undone as it lies there, the result with two names or one.
      await restoreSource({ ...replacing, home: result() });
      assert.deepEqual(await contents(), { [`films/${name}`]: film, 'films/clip.web.mp4': small }, pulled);
      const replaced = await replaceSource(replacing);
      assert.equal(replaced.path, path.join(films, 'clip.mp4'));
    }
  });

  it('says that the source was moved, and not that its disk is away, where the disk has another number by now', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const replaced = await replaceSource(replacing);
    await rename(path.join(root, aside('clip.mov')), path.join(elsewhere, 'clip.mov'));
    const before = { ...replacing.source, identity: { ...replacing.source.identity, device: '1' } };
    const undo = { ...replacing, source: before, result: replaced, home: result() };
    await assert.rejects(restoreSource(undo), { code: 'source-missing' });
    await rename(path.join(elsewhere, 'clip.mov'), path.join(root, aside('clip.mov')));
    await restoreSource(undo);
    assert.deepEqual(await contents(), { 'films/clip.mov': film, 'films/clip.web.mp4': small });
  });

  it('says what stands in the way where it cannot be set aside, and asks no disk again that answers', async () => {
    for (const [code, message] of [
      ['EXDEV', /\.dffmpeg-replaced.* lies on another file system/],
      ['ELOOP', /cannot be renamed \(ELOOP\)/],
    ] as const) {
      const replacing = await begin(source(), result(), {
        ...placingFs,
        rename: () => Promise.reject(systemError(code)),
      });
      await assert.rejects(replaceSource(replacing), (error: DffmpegError) => {
        assert.equal(error.code, 'destination-unwritable');
        assert.match(error.message, message);
        return true;
      });
      assert.deepEqual(await contents(), { 'films/clip.mov': film, 'films/clip.web.mp4': small });
    }
  });

  it('is to be asked again when its own notes find no room', async () => {
    for (const code of ['ENOSPC', 'EDQUOT']) {
      const full = { ...fileSystems['without hard links']!(placingFs, elsewhere) };
      const replacing = await begin(source(), result(), full);
      const writeText = failOnceWith(code, (file: string, text: string) => placingFs.writeText(file, text));
      const asked = replaceSource({ ...replacing, fs: { ...full, writeText } });
      await asked.catch(({ code: why }: DffmpegError) => {
        assert.ok(why === 'disconnected' || why === 'destination-full', why);
      });
      assert.ok(Object.values(await contents()).includes(film));
      assert.equal((await replaceSource(replacing)).path, path.join(films, 'clip.mp4'));
    }
  });

  it('puts the source back also where only the folder’s sync fails', async () => {
    const replacing = await begin(source(), result(), {
      ...placingFs,
      syncFolder: failOnceWith('EIO', (folder: string) => placingFs.syncFolder(folder)),
    });
    await assert.rejects(replaceSource(replacing), { code: 'destination-unwritable' });
    assert.deepEqual(await contents(), { 'films/clip.mov': film, 'films/clip.web.mp4': small });
  });

  it('finds its files also by a link to their folder', async () => {
    await begin(source(), result(), placingFs);
    const linked = path.join(root, 'link');
    await symlink(films, linked);
    const at = path.join(linked, 'clip.mov');
    const replacing: Replacing = {
      source: await sourceAt(at),
      result: {
        path: path.join(linked, 'clip.web.mp4'),
        identity: await identity(result()),
        bytes: small.length,
        content: await placingFs.content(result()),
      },
      recordDir: path.join(root, 'records'),
      fs: placingFs,
    };
    const replaced = { ...replacing, result: await replaceSource(replacing) };
    const home = replacing.result.path;
    assert.equal((await restoreSource({ ...replaced, home }))?.path, home);
    assert.deepEqual(await contents(), { 'films/clip.mov': film, 'films/clip.web.mp4': small });
    const again = { ...replacing, result: await replaceSource(replacing) };
    assert.equal(await discardSource(again), 'discarded');
  });

  it('keeps a source for good of whose result nobody has noted what it held', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const replaced = { ...replacing, result: await replaceSource(replacing) };
    const early = { ...replaced, result: { ...replaced.result, content: undefined } };
    assert.equal(await discardSource(early), 'result-missing');
    assert.equal((await restoreSource({ ...early, home: result() }))?.path, result());
  });

  it('gives another file its name again that somebody has put there before the source went aside', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const other = 'another film, of another size';
    const swapped: PlacingFs = {
      ...placingFs,
      rename: async (from, to) => {
        if (from === source()) {
          await unlink(source());
          await writeFile(source(), other);
        }
        await placingFs.rename(from, to);
      },
    };
    await assert.rejects(replaceSource({ ...replacing, fs: swapped }), { code: 'source-changed' });
    assert.deepEqual(await contents(), { 'films/clip.mov': other, 'films/clip.web.mp4': small });
  });

  it('tells where the result lies when the source then does not get its name', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const replaced = { ...replacing, result: await replaceSource(replacing) };
    const { fs } = replacing;
    const readOnly: PlacingFs = {
      ...fs,
      link: (from, to) => (to === source() ? Promise.reject(systemError('EROFS')) : fs.link(from, to)),
    };
    const moved: string[] = [];
    const onMoved = ({ path: at }: { path: string }): void => void moved.push(at);
    const undo = restoreSource({ ...replaced, home: result(), fs: readOnly, onMoved });
    await assert.rejects(undo, { code: 'destination-unwritable' });
    assert.deepEqual(moved, [result()]);
    assert.deepEqual(await contents(), { 'films/clip.web.mp4': small, [aside('clip.mov')]: film });
  });

  it('does not replace what is kept aside', async () => {
    const replacing = await begin(source(), result(), placingFs);
    await replaceSource(replacing);
    const traces = new Traces(path.join(root, 'traces'));
    await assert.rejects(requireReplaceable(asidePath(replacing.source), traces), {
      code: 'request-invalid',
    });
  });

  describe('when the result has been changed, but not its size', () => {
    const damaged = 'THE RESULT';
    const known = async (replacing: Replacing): Promise<Replacing> => ({
      ...replacing,
      result: { ...replacing.result, content: await placingFs.content(replacing.result.path) },
    });

    it('does not let it take the place of the source', async () => {
      const replacing = await known(await begin(source(), result(), placingFs));
      await writeFile(result(), damaged);
      await assert.rejects(replaceSource(replacing), { code: 'result-damaged' });
      assert.deepEqual(await contents(), { 'films/clip.mov': film, 'films/clip.web.mp4': damaged });
    });

    it('does not delete the source for good', async () => {
      const replacing = await known(await begin(source(), result(), placingFs));
      const replaced = { ...replacing, result: await replaceSource(replacing) };
      await writeFile(replaced.result.path, damaged);
      assert.equal(await discardSource(replaced), 'result-missing');
      assert.equal((await contents())[aside('clip.mov')], film);
      await writeFile(replaced.result.path, small);
      assert.equal(await discardSource(replaced), 'discarded');
    });
  });

  it('does not trust what was not read of a large result that was written to since', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const sampling: PlacingFs = { ...placingFs, content: () => Promise.resolve('sampled-10-x') };
    const content = 'sampled-10-x';
    const { source: original, result: made } = replacing;
    const known = {
      ...replacing,
      fs: sampling,
      source: { ...original, content },
      result: { ...made, content },
    };
    const replaced = { ...known, result: await replaceSource(known) };
    const { mtime } = await stat(replaced.result.path);
    await writeFile(replaced.result.path, 'THE RESULT');
    await utimes(replaced.result.path, mtime, new Date(mtime.getTime() + 60_000));
    assert.equal(await discardSource(replaced), 'result-missing');
    await utimes(replaced.result.path, mtime, mtime);
    assert.equal(await discardSource(replaced), 'discarded');
  });

  it('does not delete what was written to as it lay aside, also where its time was set back', async () => {
    const begun = await begin(source(), result(), placingFs);
    // Whole seconds, which can be set back exactly.
    await utimes(source(), 1e9, 1e9);
    const replacing = {
      ...begun,
      source: { ...begun.source, modified: String(10n ** 18n), content: undefined },
    };
    const moved = await replaceSource(replacing);
    const aside = asidePath(replacing.source);
    const asideChanged = await ownTimeOf(aside);
    const replaced = { ...replacing, result: moved, source: { ...replacing.source, asideChanged } };
    const text = await readFile(aside, 'utf8');
    await writeFile(aside, text.replace(/.$/, '!'));
    await utimes(aside, 1e9, 1e9);
    assert.equal(await discardSource(replaced), 'changed');
  });

  describe('that was written to so that neither size nor time tells', () => {
    /** As through a mapping that was made before: the file's own time (ctime) may stay as well. */
    const writeInto = async (at: string): Promise<void> => {
      const { atime, mtime } = await stat(at);
      await writeFile(at, film.toUpperCase());
      await utimes(at, atime, mtime);
    };
    const named = async (content: string): Promise<Replacing> => {
      const begun = await begin(source(), result(), placingFs);
      await utimes(source(), 1e9, 1e9);
      return { ...begun, source: { ...begun.source, modified: String(10n ** 18n), content } };
    };
    const knowing = async (): Promise<Replacing> => {
      const replacing = await named('');
      return {
        ...replacing,
        source: { ...replacing.source, content: await placingFs.content(source()) },
      };
    };

    it('does not replace it', async () => {
      const replacing = await knowing();
      await writeInto(source());
      await assert.rejects(replaceSource(replacing), { code: 'source-changed' });
      assert.equal((await contents())['films/clip.mov'], film.toUpperCase());
    });

    it('does not replace it after an undo either', async () => {
      const replacing = await knowing();
      const moved = await replaceSource(replacing);
      const back = await restoreSource({ ...replacing, result: moved, home: result() });
      assert.ok(back);
      await writeInto(source());
      await assert.rejects(replaceSource({ ...replacing, result: back }), { code: 'source-changed' });
    });

    it('does not delete it', async () => {
      const replacing = await knowing();
      const moved = await replaceSource(replacing);
      await writeInto(asidePath(replacing.source));
      assert.equal(await discardSource({ ...replacing, result: moved }), 'changed');
    });

    it('replaces one whose attributes alone were changed', async () => {
      const replacing = await knowing();
      const changed = (await ownTimeOf(source())) ?? '';
      // A backup makes a link, an upload sets the mode.
      await chmod(source(), 0o640);
      assert.notEqual(await ownTimeOf(source()), changed);
      const moved = await replaceSource({ ...replacing, source: { ...replacing.source, changed } });
      assert.equal(moved.path, path.join(films, 'clip.mp4'));
    });

    it('goes by its own time as well where it is too large to be read whole', async () => {
      const replacing = await named('sampled-1-ab');
      const sampling: PlacingFs = { ...placingFs, content: () => Promise.resolve('sampled-1-ab') };
      const changed = (await ownTimeOf(source())) ?? '';
      await writeInto(source());
      const asked = {
        ...{ ...replacing, fs: sampling },
        ...{
          source: { ...replacing.source, changed },
          result: { ...replacing.result, content: 'sampled-1-ab' },
        },
      };
      await assert.rejects(replaceSource(asked), { code: 'source-changed' });
    });
  });

  const across = (fs: PlacingFs): PlacingFs => fileSystems['other than the result’s']?.(fs, elsewhere) ?? fs;
  const away = (): string => path.join(elsewhere, 'clip.web.mp4');

  it('does not write over what a second daemon has set aside meanwhile', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const at = asidePath(replacing.source);
    const late: PlacingFs = {
      ...placingFs,
      async content(file) {
        const content = await placingFs.content(file);
        if (file !== source()) return content;
        await mkdir(path.dirname(at), { recursive: true });
        await writeFile(at, 'the true source');
        return content;
      },
    };
    await assert.rejects(replaceSource({ ...replacing, fs: late }), { code: 'conflict' });
    assert.equal(await readFile(at, 'utf8'), 'the true source');
    assert.equal(await readFile(source(), 'utf8'), film);
  });

  describe('that a second daemon of a copied state folder replaces in the very moment', () => {
    const theirs = 'their result';
    const hard = fileSystems['with hard links'] ?? assert.fail();
    for (const [kind, make] of Object.entries({
      'with hard links': hard,
      'without hard links': withoutHardLinks,
    }))
      for (const step of ['rename', 'createExclusive', 'writeText'] as const)
        it(`writes over nothing before its “${step}”, on a file system ${kind}`, async () => {
          const fs = make(placingFs, elsewhere);
          const replacing = await begin(source('clip.mp4'), result(), fs);
          const other = path.join(films, 'clip.other.mp4');
          await writeFile(other, theirs);
          const second: Replacing = {
            ...replacing,
            result: { path: other, identity: await identity(other), bytes: theirs.length },
            recordDir: path.join(root, 'records of the second'),
          };
          let came = false;
          const meanwhile = async (): Promise<void> => {
            if (came) return;
            came = true;
            await replaceSource(second).catch(() => undefined);
          };
          const late: PlacingFs = {
            ...fs,
            [step]: async (...args: [string, string]) => {
              await meanwhile();
              await fs[step](...args);
            },
          };
          await replaceSource({ ...replacing, fs: late }).catch(() => undefined);
          assert.ok(came);
          const left = await contents();
          assert.equal(left[aside('clip.mp4')], film, JSON.stringify(left));
          assert.deepEqual(Object.values(left).sort(), [theirs, small, film].sort());
        });
  });

  it('leaves no claim of its name aside after a kill, once that is undone', async () => {
    let claims = 0;
    for (let step = 1, died = true; died; step += 1) {
      const replacing = await begin(source(), result(), unsynced);
      const killed = killedAt(unsynced, step, 'after');
      await replaceSource({ ...replacing, fs: killed.fs }).catch(() => undefined);
      died = killed.died() && (await contents())['films/clip.mov'] === film;
      if (!died) break;
      if (aside('clip.mov') in (await contents())) claims += 1;
      await restoreSource({ ...replacing, home: result() });
      const left = { 'films/clip.mov': film, 'films/clip.web.mp4': small };
      assert.deepEqual(await contents(), left, `killed after step ${step}`);
    }
    assert.ok(claims > 3, `${claims} claims`);
  });

  it('goes on where the source went aside, though the file system says otherwise', async () => {
    for (const code of ['ENOENT', 'EACCES', 'EPERM', 'EEXIST', 'EXDEV', 'EROFS', 'EBUSY']) {
      const replacing = await begin(source(), result(), placingFs);
      const lying: PlacingFs = {
        ...placingFs,
        async rename(from, to) {
          await placingFs.rename(from, to);
          if (from === source()) throw systemError(code);
        },
      };
      await replaceSource({ ...replacing, fs: lying });
      assert.deepEqual(await contents(), { [aside('clip.mov')]: film, 'films/clip.mp4': small }, code);
    }
  });

  describe('whose old name a stranger takes as it is removed', () => {
    const cut = 'a new cut';
    for (const [kind, fs] of [
      ['with hard links', placingFs],
      ['without hard links', withoutHardLinks(placingFs)],
    ] as const)
      it(`gives that back, on a file system ${kind}`, async () => {
        const replacing = await begin(source('clip.mp4'), away(), across(fs));
        const replaced = { ...replacing, result: await replaceSource(replacing) };
        // An editor saves by a rename, between the last look at the old name and its removal.
        let looks = 0;
        const late: PlacingFs = {
          ...replacing.fs,
          async identity(file) {
            const there = await replacing.fs.identity(file);
            if (file === source('clip.mp4') && there && (await isPlaced()) && (looks += 1) === 1) {
              await writeFile(path.join(root, 'new'), cut);
              await rename(path.join(root, 'new'), file);
            }
            return there;
          },
        };
        const isPlaced = async (): Promise<boolean> => (await placingFs.identity(away())) !== undefined;
        await assert.rejects(restoreSource({ ...replaced, fs: late, home: away() }), { code: 'conflict' });
        const left = await contents();
        assert.equal(left['films/clip.mp4'], cut);
        assert.equal(left[aside('clip.mp4')], film);
        assert.deepEqual(
          Object.keys(left).filter((name) => name.includes('.old')),
          [],
        );
      });
  });

  it('ends an undo whose old name could not be removed, when it is asked again', async () => {
    const replacing = await begin(source('clip.mp4'), result(), placingFs);
    const replaced = { ...replacing, result: await replaceSource(replacing) };
    const held: PlacingFs = {
      ...placingFs,
      rename: (from, to) =>
        from === source('clip.mp4') ? Promise.reject(systemError('EPERM')) : placingFs.rename(from, to),
    };
    let told = replaced.result;
    const undo = { ...replaced, home: result(), onMoved: (now: typeof told) => (told = now) };
    await assert.rejects(restoreSource({ ...undo, fs: held }), (error: DffmpegError) => {
      assert.equal(error.code, 'conflict');
      assert.match(error.message, /clip\.mp4 is the result still/);
      return true;
    });
    await assert.rejects(restoreSource({ ...undo, fs: held, result: told }), { code: 'conflict' });
    await restoreSource({ ...undo, result: told });
    assert.deepEqual(await contents(), { 'films/clip.mp4': film, 'films/clip.web.mp4': small });
  });

  it('ends an undo whose result was a mount point, so that it could only be copied, when it is asked again', async () => {
    const replacing = await begin(source('clip.mp4'), result(), placingFs);
    const replaced = { ...replacing, result: await replaceSource(replacing) };
    const ifMounted =
      (step: 'link' | 'rename', code: string): PlacingFs['link'] =>
      (from, to) =>
        from === source('clip.mp4') ? Promise.reject(systemError(code)) : placingFs[step](from, to);
    const mounted = { ...placingFs, link: ifMounted('link', 'EXDEV'), rename: ifMounted('rename', 'EBUSY') };
    let told = replaced.result;
    const undo = { ...replaced, home: result(), onMoved: (now: typeof told) => (told = now) };
    for (const time of ['first', 'second'])
      await assert.rejects(restoreSource({ ...undo, fs: mounted, result: told }), (error: DffmpegError) => {
        assert.equal(error.code, 'conflict', time);
        assert.match(error.message, /clip\.mp4 is the result still.*EBUSY/);
        return true;
      });
    await restoreSource({ ...undo, result: told });
    assert.deepEqual(await contents(), { 'films/clip.mp4': film, 'films/clip.web.mp4': small });
  });

  it('gives the result the source’s name also where that lies aside by a second name', async () => {
    const replacing = await begin(source('clip.mp4'), result(), placingFs);
    const replaced = { ...replacing, result: await replaceSource(replacing) };
    // Nothing may be removed where it was put.
    const held: PlacingFs = {
      ...placingFs,
      removeResult: (at) =>
        at.includes('.dffmpeg-replaced') ? Promise.reject(systemError('EPERM')) : placingFs.removeResult(at),
    };
    const restored = await restoreSource({ ...replaced, fs: held, home: result() });
    assert.ok(restored);
    assert.deepEqual(await contents(), {
      [aside('clip.mp4')]: film,
      'films/clip.mp4': film,
      'films/clip.web.mp4': small,
    });
    await replaceSource({ ...replacing, result: restored });
    assert.deepEqual(await contents(), { [aside('clip.mp4')]: film, 'films/clip.mp4': small });
  });

  describe('that a program has open for writing', () => {
    const busy: PlacingFs = { ...placingFs, isWrittenTo: () => Promise.resolve(true) };

    it('waits until it is closed', async () => {
      const replacing = await begin(source(), result(), placingFs);
      await assert.rejects(replaceSource({ ...replacing, fs: busy }), { code: 'source-in-use' });
      assert.deepEqual(await contents(), { 'films/clip.mov': film, 'films/clip.web.mp4': small });
      await replaceSource(replacing);
    });

    it('does not delete it either', async () => {
      const replacing = await begin(source(), result(), placingFs);
      const replaced = { ...replacing, result: await replaceSource(replacing) };
      await assert.rejects(discardSource({ ...replaced, fs: busy }), { code: 'source-in-use' });
      assert.equal(await discardSource(replaced), 'discarded');
    });
  });

  it('brings back what lies aside, also where a person has written to it', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const replaced = { ...replacing, result: await replaceSource(replacing) };
    await writeFile(asidePath(replacing.source), 'edited');
    assert.equal(await discardSource(replaced), 'changed');
    await restoreSource({ ...replaced, home: result() });
    assert.deepEqual(await contents(), { 'films/clip.mov': 'edited', 'films/clip.web.mp4': small });
  });

  describe('while somebody writes to the result that is copied to another file system', () => {
    it('copies it once more', async () => {
      let copies = 0;
      const written: PlacingFs = {
        ...placingFs,
        copy: async (from, to) => {
          await placingFs.copy(from, to);
          if ((copies += 1) === 1) await writeFile(from, 'retagged');
        },
      };
      const replacing = await begin(source(), away(), across(written));
      await replaceSource(replacing);
      assert.deepEqual(await contents(), { [aside('clip.mov')]: film, 'films/clip.mp4': 'retagged' });
    });

    it('leaves it where the copy is older than it', async () => {
      const replacing = await begin(source(), away(), across({ ...placingFs }));
      const late: PlacingFs = {
        ...replacing.fs,
        link: async (from, to) => {
          await replacing.fs.link(from, to);
          if (to.endsWith('clip.mp4')) await writeFile(away(), 'retagged');
        },
      };
      await replaceSource({ ...replacing, fs: late });
      assert.deepEqual(await contents(), {
        'elsewhere/clip.web.mp4': 'retagged',
        [aside('clip.mov')]: film,
        'films/clip.mp4': small,
      });
    });

    it('leaves it where a program has it open to write', async function () {
      if (process.platform !== 'linux') this.skip();
      // By a link, since its folder may be one.
      const replacing = await begin(source(), away(), across({ ...placingFs }));
      await rename(elsewhere, `${elsewhere}-real`);
      await symlink(`${elsewhere}-real`, elsewhere);
      await using editor = await open(away(), 'r+');
      await replaceSource(replacing);
      await editor.write('retagged');
      assert.deepEqual(await contents(), {
        'elsewhere/clip.web.mp4': `retagged${small.slice('retagged'.length)}`,
        [aside('clip.mov')]: film,
        'films/clip.mp4': small,
      });
    });

    it('gives it up, and puts the source back, where there is no end of it', async () => {
      let written = 0;
      const busy: PlacingFs = {
        ...placingFs,
        copy: async (from, to) => {
          await placingFs.copy(from, to);
          await writeFile(from, `retagged ${(written += 1)}`);
        },
      };
      const replacing = await begin(source(), away(), across(busy));
      await assert.rejects(replaceSource(replacing), { code: 'conflict' });
      assert.deepEqual(await contents(), {
        'elsewhere/clip.web.mp4': 'retagged 3',
        'films/clip.mov': film,
      });
    });
  });

  it('sees a write after which somebody has set the time of the source back', async () => {
    const replacing = await begin(source(), result(), placingFs);
    const { atime, mtime, ctimeNs } = await stat(source(), { bigint: true });
    const changed = String(ctimeNs);
    const withTime = { ...replacing, source: { ...replacing.source, content: undefined, changed } };
    await writeFile(source(), film.toUpperCase());
    await utimes(source(), atime, mtime);
    const modified = String((await stat(source(), { bigint: true })).mtimeNs);
    await assert.rejects(replaceSource({ ...withTime, source: { ...withTime.source, modified } }), {
      code: 'source-changed',
    });
    assert.equal((await contents())['films/clip.mov'], film.toUpperCase());
  });
});

function failOnce(code: string): PlacingFs['link'] {
  return failOnceWith(code, (from: string, to: string) => placingFs.link(from, to));
}

function failOnceWith<Args extends unknown[]>(
  code: string,
  call: (...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  let failed = false;
  return (...args) => {
    if (failed) return call(...args);
    failed = true;
    return Promise.reject(systemError(code));
  };
}
