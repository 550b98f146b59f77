import assert from 'node:assert/strict';
import { mkdtemp, mkdir, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openSqliteStore } from '../../../../src/coordinator/store/sqliteStore.ts';
import type { Store } from '../../../../src/coordinator/store.ts';
import { WatchBoard } from '../../../../src/coordinator/watchBoard.ts';
import { OwnFiles } from '../../../../src/daemon/watch/ownFiles.ts';
import { WatchService } from '../../../../src/daemon/watch/watchService.ts';
import { builtinPresets } from '../../../../src/encoding/builtinPresets.ts';
import { watchFolderSpecSchema, type WatchFolderSpec } from '../../../../src/protocol/watchFolder.ts';
import { storedJob } from '../../coordinator/fixtures.ts';
import { ManualTimers } from '../../coordinator/manualTimers.ts';

describe('WatchService', () => {
  let root: string;
  let store: Store;
  let service: WatchService;
  let declared: WatchFolderSpec[];
  let counts: number[];
  let onFolders: () => void;

  beforeEach(async () => {
    root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-watch-')));
    store = await openSqliteStore({ file: ':memory:', programVersion: '1' });
    declared = [watchFolderSpecSchema.parse({ path: root, preset: 'web', recursive: true })];
    counts = [];
    onFolders = () => undefined;
    const timers = new ManualTimers();
    const own = new OwnFiles({ store, presets: () => ({}), platform: 'linux' });
    service = new WatchService({
      ...{ store, timers, clock: timers.clock, monotonic: timers.clock, board: new WatchBoard() },
      own: {
        files: (files) => own.files(files),
        folders: (folders) => {
          onFolders();
          return own.folders(folders);
        },
      } as OwnFiles,
      declared: () => declared,
      settingsKey: () => JSON.stringify(declared),
      onCount: (watching) => counts.push(watching),
      times: () => ({ settleMs: 1000, rescanMs: 1000, pollMs: 1000, debounceMs: 50, tellMs: 0 }),
      preset: () => ({ name: 'web', preset: builtinPresets['web'] ?? assert.fail() }),
      networkFileSystem: () => Promise.resolve(undefined),
      wholeBytes: () => 1000,
      reading: (work) => work(),
      submit: () => Promise.resolve(storedJob('job')),
      onError: () => undefined,
      watch: (() => ({ on: () => undefined, close: () => undefined })) as never,
    });
    await service.start();
  });
  afterEach(async () => {
    await service.close();
    await store.close();
    await rm(root, { recursive: true, force: true });
  });

  it('counts folders that it watches: none that is paused or not declared any more', async () => {
    const [spec] = declared;
    assert.ok(spec);
    const { id } = await service.activateDeclared(root, 'skip');
    assert.equal(counts.at(-1), 1);
    declared = [];
    await service.configure();
    assert.equal(counts.at(-1), 0);
    declared = [spec];
    await service.configure();
    assert.equal(counts.at(-1), 1);
    await service.pause(id, true);
    assert.equal(counts.at(-1), 0);
    await service.pause(id, false);
    assert.equal(counts.at(-1), 1);
    await service.remove(id);
    assert.equal(counts.at(-1), 0);
  });

  it('ends its look at what is there already when the daemon leaves', async () => {
    await mkdir(path.join(root, 'a'));
    let looks = 0;
    let closed: Promise<void> | undefined;
    onFolders = () => {
      looks += 1;
      closed ??= service.close();
    };
    await assert.rejects(service.activateDeclared(root, 'skip'), { name: 'AbortError' });
    await closed;
    assert.equal(looks, 1);
  });

  it('asks for a folder that is not there before it is watched', async () => {
    const spec = watchFolderSpecSchema.parse({ path: path.join(root, 'nowhere'), preset: 'web' });
    await assert.rejects(service.activate(spec, { origin: 'cli', existing: 'skip' }), {
      code: 'source-missing',
      hint: 'Create it, then try again.',
    });
  });
});
