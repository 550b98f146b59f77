import assert from 'node:assert/strict';
import { existsSync, watch } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ownerOf } from '../../../src/files/ownerOf.ts';
import { isStaged } from '../../../src/files/staging.ts';
import { Scratch } from '../../../src/worker/scratch.ts';

describe('the scratch folder of a worker', () => {
  let root: string;
  let fast: string;

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-scratch-'));
    fast = path.join(root, 'fast');
  });
  afterEach(() => rm(root, { recursive: true }));

  function scratch(state: string, scratchFolder = fast, running: readonly string[] = []): Scratch {
    return new Scratch({
      stateDir: path.join(root, state),
      settings: {
        scratchFolder,
        placementKeepDays: 30,
        diskLookSeconds: 0.02,
        placeRetryFactor: 2,
        placeRetryMaxSeconds: 1,
      },
      isRunning: (key) => running.includes(key),
      onError: (error) => {
        throw error;
      },
      onDamaged: (file) => damaged.push(path.basename(file)),
    });
  }

  const damaged: string[] = [];

  async function sweep(of: Scratch): Promise<void> {
    await of.prepare();
    of.recovered();
    await of.idle();
    await of.tracesIdle();
  }

  /** As `stage` calls it. */
  const folderOf = (of: Scratch, key: string): string => `.dffmpeg-${key}.${of.traces.mark}0a1b2c3d.part`;

  async function attempt(of: Scratch, key: string): Promise<string> {
    const folder = path.join(of.attempts, folderOf(of, key));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(path.join(folder, 'result.mp4'), 'a film');
    return folder;
  }

  it('touches nothing of anybody else in the folder that a person names', async () => {
    for (const name of ['attempts/take-1', 'inquiries/mine'])
      await mkdir(path.join(fast, name), { recursive: true });
    const other = scratch('other');
    await attempt(other, 't1-1');
    await sweep(scratch('one'));
    assert.deepEqual(await readdir(path.join(fast, 'attempts')), ['take-1']);
    assert.deepEqual(await readdir(path.join(fast, 'inquiries')), ['mine']);
    assert.deepEqual(await readdir(other.attempts), [folderOf(other, 't1-1')]);
  });

  it('is nobody else’s whose state folder has the same path on another machine', async () => {
    const here = scratch('state');
    await here.prepare();
    await attempt(here, 't1-1');
    // What the other machine sees: the shared folder, and a state folder of its own under the same path.
    await rename(path.join(root, 'state'), path.join(root, 'state-here'));
    const there = scratch('state');
    await sweep(there);
    assert.notEqual(there.attempts, here.attempts);
    assert.deepEqual(await readdir(here.attempts), [folderOf(here, 't1-1')]);
    await rm(path.join(root, 'state'), { recursive: true });
    await rename(path.join(root, 'state-here'), path.join(root, 'state'));
    assert.equal(scratch('state').attempts, here.attempts);
  });

  it('is nobody else’s whose state folder is a copy of it', async function () {
    const here = scratch('state');
    if (ownerOf(root).born === '0') this.skip();
    await here.prepare();
    await attempt(here, 't1-1');
    await cp(path.join(root, 'state'), path.join(root, 'copied'), {
      recursive: true,
      preserveTimestamps: true,
    });
    const there = scratch('copied');
    await sweep(there);
    assert.notEqual(there.attempts, here.attempts);
    assert.equal(scratch('copied').attempts, there.attempts);
    assert.deepEqual(await readdir(here.attempts), [folderOf(here, 't1-1')]);
    const inState = scratch('state', '');
    await attempt(inState, 't1-1');
    for (const first of [here, inState])
      assert.deepEqual(
        await Promise.all(
          [there, first].map((each) => each.isAnothers(path.join(first.attempts, folderOf(first, 't1-1')))),
        ),
        [true, false],
      );
  });

  it('is its own also by a link to its state folder', async function () {
    if (process.platform === 'win32') this.skip();
    const own = scratch('state', '');
    const folder = await attempt(own, 't1-1');
    await symlink(path.join(root, 'state'), path.join(root, 'link'));
    assert.equal(await scratch('link', '').isAnothers(folder), false);
    await rm(path.join(root, 'state', 'scratch', 'attempts'), { recursive: true });
    assert.equal(await scratch('link', '').isAnothers(folder), false, 'nothing is there');
  });

  it('finds what it left in a folder that was away, when that is back', async () => {
    const own = scratch('one');
    await sweep(own);
    const films = path.join(root, 'films');
    await mkdir(films);
    const part = path.join(films, '.dffmpeg-t1-1.part');
    await own.traces.note(part);
    await writeFile(part, 'half a film');
    await rename(films, `${films}-away`);
    assert.equal(await own.traces.remove(part), false);
    own.sweep();
    await own.tracesIdle();
    const gone = Promise.withResolvers<undefined>();
    await rename(`${films}-away`, films);
    const watcher = watch(films, () => {
      if (!existsSync(part)) gone.resolve(undefined);
    });
    if (existsSync(part)) await gone.promise;
    watcher.close();
    own.close();
    assert.deepEqual(await readdir(films), []);
  });

  it('sets notes aside that cannot be read, and says so, before any of them is asked for', async () => {
    const own = scratch('one');
    await mkdir(path.join(own.records, 'j2-home.json'), { recursive: true });
    const notes = {
      'j1-home.json': '',
      'j3-result.json': '{"path":"/x","by',
      'j4-discard.json': '{"path":"/x"}',
    };
    for (const [name, text] of Object.entries(notes)) await writeFile(path.join(own.records, name), text);
    await own.prepare();
    const aside = ['j1-home.json.damaged', 'j2-home.json.damaged', 'j3-result.json.damaged'];
    assert.deepEqual(damaged.splice(0).sort(), aside);
    await sweep(own);
    assert.deepEqual(damaged, []);
    assert.deepEqual((await readdir(own.records)).sort(), [...aside, 'j4-discard.json']);
  });

  it('leaves what a person keeps beside the notes about placements, however old it is', async () => {
    const own = scratch('one');
    const { records } = own;
    await mkdir(path.join(records, 'holiday', 'raw.json'), { recursive: true });
    await mkdir(path.join(records, 'takes.json'));
    for (const name of [
      'film.mp4',
      'package.json',
      'takes.json/take.mp4',
      'holiday/film.mp4',
      'notes.json.damaged',
    ])
      await writeFile(path.join(records, name), 'a film');
    const before = (await readdir(records, { recursive: true })).sort();
    const ours = [
      'j1-encode-1.json',
      '.j1-home.json.0a1b2c3d4e5f.tmp',
      'j1-home.json',
      'j1-home.json.damaged',
    ];
    for (const name of ours) await writeFile(path.join(records, name), '{"path":"/x"}');
    for (const name of await readdir(records)) await utimes(path.join(records, name), 0, 0);
    await sweep(own);
    assert.deepEqual((await readdir(records, { recursive: true })).sort(), before);
    assert.deepEqual(damaged, []);
  });

  it('leaves notes about placements behind a link, which may be another daemon’s as well', async function () {
    if (process.platform === 'win32') this.skip();
    const own = scratch('one');
    const films = path.join(root, 'films');
    await mkdir(films);
    await mkdir(path.dirname(own.records), { recursive: true });
    await symlink(films, own.records);
    const names = ['holiday-2024.json', 'holiday-home.json'];
    for (const name of names) {
      await writeFile(path.join(films, name), 'a person’s');
      await utimes(path.join(films, name), 0, 0);
    }
    await sweep(own);
    assert.deepEqual((await readdir(films)).sort(), names);
    assert.deepEqual(damaged, []);
  });

  it('is swept but for what runs', async () => {
    const own = scratch('one', fast, ['t2-1']);
    for (const key of ['t1-1', 't2-1']) await attempt(own, key);
    await sweep(own);
    assert.deepEqual(await readdir(own.attempts), [folderOf(own, 't2-1')]);
  });

  it('of an earlier setting still holds its results, and is removed when they are recovered', async () => {
    const before = scratch('one');
    await before.prepare();
    const folder = await attempt(before, 't1-1');
    const now = scratch('one', path.join(root, 'other'));
    assert.ok(isStaged(path.join(folder, 'result.mp4')));
    await sweep(now);
    assert.deepEqual(await readdir(fast), []);
  });
});
