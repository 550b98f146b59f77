import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { normalisePath } from '../../coordinator/outputNames.ts';
import type { WatchedFileRecord, WatchFolderRecord } from '../../coordinator/store/watchRecords.ts';
import type { WatchBoard } from '../../coordinator/watchBoard.ts';
import type { Preset } from '../../encoding/preset.ts';
import { DffmpegError, toDffmpegError } from '../../protocol/errors.ts';
import type { WatchedFile, WatchFolder, WatchFolderSpec, WatchOrigin } from '../../protocol/watchFolder.ts';
import { identityKeys } from './fileLook.ts';
import { notActivated } from './folderTroubles.ts';
import { walkFolder } from './walkFolder.ts';
import { WatchedFolder, type WatchedFolderParts } from './watchedFolder.ts';
import { watchFilter } from './watchFilter.ts';

export interface WatchServiceOptions extends Omit<WatchedFolderParts, 'onChange'> {
  readonly board: WatchBoard;
  /** Folders of config.jsonc, as they are now. */
  readonly declared: () => readonly WatchFolderSpec[];
  /** Differs when a setting has changed that counts here. */
  readonly settingsKey: () => string;
  /** How many are being watched: reasons for the daemon to stay. */
  readonly onCount: (watching: number) => void;
}

interface Activated {
  record: WatchFolderRecord;
  /** Missing while it is paused, or not declared any more. */
  folder?: WatchedFolder | undefined;
}

/** All watched folders: which are activated outlives the daemon. Changes of the list are made one after the other. */
export class WatchService {
  readonly #options: WatchServiceOptions;
  readonly #activated = new Map<string, Activated>();
  #turn: Promise<unknown> = Promise.resolve();
  #stopTelling: (() => void) | undefined;
  #stopAsked: (() => void) | undefined;
  readonly #closing = new AbortController();
  #settings: string;

  constructor(options: WatchServiceOptions) {
    this.#options = options;
    this.#settings = options.settingsKey();
  }

  async start(): Promise<void> {
    for (const record of await this.#options.store.watchFolders()) this.#activated.set(record.id, { record });
    this.#stopAsked = this.#options.board.asked.on(() => {
      this.changed();
    });
    for (const id of this.#activated.keys()) void this.#begin(id);
    this.#count();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopAsked?.();
    this.#stopTelling?.();
    await this.#turn;
    for (const id of this.#activated.keys()) await this.#end(id);
  }

  /** Something that followers are told of is different. */
  changed(): void {
    if (this.#stopTelling !== undefined || this.#closing.signal.aborted || !this.#options.board.followed)
      return;
    this.#stopTelling = this.#options.timers.after(this.#options.times().tellMs, () => {
      this.#stopTelling = undefined;
      this.list().then(
        (folders) => {
          if (!this.#closing.signal.aborted) this.#options.board.post(folders);
        },
        (error: unknown) => {
          this.#options.onError(toDffmpegError(error));
        },
      );
    });
  }

  /** Settings have changed: what is declared, presets, times. */
  async configure(): Promise<void> {
    await this.#inTurn(async () => {
      const settings = this.#options.settingsKey();
      if (settings === this.#settings) return;
      this.#settings = settings;
      for (const id of this.#activated.keys()) {
        await this.#end(id);
        void this.#begin(id);
      }
      this.#count();
    });
  }

