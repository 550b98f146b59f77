import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { identityOf } from '../../../src/files/fileIdentity.ts';
import { placePersistently } from '../../../src/files/placePersistently.ts';
import { placingFs, type PlacingFs } from '../../../src/files/placingFs.ts';
import { sweepAttempts } from '../../../src/files/staging.ts';
import { Traces } from '../../../src/files/traces.ts';
import type { DffmpegError } from '../../../src/protocol/errors.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('files that outlive a failure', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-outlive-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  describe('a destination that is away for a while', () => {
    let staged: string;
    let target: string;
    const { signal } = new AbortController();

    beforeEach(async () => {
      staged = path.join(root, 't1-1', 'result.mp4');
      target = path.join(root, 'clip.mp4');
      await mkdir(path.dirname(staged));
      await writeFile(staged, 'whole');
    });

    const placement = async (fs: Partial<PlacingFs>) => ({
      staged,
      path: target,
      recordDir: path.join(root, 'records'),
      identity: await identityOf(staged),
      fs: { ...placingFs, ...fs },
    });

    /** Fails with each of the codes once, then works. */
    function failing(codes: string[]): (from: string, to: string) => Promise<void> {
      return (from, to) => {
        const code = codes.shift();
        return code === undefined ? placingFs.link(from, to) : Promise.reject(systemError(code));
      };
    }

    it('gets the file when it is back', async () => {
      const given = await placement({ link: failing(['ENOSPC', 'EIO', 'EHOSTDOWN']) });
      assert.equal(await placePersistently(given, { signal, pausesMs: [0, 0, 0], longPauseMs: 0 }), 'placed');
      assert.equal(await readFile(target, 'utf8'), 'whole');
    });

    it('has it under the name that was reserved when it went', async () => {
      const life: ('away' | 'back')[] = [];
      const given = await placement({
        link: () => Promise.reject(systemError('EPERM')),
        createExclusive: async (file) => {
          await placingFs.createExclusive(file);
          if (life.length === 0) life.push('away');
        },
        identity: async (file) => {
          const hidden = life.at(-1) === 'away' && file === target;
          if (hidden) life.push('back');
          return hidden ? undefined : placingFs.identity(file);
        },
      });
      assert.equal(await placePersistently(given, { signal, pausesMs: [0], longPauseMs: 0 }), 'placed');
      assert.equal(await readFile(target, 'utf8'), 'whole');
    });

    it('has the file though it failed behind the last step', async () => {
      let failed = false;
      const given = await placement({
        link: () => Promise.reject(systemError('EPERM')),
        syncFolder: async (folder) => {
          if (failed) return placingFs.syncFolder(folder);
          failed = true;
          throw systemError('EIO');
        },
      });
      assert.equal(await placePersistently(given, { signal, pausesMs: [0], longPauseMs: 0 }), 'placed');
      assert.equal(await readFile(target, 'utf8'), 'whole');
    });

    it('is given up in the end, with its own error and the staged file there', async () => {
      const given = await placement({ link: failing(['ENOSPC', 'EROFS', 'EBADF']) });
      await assert.rejects(placePersistently(given, { signal, pausesMs: [0, 0], longPauseMs: 0 }), {
        code: 'EBADF',
      });
      assert.equal(await readFile(staged, 'utf8'), 'whole');
    });

    it('is waited for as long as its disk or network drive does not answer', async () => {
      const codes = ['EIO', 'ENOTCONN', 'ENXIO', 'ENODEV', 'ESTALE', 'EHOSTDOWN'];
      const given = await placement({ link: failing([...codes]) });
      const said: string[] = [];
      const onWait = ({ code, message }: DffmpegError): void => {
        said.push(`${code}: ${message}`);
      };
      assert.equal(
        await placePersistently(given, { signal, pausesMs: [], longPauseMs: 0, onWait }),
        'placed',
      );
      assert.deepEqual(
        said,
        codes.map(
          (code) => `destination-away: The disk or network drive of ${root} does not answer (${code}).`,
        ),
      );
    });

    it('is waited for as long as it is full, by quota or by space', async () => {
      const codes = ['EDQUOT', 'ENOSPC', 'EDQUOT', 'ENOSPC', 'EDQUOT', 'ENOSPC'];
      const given = await placement({ link: failing(codes) });
      let said = 0;
      const onWait = (error: DffmpegError): void => {
        assert.equal(error.code, 'destination-full');
        said += 1;
      };
      const options = { signal, pausesMs: [0], longPauseMs: 1, onWait };
      assert.equal(await placePersistently(given, options), 'placed');
      assert.ok(said >= 5, String(said));
      assert.equal(await readFile(target, 'utf8'), 'whole');
    });

    it('is not waited for when another folder is chosen, unless it has the file already', async () => {
      const elsewhere = new AbortController();
      const patience = {
        ...{ signal, pausesMs: [], longPauseMs: 60_000, elsewhere: elsewhere.signal },
        onWait: () => {
          elsewhere.abort();
        },
      };
      const gone = await placement({ link: () => Promise.reject(systemError('ENOENT')) });
      assert.equal(await placePersistently(gone, patience), 'elsewhere');
      assert.equal(await readFile(staged, 'utf8'), 'whole');
      let failed = false;
      const placed = await placement({
        syncFolder: async (folder) => {
          if (failed) return placingFs.syncFolder(folder);
          failed = true;
          throw systemError('ENOSPC');
        },
      });
      assert.equal(await placePersistently(placed, patience), 'placed');
      assert.equal(await readFile(target, 'utf8'), 'whole');
    });

    it('is waited for when the result itself lies there, hidden; another folder is no help then', async () => {
      const films = path.join(root, 'films');
      const hidden = path.join(films, '.dffmpeg-t1-1.part');
      const traces = new Traces(path.join(root, 'notes'));
      await mkdir(films);
      await traces.note(hidden);
      await rename(path.dirname(staged), hidden);
      [staged, target] = [path.join(hidden, 'result.mp4'), path.join(films, 'clip.mp4')];
      const elsewhere = new AbortController();
      const said: string[] = [];
      let change = Promise.resolve();
      const given = await placement({
        link: async (from, to) => {
          if (said.length > 0) return placingFs.link(from, to);
          await rename(films, `${films}-away`);
          // The mount point.
          await mkdir(films);
          throw systemError('ENOENT');
        },
      });
      const patience = {
        ...{ signal, pausesMs: [], longPauseMs: 1, elsewhere: elsewhere.signal },
        onWait: ({ message }: DffmpegError) => {
          said.push(message);
          elsewhere.abort();
          if (said.length === 3) change = rmdir(films).then(() => rename(`${films}-away`, films));
        },
      };
      assert.equal(await placePersistently({ ...given, traces }, patience), 'placed');
      await change;
      assert.equal(said[0], `The disk with the result for ${films} is not there.`);
      assert.equal(await readFile(target, 'utf8'), 'whole');
    });

    it('is waited for no longer than the attempt lives', async () => {
      const end = new AbortController();
      const given = await placement({
        link: () => {
          end.abort();
          return Promise.reject(systemError('EIO'));
        },
      });
      await assert.rejects(
        placePersistently(given, { signal: end.signal, pausesMs: [2000], longPauseMs: 0 }),
        {
          name: 'AbortError',
        },
      );
    });
  });

  it('are swept unless they are in use or somebody else’s', async () => {
    const names = [
      '.dffmpeg-t1-1.0a1b2c3d00112233.part',
      '.dffmpeg-t2-1.0a1b2c3d00112233.part',
      // Of another daemon, which has the same disk mounted there.
      '.dffmpeg-t1-1.4e5f607100112233.part',
      '.dffmpeg-t3.part',
      'notes',
      'holiday-2024',
    ];
    for (const name of names) {
      // A person may close a folder to others as well.
      await mkdir(path.join(root, name), { mode: 0o700 });
      await writeFile(path.join(root, name, 'result.mp4'), 'x');
    }
    await sweepAttempts(root, (key) => key === 't2-1', '0a1b2c3d');
    assert.deepEqual((await readdir(root)).sort(), names.slice(1).sort());
  });

  it('are left alone behind a link: they may be another daemon’s', async function () {
    if (process.platform === 'win32') this.skip();
    const name = '.dffmpeg-t1-1.0a1b2c3d00112233.part';
    await mkdir(path.join(root, 'disk', name), { recursive: true, mode: 0o700 });
    await symlink(path.join(root, 'disk'), path.join(root, 'attempts'));
    await sweepAttempts(path.join(root, 'attempts'), () => false, '0a1b2c3d');
    assert.deepEqual(await readdir(path.join(root, 'disk')), [name]);
  });
});
