import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, rename, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Traces } from '../../../src/files/traces.ts';

describe('traces in other people’s folders', () => {
  let root: string;
  let films: string;
  let traces: Traces;

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-traces-'));
    films = path.join(root, 'films');
    await mkdir(films);
    traces = new Traces(path.join(root, 'notes'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function leave(name: string): Promise<string> {
    const folder = path.join(films, name);
    await traces.note(folder);
    await mkdir(folder);
    await writeFile(path.join(folder, 'result.mp4'), 'half a film');
    return folder;
  }

  it('are removed by whoever comes next', async () => {
    await leave('.dffmpeg-t1-1.part');
    await leave('.dffmpeg-t2-1.part');
    await new Traces(path.join(root, 'notes')).sweep(30);
    assert.deepEqual(await readdir(films), []);
    assert.deepEqual(await readdir(path.join(root, 'notes')), []);
  });

  it('are another daemon’s in a copy of its notes, which may be at work there', async function () {
    if (!(await knowsBirth())) this.skip();
    const left = await leave('.dffmpeg-t1-1.part');
    const copied = path.join(root, 'copied notes');
    await cp(path.join(root, 'notes'), copied, { recursive: true, preserveTimestamps: true });
    const other = new Traces(copied);
    const own = path.join(films, '.dffmpeg-t2-1.part');
    await other.note(own);
    await mkdir(own);
    for (const file of [left, path.join(left, 'result.mp4')]) {
      assert.ok(await other.isAnothers(file), file);
      assert.ok(!(await traces.isAnothers(file)), file);
    }
    assert.ok(!(await other.isAnothers(own)));
    assert.equal(await other.remove(left), false);
    await new Traces(copied).sweep(30);
    assert.deepEqual(await readdir(films), ['.dffmpeg-t1-1.part']);
    assert.equal(other.left, false);
    await new Traces(path.join(root, 'notes')).sweep(30);
    assert.deepEqual(await readdir(films), []);
  });

  it('are found when their folder is back', async () => {
    await leave('.dffmpeg-t1-1.part');
    await rename(films, `${films}-away`);
    await new Traces(path.join(root, 'notes')).sweep(30);
    await rename(`${films}-away`, films);
    await new Traces(path.join(root, 'notes')).sweep(30);
    assert.deepEqual(await readdir(films), []);
  });

  it('are found when the disk that is mounted there is back', async () => {
    await leave('.dffmpeg-t1-1.part');
    // The mount point stays, and is empty.
    await rename(films, `${films}-away`);
    await mkdir(films);
    await new Traces(path.join(root, 'notes')).sweep(30);
    await rmdir(films);
    await rename(`${films}-away`, films);
    await new Traces(path.join(root, 'notes')).sweep(30);
    assert.deepEqual(await readdir(films), []);
  });

  it('are found where a link led that leads elsewhere by now', async function () {
    if (process.platform === 'win32') this.skip();
    const link = path.join(root, 'link');
    await symlink(films, link);
    const folder = path.join(link, '.dffmpeg-t1-1.part');
    await traces.note(folder);
    await mkdir(folder);
    await rm(link);
    await mkdir(path.join(root, 'other'));
    await symlink(path.join(root, 'other'), link);
    assert.equal(await traces.remove(folder), true);
    assert.deepEqual(await readdir(films), []);
  });

  it('are removed by a link where what that leads to has no name in UTF-8', async function () {
    const latin = Buffer.concat([Buffer.from(path.join(films, 'caf')), Buffer.from([0xe9])]);
    // Some systems take no such name.
    if (
      !(await mkdir(latin).then(
        () => true,
        () => false,
      ))
    )
      this.skip();
    const link = path.join(films, 'cafe');
    await symlink(latin, link);
    const file = path.join(link, '.dffmpeg-t1-1.part');
    await traces.note(file);
    await writeFile(file, 'half a film');
    assert.ok(await traces.remove(file));
    assert.deepEqual(await readdir(link), []);
  });

  it('of which nothing was made, or which have another name by now, leave no note', async () => {
    await traces.forget(await leave('.dffmpeg-t1-1.copy'));
    assert.deepEqual(await readdir(path.join(root, 'notes')), []);
  });

  it('are away, or not, with what is in them', async function () {
    const folder = await leave('.dffmpeg-t1-1.part');
    const result = path.join(folder, 'result.mp4');
    assert.equal(await traces.awayFolder(result), undefined);
    await rename(films, `${films}-away`);
    assert.equal(await traces.awayFolder(result), films);
    await mkdir(films);
    assert.equal(await traces.awayFolder(result), films);
    await rmdir(films);
    await rename(`${films}-away`, films);
    assert.equal(await traces.awayFolder(path.join(films, 'never-noted')), undefined);
    if (!(await knowsBirth())) this.skip();
    await rm(folder, { recursive: true });
    assert.equal(await traces.awayFolder(result), undefined);
  });

  /** Without it a folder cannot be told from another of the same numbers for certain. */
  async function knowsBirth(): Promise<boolean> {
    return (await stat(films, { bigint: true })).birthtimeNs > 0n;
  }

  it('that somebody has removed already leave no note', async function () {
    if (!(await knowsBirth())) this.skip();
    await rm(await leave('.dffmpeg-t1-1.part'), { recursive: true });
    await new Traces(path.join(root, 'notes')).sweep(30);
    assert.deepEqual(await readdir(path.join(root, 'notes')), []);
  });

  it('in what turns out to be a file leave no note', async () => {
    const file = path.join(films, 'clip.mp4');
    await writeFile(file, 'a film');
    const trace = path.join(file, '.dffmpeg-t1-1.part');
    await traces.note(trace);
    assert.equal(await traces.remove(trace), true);
    assert.deepEqual(await readdir(path.join(root, 'notes')), []);
    // The folder was renamed, and a file has its name now: the trace is where the folder is.
    const folder = await leave('.dffmpeg-t2-1.part');
    await rename(films, `${films}-away`);
    await writeFile(films, 'a film');
    assert.equal(await traces.remove(folder), false);
    await rm(films);
    await rename(`${films}-away`, films);
    await traces.sweep(30);
    assert.deepEqual(await readdir(films), ['clip.mp4']);
  });

  it('that could not be removed while their folder was away are swept later', async () => {
    const folder = await leave('.dffmpeg-t1-1.part');
    await rename(films, `${films}-away`);
    assert.equal(await traces.remove(folder), false);
    assert.equal(traces.left, true);
    await rename(`${films}-away`, films);
    await traces.sweep(30);
    assert.deepEqual(await readdir(films), []);
    assert.equal(traces.left, false);
  });

  it('are swept later also where their folder goes away in the moment in which they are removed', async () => {
    const pulled = new Traces(path.join(root, 'notes'), async () => rename(films, `${films}-away`));
    const folder = await leave('.dffmpeg-t1-1.part');
    assert.equal(await pulled.remove(folder), false);
    assert.ok(pulled.left);
    await rename(`${films}-away`, films);
    await new Traces(path.join(root, 'notes')).sweep(30);
    assert.deepEqual(await readdir(films), []);
  });

  it('of an earlier process are in use where something of it is still to be placed', async () => {
    const kept = await leave('.dffmpeg-t1-1.part');
    await leave('.dffmpeg-t2-1.part');
    const next = new Traces(path.join(root, 'notes'));
    next.hold(kept);
    await next.sweep(30);
    assert.deepEqual(await readdir(films), ['.dffmpeg-t1-1.part']);
    assert.equal(await next.remove(kept), true);
    assert.deepEqual(await readdir(films), []);
  });

  it('that this process has given out are in use', async () => {
    await leave('.dffmpeg-t1-1.try');
    await traces.sweep(30);
    assert.deepEqual(await readdir(films), ['.dffmpeg-t1-1.try']);
  });

  it('are looked for in notes alone: what else lies there is a person’s', async () => {
    const notes = path.join(root, 'notes');
    await leave('.dffmpeg-t1-1.part');
    await writeFile(path.join(notes, 'tour.gpx'), 'a way');
    await new Traces(notes).sweep(30);
    assert.deepEqual(await readdir(notes), ['tour.gpx']);
  });

  it('whose note was not finished are forgotten', async () => {
    await leave('.dffmpeg-t1-1.part');
    const notes = path.join(root, 'notes');
    const [note = ''] = await readdir(notes);
    await rename(path.join(notes, note), path.join(notes, `${note}.tmp`));
    await new Traces(notes).sweep(30);
    assert.deepEqual(await readdir(notes), []);
  });

  it('of names that are not ours are left alone', async () => {
    await traces.note(path.join(films, 'precious'));
    await mkdir(path.join(films, 'precious'));
    await new Traces(path.join(root, 'notes')).sweep(30);
    assert.deepEqual(await readdir(films), ['precious']);
  });
});
