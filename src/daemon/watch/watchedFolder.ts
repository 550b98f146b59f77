import type { watch } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Store } from '../../coordinator/store.ts';
import type { WatchFolderRecord } from '../../coordinator/store/watchRecords.ts';
import { mayBeUnread } from '../../files/unreadName.ts';
import { DffmpegError, toDffmpegError } from '../../protocol/errors.ts';
import type { PresetSnapshot } from '../../protocol/model.ts';
import type { Timers } from '../../protocol/timers.ts';
import type { WatchedFile, WatchFolder, WatchFolderSpec, WatchState } from '../../protocol/watchFolder.ts';
import { identityKeys, lookAt } from './fileLook.ts';
import {
  isOut,
  isRefused,
  missingFolder,
  networkFolder,
  noWatches,
  unreadableNames,
  unreadFolder,
  unreadFile,
} from './folderTroubles.ts';
import type { OwnFiles } from './ownFiles.ts';
import { sameLook, SettlingFiles, type FileLook } from './settlingFiles.ts';
import { takeFile, whyNotReady, type TakerParts } from './takeFile.ts';
import { TreeWatcher } from './treeWatcher.ts';
import { relativeName, walkFolder, type FoundFile } from './walkFolder.ts';
import { watchFilter, type WatchFilter } from './watchFilter.ts';

/** Milliseconds. */
export interface WatchTimes {
  readonly settleMs: number;
  readonly rescanMs: number;
  readonly pollMs: number;
  readonly debounceMs: number;
  /** What followers are told is gathered at most so often. */
  readonly tellMs: number;
}

export interface WatchedFolderParts extends Omit<TakerParts, 'record' | 'preset' | 'signal'> {
  readonly store: Store;
  readonly own: OwnFiles;
  readonly timers: Timers;
  readonly times: () => WatchTimes;
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonic: () => number;
  /** The preset as it is now. Throws what stands in the way. */
  readonly preset: (record: WatchFolderRecord) => PresetSnapshot;
  readonly networkFileSystem: (folder: string) => Promise<string | undefined>;
  /** Something that is told of it is different. */
  readonly onChange: () => void;
  readonly onError: (error: DffmpegError) => void;
  readonly watch?: typeof watch;
}

/** So many changes at once: the whole folder is looked at instead. */
const manyChanges = 2_000;

/** One folder that is watched, from `start` to `close`. Everything it does is done one after the other. */
export class WatchedFolder {
  readonly #record: WatchFolderRecord;
  readonly #spec: WatchFolderSpec;
  readonly #parts: WatchedFolderParts;
  readonly #filter: WatchFilter;
  readonly #settling: SettlingFiles;
  readonly #tree: TreeWatcher;
  readonly #closing = new AbortController();
  /** Path → identity of files that are not looked at again as they are. */
  #known = new Map<string, string>();
  readonly #unreadable = new Map<string, { bytes: number; error: DffmpegError }>();
  #dirty = new Set<string>();
  /** Inode of the folder that is watched, and its real path. */
  #root: { readonly inode: bigint; readonly real: string } | undefined;
  #state: WatchState = 'watching';
  #reason: DffmpegError | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #stopDebounce: (() => void) | undefined;
  #stopRescan: (() => void) | undefined;
  #stopDue: (() => void) | undefined;