  async list(): Promise<WatchFolder[]> {
    const activated = await Promise.all([...this.#activated.keys()].map((id) => this.#tell(id)));
    const declared = this.#declared().filter(({ id }) => !this.#activated.has(id));
    return [
      ...activated,
      ...declared.map(({ id, spec }) => ({
        ...{ id, spec, origin: 'config' as const, state: 'declared' as const },
        ...{ settling: 0, submitted: 0, failed: 0 },
      })),
    ];
  }

  async files(folder: string, limit: number): Promise<WatchedFile[]> {
    const id = this.#find(folder);
    const waiting = this.#activated.get(id)?.folder?.files() ?? [];
    const stored = await this.#options.store.watchedFiles(id, limit);
    const taken = stored.map(({ file: { path: file, bytes, state, jobId, at }, jobState }) => ({
      ...{ path: file, bytes, state, at },
      ...(jobId === undefined ? {} : { jobId }),
      ...(jobState === undefined ? {} : { jobState }),
    }));
    return [...waiting, ...taken].slice(0, limit);
  }

  activate(
    given: WatchFolderSpec,
    options: { origin: WatchOrigin; preset?: Preset | undefined; existing: 'skip' | 'encode' },
  ): Promise<WatchFolder> {
    return this.#inTurn(async () => {
      // What becomes of sources is a person's own decision, never one of a folder's settings.
      const onSuccess = options.origin === 'workspace' ? 'keep' : given.onSuccess;
      const spec = { ...given, onSuccess, path: wholePath(given.path) };
      const id = folderId(spec);
      const earlier = this.#activated.get(id)?.record;
      const record: WatchFolderRecord = {
        ...{ id, spec, origin: options.origin, preset: options.preset, paused: false },
        activatedAt: earlier?.activatedAt ?? this.#options.clock(),
      };
      // A mistake in it is said now, and not when the first file comes.
      this.#options.preset(record);
      await this.#requireFolder(spec.path);
      const files = earlier || options.existing === 'encode' ? [] : await this.#existing(record);
      await this.#options.store.saveWatchFolder(record, files, options.existing === 'encode');
      await this.#end(id);
      this.#activated.set(id, { record });
      await this.#begin(id);
      this.#count();
      return this.#tell(id);
    });
  }

  activateDeclared(folder: string, existing: 'skip' | 'encode'): Promise<WatchFolder> {
    const declared = this.#declared();
    const id = choose(folder, declared, 'declared in config.jsonc');
    const spec = declared.find((each) => each.id === id)?.spec;
    if (!spec) throw new DffmpegError('internal', `${folder} is not declared.`);
    return this.activate(spec, { origin: 'config', existing });
  }

