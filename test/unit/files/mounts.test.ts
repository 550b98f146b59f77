import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Mounts, type MountSettings } from '../../../src/files/mounts.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import type { MountedFile } from '../../../src/protocol/mounts.ts';

describe('mounts', () => {
  const { signal } = new AbortController();
  let root: string;
  let here: string;
  let there: string;
  let now: number;
  /** Called after the wait that is asked for. */
  let due: (() => void)[];
  let changes: number;
  let settings: { -readonly [K in keyof MountSettings]: MountSettings[K] };
  let open: Mounts[];

  const machine = async (folder: string): Promise<Mounts> => {
    settings = {
      mount: { MEDIA: folder },
      ...{ mountLookSeconds: 10, mountTimeoutSeconds: 5, mountReadSeconds: 60, mountDistrustMinutes: 10 },
    };
    const mounts = new Mounts({
      settings,
      now: () => now,
      timers: {
        after: (_milliseconds, callback) => {
          due.push(callback);
          return () => {
            due = due.filter((each) => each !== callback);
          };
        },
      },
      onChange: () => (changes += 1),
    });
    open.push(mounts);
    await mounts.watch();
    return mounts;
  };
  /** The next look, when its time has come. */
  const lookAgain = (mounts: Mounts): Promise<void> => {
    due = [];
    return mounts.watch();
  };
  const refusal = (asked: Promise<unknown>): Promise<string> =>
    asked.then(
      (found) => assert.fail(`It was opened: ${String(found)}`),
      (error: unknown) => {
        assert.ok(error instanceof DffmpegError, String(error));
        assert.equal(error.code, 'mount-unavailable');
        return error.message;
      },
    );
  const described = async (mounts: Mounts, file: string): Promise<MountedFile> => {
    const found = await mounts.describe(file, signal);
    assert.ok(found, `${file} lies in no mount.`);
    return found;
  };

  const modifiedOf = async (name: string): Promise<bigint> =>
    (await stat(path.join(here, 'films', name), { bigint: true })).mtimeNs;
  const state = { bytes: 6, modified: String(10n ** 9n) };

  beforeEach(async () => {
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-mounts-')));
    here = path.join(root, 'here');
    there = path.join(root, 'there');
    for (const folder of [here, there]) {
      await mkdir(path.join(folder, 'films'), { recursive: true });
      await writeFile(path.join(folder, 'films', 'clip.mov'), 'a film');
      await utimes(path.join(folder, 'films', 'clip.mov'), 1, 1);
    }
    now = 0;
    due = [];
    changes = 0;
    open = [];
  });
  afterEach(async () => {
    for (const mounts of open) mounts.close();
    await rm(root, { recursive: true });
  });

  it('lead to the same file under the path of the other machine', async () => {
    const mounted = await described(await machine(here), path.join(here, 'films', 'clip.mov'));
    assert.equal(mounted.path, '$MEDIA/films/clip.mov');
    // What is known of it already is not read again.
    const known = await open[0]?.describe(path.join(here, 'films', 'clip.mov'), signal, 'known');
    assert.deepEqual(known, { path: mounted.path, content: 'known' });
    const other = await machine(there);
    assert.equal(await other.locate(mounted, state, signal), path.join(there, 'films', 'clip.mov'));
  });

  it('do not lead to another file of that name, whatever its size and time are', async () => {
    const mounted = await described(await machine(here), path.join(here, 'films', 'clip.mov'));
    const file = path.join(there, 'films', 'clip.mov');
    await writeFile(file, 'b film');
    await utimes(file, 1, 1);
    await utimes(path.join(here, 'films', 'clip.mov'), 1, 1);
    const other = await machine(there);
    assert.equal(
      await refusal(other.locate(mounted, state, signal)),
      '$MEDIA/films/clip.mov is another file here.',
    );
  });

  it('do not lead to a copy that is older or newer, of a large one of which parts alone are read', async () => {
    const mounted = await described(await machine(here), path.join(here, 'films', 'clip.mov'));
    const file = path.join(there, 'films', 'clip.mov');
    const other = await machine(there);
    for (const seconds of [4, 3600]) {
      await utimes(file, seconds, seconds);
      assert.match(await refusal(other.locate(mounted, state, signal)), /is another file here/);
    }
    // As a file system counts that has no halves of such a step.
    await utimes(file, 2.5, 2.5);
    await other.locate(mounted, state, signal);
  });

  it('hold what links inside lead to, by its own place; what leads out of them is in none, on either side', async () => {
    await symlink(path.join(here, 'films', 'clip.mov'), path.join(here, 'link.mov'));
    await writeFile(path.join(root, 'secret.mov'), 'a film');
    await symlink(path.join(root, 'secret.mov'), path.join(here, 'out.mov'));
    await symlink(path.join(root, 'secret.mov'), path.join(there, 'out.mov'));
    await symlink(root, path.join(there, 'up'));
    const mine = await machine(here);
    const mounted = await described(mine, path.join(here, 'link.mov'));
    assert.equal(mounted.path, '$MEDIA/films/clip.mov');
    assert.equal(await mine.describe(path.join(here, 'out.mov'), signal), undefined);
    assert.equal(await mine.describe(path.join(root, 'secret.mov'), signal), undefined);
    // A coordinator that is believed nothing.
    const other = await machine(there);
    const { content } = mounted;
    for (const name of ['$MEDIA/out.mov', '$MEDIA/up/secret.mov', '$MEDIA/up/there/films/clip.mov'])
      await other.locate({ path: name, content }, state, signal).then(
        (found) => {
          // Around and back in again it is inside.
          assert.equal(found, path.join(there, 'films', 'clip.mov'));
          assert.equal(name, '$MEDIA/up/there/films/clip.mov');
        },
        (error: unknown) => {
          assert.match(String(error), /leads out of/);
        },
      );
  });

  it('are away while nothing is mounted, and there again afterwards, and others are told once of each', async () => {
    const mounts = await machine(here);
    const mounted = await described(mounts, path.join(here, 'films', 'clip.mov'));
    assert.deepEqual(mounts.states, [{ name: 'MEDIA', path: here }]);
    assert.equal(changes, 0);
    await rename(here, `${here}.away`);
    await mkdir(here);
    await lookAgain(mounts);
    assert.equal(mounts.states[0]?.trouble?.message, `${here} is empty: nothing seems to be mounted there.`);
    assert.equal(changes, 1);
    await lookAgain(mounts);
    assert.equal(changes, 1);
    assert.match(await refusal(mounts.locate(mounted, state, signal)), /is empty/);
    await rm(here, { recursive: true });
    await lookAgain(mounts);
    assert.equal(mounts.states[0]?.trouble?.message, `${here} is not there.`);
    await rename(`${here}.away`, here);
    await lookAgain(mounts);
    assert.deepEqual(mounts.states, [{ name: 'MEDIA', path: here }]);
    assert.equal(await mounts.locate(mounted, state, signal), path.join(here, 'films', 'clip.mov'));
  });

  it('are those of the settings, as they are by then', async () => {
    const mounts = await machine(here);
    settings.mount = { OTHER: there };
    await lookAgain(mounts);
    assert.deepEqual(mounts.states, [{ name: 'OTHER', path: there }]);
    settings.mount = {};
    await lookAgain(mounts);
    assert.deepEqual(mounts.states, []);
  });

  it('give no file for a while whose encode has failed there', async () => {
    const mounts = await machine(here);
    const mounted = await described(mounts, path.join(here, 'films', 'clip.mov'));
    await writeFile(path.join(here, 'films', 'other.mov'), 'another film');
    const other = await described(mounts, path.join(here, 'films', 'other.mov'));
    mounts.distrust(mounted);
    assert.match(await refusal(mounts.locate(mounted, state, signal)), /has failed here a short while ago/);
    await mounts.locate(other, { bytes: 12, modified: String(await modifiedOf('other.mov')) }, signal);
    now = 10 * 60_000;
    await mounts.locate(mounted, state, signal);
  });

  it('that do not answer are away, keep nobody waiting, and are asked once', async () => {
    const mounts = await machine(here);
    const mounted = await described(mounts, path.join(here, 'films', 'clip.mov'));
    due = [];
    // Not answered before the time is over: the timers are called at once.
    const looking = mounts.watch();
    for (const late of due.splice(0)) late();
    await looking;
    assert.equal(mounts.states[0]?.trouble?.message, 'It has not answered for 5 s.');
    assert.match(await refusal(mounts.locate(mounted, state, signal)), /has not answered/);
    await lookAgain(mounts);
    assert.deepEqual(mounts.states, [{ name: 'MEDIA', path: here }]);
  });
});