  constructor(record: WatchFolderRecord, parts: WatchedFolderParts) {
    this.#record = record;
    this.#spec = record.spec;
    this.#parts = parts;
    this.#filter = watchFilter(record.spec);
    const { settleSeconds } = record.spec;
    this.#settling = new SettlingFiles(
      settleSeconds === undefined ? parts.times().settleMs : settleSeconds * 1000,
    );
    this.#tree = new TreeWatcher({
      root: record.spec.path,
      recursive: record.spec.recursive,
      onPath: (file) => {
        this.#changed(file);
      },
      onUnknown: () => {
        this.#changed(undefined);
      },
      onFailed: (error) => {
        parts.onError(toDffmpegError(error));
      },
      ...(parts.watch ? { watch: parts.watch } : {}),
    });
  }

  get told(): Pick<WatchFolder, 'state' | 'settling'> & { reason: DffmpegError | undefined } {
    return { state: this.#state, reason: this.#reason, settling: this.#settling.size };
  }

  /** Files that are not taken yet, and why not. */
  files(): WatchedFile[] {
    return [
      ...this.#settling.entries().map((file) => ({ ...file, state: 'settling' as const })),
      ...[...this.#unreadable].map(([file, { bytes, error }]) => ({
        ...{ path: file, bytes },
        state: 'unreadable' as const,
        reason: error.toData(),
      })),
    ];
  }

  /** Resolves when the folder was looked at. */
  start(): Promise<void> {
    return this.scan();
  }

  scan(): Promise<void> {
    return this.#inTurn(() => this.#scan());
  }

  /** Resolves when everything that was begun has been done. */
  async idle(): Promise<void> {
    await this.#work;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const stop of [this.#stopDebounce, this.#stopRescan, this.#stopDue]) stop?.();
    this.#tree.clear();
    await this.#work;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#work.then(async () => {
      if (this.#closing.signal.aborted) return;
      try {
        await work();
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        // The store, mostly: what was not done is done with the next look.
        this.#block(toDffmpegError(error));
      }
      this.#arm();
      this.#parts.onChange();
    });
    this.#work = turn;
    return turn;
  }

  #changed(file: string | undefined): void {
    if (file !== undefined) this.#dirty.add(file);
    else this.#dirty.add(this.#spec.path);
    if (this.#stopDebounce !== undefined || this.#closing.signal.aborted) return;
    this.#stopDebounce = this.#parts.timers.after(this.#parts.times().debounceMs, () => {
      this.#stopDebounce = undefined;
      void this.#inTurn(() => this.#lookAtChanges());
    });
  }

  /** Everything, as if nothing had been known of the folder. */
  async #scan(): Promise<void> {
    const { path: root } = this.#spec;
    const { signal } = this.#closing;
    this.#dirty = new Set();
    this.#reason = undefined;
    const there = await stat(root, { bigint: true }).catch((error: unknown) => missingFolder(root, error));
    if (there instanceof DffmpegError || !there.isDirectory()) {
      this.#leave(there instanceof DffmpegError ? there : missingFolder(root, undefined));
      return;
    }
    // Another folder under its name, or watches that failed: begun anew.
    if (this.#root?.inode !== there.ino || !this.#tree.works) this.#tree.clear();
    this.#root = { inode: there.ino, real: await realpath(root) };
    const walk = await walkFolder(root, {
      ...{ root, filter: this.#filter, signal },
      ownFolders: (folders) => this.#parts.own.folders(folders),
      onFolder: (folder) => {
        this.#tree.add(folder);
      },
    });
    this.#tree.retain(walk.folders);
    const present = new Set(walk.files.map((file) => file.path));
    this.#settling.retain(present);
    this.#known = new Map([...this.#known].filter(([file]) => present.has(file)));
    this.#unreadable.clear();
    await this.#consider(walk.files);
    const [unread] = walk.unread;
    const network = await this.#parts.networkFileSystem(this.#root.real);
    this.#state = this.#tree.works && network === undefined ? 'watching' : 'polling';
    const [names] = walk.unreadNames;
    if (unread) this.#reason = unreadFolder(unread.folder, unread.error);
    else if (names) this.#reason = unreadableNames(names);
    else if (!this.#tree.works) this.#reason = noWatches();
    else if (network !== undefined) this.#reason = networkFolder(network);
  }

  async #lookAtChanges(): Promise<void> {
    const { path: root } = this.#spec;
    const dirty = this.#dirty;
    this.#dirty = new Set();
    const there = await stat(root, { bigint: true }).catch(() => undefined);
    if (there?.ino !== this.#root?.inode || dirty.has(root) || dirty.size > manyChanges) return this.#scan();
    const found: FoundFile[] = [];
    for (const file of dirty) {
      const relative = relativeName(root, file);
      if (!isInside(relative) || !this.#reaches(relative)) continue;
      const stats = await stat(file).catch(() => undefined);
      // What came or went under it is to be counted.
      if (!stats && mayBeUnread(file)) return this.#scan();
      if (stats?.isDirectory() === true) {
        // What else is in it, and below: rare enough to look at everything.
        if (this.#filter.entersFolder(relative)) return this.#scan();
        continue;
      }
      if (!this.#filter.takesFile(relative)) continue;
      const look = await lookAt(file);
      if (look) found.push({ path: file, look });
      else this.#forget(file);
    }
    await this.#consider(found);
  }

  /** Of files that are there: which of them may become jobs, once they have stopped growing? */
  async #consider(found: readonly FoundFile[]): Promise<void> {
    const { store, own, clock, monotonic } = this.#parts;
    const unsure = found.filter(
      ({ path: file, look }) => this.#known.get(file) !== identityKeys(file, look).inodeKey,
    );
    const keys = unsure.map(({ path: file, look }) => identityKeys(file, look));
    const watched = await store.watchedAmong(this.#record.id, keys);
    const strange = unsure.filter((_, index) => watched[index] !== true);
    for (const [index, { path: file, look }] of unsure.entries())
      if (watched[index] === true) this.#settle(file, look);
    const ours = await own.files(strange.map(({ path: file, look }) => ({ path: file, bytes: look.bytes })));
    for (const { path: file, look } of strange) {
      const ownership = ours.get(file);
      if (ownership === undefined) {
        this.#settling.seen(file, look, monotonic());
        continue;
      }
      this.#settling.drop(file);
      // A name that a job has reserved may be a stranger's, and not the result: seen again later.
      if (ownership === 'reserved') continue;
      if (ownership === 'result') {
        const identity = identityKeys(file, look);
        const record = { ...identity, path: file, bytes: look.bytes, state: 'own' as const, at: clock() };
        await store.addWatchedFiles(this.#record.id, [
          { ...record, fileKey: `identity-${identity.inodeKey}` },
        ]);
      }
      this.#settle(file, look);
    }
  }

  /** Those whose time is over become jobs, unless another look finds them different. */
  async #takeDue(): Promise<void> {
    const { monotonic, onChange, preset } = this.#parts;
    const { signal } = this.#closing;
    const due = this.#settling.due(monotonic());
    if (due.length === 0 || this.#state === 'blocked') return;
    let snapshot: PresetSnapshot;
    try {
      snapshot = preset(this.#record);
    } catch (error) {
      this.#block(toDffmpegError(error));
      return;
    }
    const waiting = await whyNotReady(due, (file) =>
      path.join(this.#root?.real ?? this.#spec.path, relativeName(this.#spec.path, file)),
    );
    for (const { path: file, look } of due) {
      signal.throwIfAborted();
      const now = await lookAt(file);
      if (now === undefined) this.#forget(file);
      else if (!sameLook(now, look)) this.#settling.seen(file, now, monotonic());
      else if (waiting.has(file)) this.#settling.restart(file, now, monotonic());
      else await this.#take(file, now, snapshot);
      onChange();
    }
  }

  async #take(file: string, look: FileLook, preset: PresetSnapshot): Promise<void> {
    const { signal } = this.#closing;
    try {
      const taken = await takeFile(
        { path: file, look },
        { ...this.#parts, record: this.#record, preset, signal },
      );
      if (taken === 'taken') this.#settle(file, look);
      else if (taken === 'own') this.#settling.drop(file);
      else this.#settling.restart(file, (await lookAt(file)) ?? look, this.#parts.monotonic());
    } catch (thrown) {
      if (isOut(thrown)) {
        this.#settling.drop(file);
        this.#unreadable.set(file, { bytes: look.bytes, error: unreadFile(file, thrown) });
        return;
      }
      if (!isRefused(thrown)) throw thrown;
      this.#settling.restart(file, look, this.#parts.monotonic(), thrown.toData());
    }
  }

  #settle(file: string, look: FileLook): void {
    this.#settling.drop(file);
    this.#known.set(file, identityKeys(file, look).inodeKey);
  }

  #forget(file: string): void {
    this.#settling.drop(file);
    this.#known.delete(file);
    this.#unreadable.delete(file);
  }

  /** Whether the folders between are entered. */
  #reaches(relative: string): boolean {
    const names = relative.split('/');
    return names
      .slice(0, -1)
      .every((_, index) => this.#filter.entersFolder(names.slice(0, index + 1).join('/')));
  }

  #leave(reason: DffmpegError): void {
    this.#tree.clear();
    this.#root = undefined;
    this.#known.clear();
    this.#settling.retain(new Set());
    this.#state = 'missing';
    this.#reason = reason;
  }

  #block(reason: DffmpegError): void {
    this.#state = 'blocked';
    this.#reason = reason;
    this.#parts.onError(reason);
  }

  #arm(): void {
    const { timers, times, monotonic } = this.#parts;
    this.#stopRescan?.();
    this.#stopDue?.();
    this.#stopDue = undefined;
    if (this.#closing.signal.aborted) return;
    const slow = this.#state === 'watching' || this.#reason?.class === 'request';
    this.#stopRescan = timers.after(slow ? times().rescanMs : times().pollMs, () => void this.scan());
    const next = this.#settling.nextDue();
    if (next === undefined || this.#state === 'blocked') return;
    this.#stopDue = timers.after(Math.max(1, next - monotonic() + 1), () => {
      void this.#inTurn(() => this.#takeDue());
    });
  }
}

function isInside(relative: string): boolean {
  return relative !== '' && relative !== '..' && !relative.startsWith('../') && !path.isAbsolute(relative);
}