  pause(folder: string, paused: boolean): Promise<WatchFolder> {
    return this.#inTurn(async () => {
      const id = this.#find(folder);
      const activated = this.#activated.get(id);
      if (activated && activated.record.paused !== paused) {
        const record = { ...activated.record, paused };
        await this.#options.store.saveWatchFolder(record);
        activated.record = record;
        await (paused ? this.#end(id) : this.#begin(id));
        this.#count();
      }
      return this.#tell(id);
    });
  }

  remove(folder: string): Promise<WatchFolder> {
    return this.#inTurn(async () => {
      const id = this.#find(folder);
      const told = await this.#tell(id);
      await this.#end(id);
      await this.#options.store.removeWatchFolder(id);
      this.#activated.delete(id);
      this.#count();
      return told;
    });
  }

  async scan(folder: string): Promise<WatchFolder> {
    const id = this.#find(folder);
    await this.#activated.get(id)?.folder?.scan();
    return this.#tell(id);
  }

  /** Begins to watch. The promise is of the first look at the folder. */
  #begin(id: string): Promise<void> {
    const activated = this.#activated.get(id);
    const spec = activated && this.#specOf(activated.record);
    if (!activated || !spec || activated.record.paused || activated.folder || this.#closing.signal.aborted)
      return Promise.resolve();
    activated.record = { ...activated.record, spec };
    const folder = new WatchedFolder(activated.record, {
      ...this.#options,
      onChange: () => {
        this.changed();
      },
    });
    activated.folder = folder;
    this.#count();
    return folder.start();
  }

  async #end(id: string): Promise<void> {
    const activated = this.#activated.get(id);
    const folder = activated?.folder;
    if (activated) activated.folder = undefined;
    await folder?.close();
  }

  /** What stands in config.jsonc counts as it is now; undefined where it does not stand there any more. */
  #specOf({ id, origin, spec }: WatchFolderRecord): WatchFolderSpec | undefined {
    return origin === 'config' ? this.#declared().find((each) => each.id === id)?.spec : spec;
  }

  #declared(): { id: string; spec: WatchFolderSpec }[] {
    return this.#options.declared().map((given) => {
      const spec = { ...given, path: wholePath(given.path) };
      return { id: folderId(spec), spec };
    });
  }

  async #tell(id: string): Promise<WatchFolder> {
    const activated = this.#activated.get(id);
    if (!activated) throw notWatched(id);
    const { record, folder } = activated;
    const { submitted, failed, last } = await this.#options.store.watchSummary(id);
    const told = folder?.told ?? { state: 'paused' as const, settling: 0, reason: undefined };
    const gone = !record.paused && !folder ? undeclared() : undefined;
    return {
      ...{ id, origin: record.origin, spec: record.spec, activatedAt: record.activatedAt },
      state: gone ? 'blocked' : told.state,
      reason: (gone ?? told.reason)?.toData(),
      ...{ settling: told.settling, submitted, failed },
      ...(last?.jobId === undefined ? {} : { last: { path: last.path, at: last.at, jobId: last.jobId } }),
    };
  }

  #find(folder: string): string {
    const all = [...this.#activated.values()].map(({ record: { id, spec } }) => ({ id, spec }));
    return choose(folder, all, 'watched');
  }

  /** Files that are there already, known by what they are now: one that still grows is another later. */
  async #existing({ spec }: WatchFolderRecord): Promise<WatchedFileRecord[]> {
    const { own, clock } = this.#options;
    const { files } = await walkFolder(spec.path, {
      root: spec.path,
      filter: watchFilter(spec),
      ownFolders: (folders) => own.folders(folders),
      onFolder: () => undefined,
      signal: this.#closing.signal,
    });
    return files.map(({ path: file, look }) => {
      const keys = identityKeys(file, look);
      return {
        ...{ ...keys, fileKey: `identity-${keys.inodeKey}`, path: file, bytes: look.bytes },
        ...{ state: 'existing' as const, at: clock() },
      };
    });
  }

  async #requireFolder(folder: string): Promise<void> {
    const stats = await stat(folder).catch((error: unknown) => {
      throw notActivated(folder, error);
    });
    if (!stats.isDirectory()) throw notActivated(folder, undefined);
  }

  #count(): void {
    const watching = [...this.#activated.values()].filter(({ folder }) => folder !== undefined).length;
    this.#options.onCount(watching);
    this.changed();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** One folder may be watched for several presets. */
function folderId({ path: folder, preset }: WatchFolderSpec): string {
  const text = `${normalisePath(folder, process.platform)}\0${preset}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function wholePath(given: string): string {
  const home = given === '~' || /^~[\\/]/.test(given) ? path.join(os.homedir(), given.slice(1)) : given;
  const whole = path.resolve(home);
  return whole;
}

function choose(folder: string, all: readonly { id: string; spec: WatchFolderSpec }[], are: string): string {
  const exact = all.find(({ id }) => id === folder);
  if (exact) return exact.id;
  const wanted = normalisePath(wholePath(folder), process.platform);
  const found = all.filter(({ spec }) => normalisePath(spec.path, process.platform) === wanted);
  const [only, second] = found;
  if (only === undefined) {
    const known = all.map(({ spec }) => spec.path);
    throw new DffmpegError('not-found', `${folder} is not ${are}.`, {
      hint: known.length === 0 ? 'No folder is.' : `There are: ${[...new Set(known)].join(', ')}.`,
    });
  }
  if (second === undefined) return only.id;
  const ids = found.map(({ id, spec }) => `${id} (${spec.preset})`).join(', ');
  throw new DffmpegError('conflict', `${folder} is watched for several presets.`, {
    hint: `Name one by its id: ${ids}.`,
  });
}

function notWatched(id: string): DffmpegError {
  return new DffmpegError('not-found', `There is no watched folder ${id}.`, {
    hint: '“dffmpeg watch list” lists them.',
  });
}

function undeclared(): DffmpegError {
  return new DffmpegError('request-invalid', 'The folder does not stand in config.jsonc any more.', {
    hint: 'Write it there again with the same preset, or remove it from the watched folders.',
  });
}
