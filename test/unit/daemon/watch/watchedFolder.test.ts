import assert from 'node:assert/strict';
import type { watch } from 'node:fs';
import { mkdir, mkdtemp, realpath, rename, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openSqliteStore } from '../../../../src/coordinator/store/sqliteStore.ts';
import type { Store } from '../../../../src/coordinator/store.ts';
import { OwnFiles } from '../../../../src/daemon/watch/ownFiles.ts';
import { WatchedFolder } from '../../../../src/daemon/watch/watchedFolder.ts';
import { builtinPresets } from '../../../../src/encoding/builtinPresets.ts';
import { briefKey } from '../../../../src/files/contentKey.ts';
import { DffmpegError } from '../../../../src/protocol/errors.ts';
import type { Submission } from '../../../../src/protocol/clientContract.ts';
import { watchFolderSpecSchema } from '../../../../src/protocol/watchFolder.ts';
import { changeOf, storedJob } from '../../coordinator/fixtures.ts';
import { ManualTimers } from '../../coordinator/manualTimers.ts';

const times = { settleMs: 1000, rescanMs: 300_000, pollMs: 15_000, debounceMs: 50, tellMs: 0 };

describe('WatchedFolder', () => {
  let root: string;
  let store: Store;
  let timers: ManualTimers;
  let submitted: Submission[];
  let failing: DffmpegError | undefined;
  let refused: { name: string; error: DffmpegError } | undefined;
  let folder: WatchedFolder;

  beforeEach(async () => {
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-watch-')));
    store = await openSqliteStore({ file: ':memory:', programVersion: '1' });
    timers = new ManualTimers();
    submitted = [];
    failing = undefined;
    refused = undefined;
  });
  afterEach(async () => {
    await folder.close();
    await store.close();
    await rm(root, { recursive: true, force: true });
  });

  function make(
    options: {
      watch?: typeof watch;
      network?: string;
      settleSeconds?: number;
      onSuccess?: 'replace';
      require?: string[];
      prefer?: string[];
    } = {},
  ): WatchedFolder {
    const { settleSeconds, onSuccess, require, prefer } = options;
    const spec = watchFolderSpecSchema.parse({
      ...{ path: root, preset: 'web', settleSeconds, onSuccess, require, prefer },
    });
    folder = new WatchedFolder(
      { id: 'f', origin: 'cli', spec, paused: false, activatedAt: 1 },
      {
        store,
        own: new OwnFiles({ store, presets: () => ({}), platform: 'linux' }),
        timers,
        times: () => times,
        monotonic: () => timers.now,
        clock: timers.clock,
        preset: () => ({ name: 'web', preset: builtinPresets['web'] ?? assert.fail() }),
        networkFileSystem: () => Promise.resolve(options.network),
        wholeBytes: () => 1000,
        reading: (work) => work(),
        submit: (submission) => {
          if (failing) return Promise.reject(failing);
          if (refused && submission.sources[0]?.endsWith(refused.name)) return Promise.reject(refused.error);
          submitted.push(submission);
          return Promise.resolve(storedJob(`job${submitted.length}`));
        },
        onChange: () => undefined,
        onError: () => undefined,
        watch: options.watch ?? ((() => ({ on: () => undefined, close: () => undefined })) as never),
      },
    );
    return folder;
  }

  /** Lets time pass, and waits until what it began has been done. */
  async function pass(milliseconds: number): Promise<void> {
    timers.advance(milliseconds);
    await new Promise((resolve) => setImmediate(resolve));
    await folder.idle();
  }

  it('polls where the system has no more watches, and says so', async () => {
    const noMore = (() => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    }) as unknown as typeof watch;
    await make({ watch: noMore }).start();
    assert.equal(folder.told.state, 'polling');
    assert.match(folder.told.reason?.message ?? '', /no more watches/);
    await writeFile(path.join(root, 'a.mp4'), 'a');
    await pass(times.pollMs);
    assert.equal(folder.told.settling, 1);
    await pass(times.settleMs + 1);
    assert.equal(submitted.length, 1);
  });

  it('asks for the worker that its entry names by labels', async () => {
    await make({ network: 'nfs', require: ['gpu'], prefer: ['near'] }).start();
    await writeFile(path.join(root, 'a.mp4'), 'a');
    await pass(times.pollMs);
    await pass(times.settleMs + 1);
    assert.deepEqual(
      submitted.map(({ require, prefer }) => [require, prefer]),
      [[['gpu'], ['near']]],
    );
  });

  it('polls on a network file system', async () => {
    await make({ network: 'NFS' }).start();
    assert.equal(folder.told.state, 'polling');
    await writeFile(path.join(root, 'a.mp4'), 'a');
    await pass(times.pollMs);
    assert.equal(folder.told.settling, 1);
  });

  it('finds in its slow look at everything what the system did not tell', async () => {
    await make().start();
    await writeFile(path.join(root, 'a.mp4'), 'a');
    await pass(times.rescanMs);
    await pass(times.settleMs + 1);
    assert.equal(submitted[0]?.sources[0], path.join(root, 'a.mp4'));
  });

  it('says that names are no text, from the first one until the last is renamed', async function () {
    // Other systems make no such names.
    if (process.platform !== 'linux') return this.skip();
    const odd = (name: string): Buffer => Buffer.from(path.join(root, name), 'latin1');
    const told: ((event: string, name: string) => void)[] = [];
    const watching = ((_folder: string, _options: object, listener: (typeof told)[number]) => {
      told.push(listener);
      return { on: () => undefined, close: () => undefined };
    }) as unknown as typeof watch;
    await make({ watch: watching }).start();
    await writeFile(odd('café.mp4'), 'a');
    const change = async (name: string): Promise<void> => {
      told[0]?.('rename', Buffer.from(name, 'latin1').toString());
      await pass(times.debounceMs);
    };
    await change('café.mp4');
    assert.equal(folder.told.state, 'watching');
    assert.equal(
      folder.told.reason?.message,
      `${root}: One name in it is not valid UTF-8: what is called so is left out. Rename it.`,
    );
    await rename(odd('café.mp4'), path.join(root, 'café.mp4'));
    await change('café.mp4');
    assert.equal(folder.told.reason, undefined);
    await pass(times.settleMs + 1);
    assert.deepEqual(submitted[0]?.sources, [path.join(root, 'café.mp4')]);
  });

  it('keeps a file while the queue cannot take it, under the same id when it can', async () => {
    await writeFile(path.join(root, 'a.mp4'), 'a');
    failing = new DffmpegError('store-unavailable', 'The disk is full.');
    await make().start();
    await pass(times.settleMs + 1);
    assert.equal(folder.told.state, 'blocked');
    failing = undefined;
    await pass(times.pollMs);
    await pass(1);
    assert.equal(submitted.length, 1);
    const id = submitted[0]?.submissionId;
    // Killed before the file was noted: the same submission again.
    await store.removeWatchFolder('f');
    await folder.close();
    await make().start();
    await pass(times.settleMs + 1);
    assert.equal(submitted[1]?.submissionId, id);
  });

  it('leaves alone what an unknown job has put in a source’s place, and says so, until that source is moved', async () => {
    const aside = path.join(root, '.dffmpeg-replaced', 'jobofanolderqueue');
    await mkdir(aside, { recursive: true });
    await writeFile(path.join(aside, 'a.mov'), 'the true source');
    await make({ onSuccess: 'replace' }).start();
    for (const name of ['a.mp4', 'b.mp4']) await writeFile(path.join(root, name), name);
    await pass(times.rescanMs);
    await pass(times.settleMs + 1);
    assert.deepEqual(
      submitted.map(({ sources }) => sources),
      [[path.join(root, 'b.mp4')]],
    );
    const told = folder.files().find(({ path: file }) => file.endsWith('a.mp4'));
    assert.match(told?.reason?.message ?? '', /a\.mov was replaced by job jobofanolderqueue, of which/);
    await rm(aside, { recursive: true });
    await pass(times.settleMs + 1);
    assert.equal(submitted.length, 2);
  });

  it('takes the others while one is refused, says why, and takes that when it may', async () => {
    await make().start();
    for (const name of ['a.mp4', 'b.mp4']) await writeFile(path.join(root, name), name);
    const why = new DffmpegError('conflict', 'The result of a job is to take the place of it.');
    refused = { name: 'a.mp4', error: why };
    await folder.scan();
    await pass(times.settleMs + 1);
    assert.deepEqual(
      submitted.map(({ sources }) => sources[0]),
      [path.join(root, 'b.mp4')],
    );
    assert.equal(folder.told.state, 'watching');
    assert.equal(folder.files()[0]?.reason?.message, why.message);
    refused = undefined;
    await pass(times.settleMs + 1);
    assert.equal(submitted[1]?.sources[0], path.join(root, 'a.mp4'));
    assert.deepEqual(folder.files(), []);
  });

  it('takes no file that has the content of a result, whatever its name and its time', async () => {
    const file = (name: string) => path.join(root, name);
    await writeFile(file('holidays.mp4'), 'result');
    await writeFile(file('other.mp4'), 'source');
    const content = await briefKey(file('holidays.mp4'));
    await store.addMade('j', [{ normalised: '/elsewhere/result.mp4', bytes: 6, content }]);
    await make().start();
    await pass(times.settleMs + 1);
    assert.deepEqual(submitted.map(({ sources }) => sources), [[file('other.mp4')]]); // prettier-ignore
    await utimes(file('holidays.mp4'), 1, 1);
    await rename(file('holidays.mp4'), file('again.mp4'));
    await pass(times.rescanMs);
    await pass(times.settleMs + 1);
    assert.equal(submitted.length, 1);
    assert.equal(folder.told.settling, 0);
    const known = await store.watchedFiles('f', 10);
    assert.equal(known.find(({ file: { path: at } }) => at === file('holidays.mp4'))?.file.state, 'own');
  });

  it('takes no result that a hook of its job may still change, and takes another file of that name afterwards', async () => {
    const file = path.join(root, 'clip.mp4');
    const hook = {
      id: 'h',
      key: 'k',
      kind: 'command',
      name: '/tag',
      state: 'waiting',
      tries: 0,
      at: 0,
    } as const;
    const { job } = await store.submit(storedJob('j', { state: 'done', hooks: [hook] }));
    await store.addMade('j', [{ normalised: file, bytes: 6 }]);
    await writeFile(file, 'result with a tag');
    await make().start();
    await pass(times.settleMs + 1);
    await pass(times.rescanMs);
    await pass(times.settleMs + 1);
    assert.equal(submitted.length, 0);
    await store.write(changeOf(job, { hooks: [{ ...hook, state: 'done' }] }));
    await pass(times.rescanMs);
    await pass(times.settleMs + 1);
    assert.equal(submitted.length, 1);
  });

  it('waits for files that are empty, or have a download’s own file beside them', async () => {
    await writeFile(path.join(root, 'empty.mp4'), '');
    await writeFile(path.join(root, 'loading.mp4'), 'half');
    await writeFile(path.join(root, 'loading.mp4.aria2'), '');
    await make({ settleSeconds: 2 }).start();
    for (let rounds = 0; rounds < 4; rounds += 1) await pass(2001);
    assert.equal(folder.told.settling, 2);
    await rm(path.join(root, 'loading.mp4.aria2'));
    await pass(2001);
    assert.equal(submitted.length, 1);
  });
});
