import { watch as watchFs, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { errnoCode } from '../../files/errnoCode.ts';

export interface TreeWatcherOptions {
  readonly root: string;
  readonly recursive: boolean;
  /** Something is different about this path: it came, went, or changed. */
  readonly onPath: (file: string) => void;
  /** Something is different, and the system does not say where. */
  readonly onUnknown: () => void;
  /** The system cannot watch (any more). */
  readonly onFailed: (error: unknown) => void;
  readonly watch?: typeof watchFs;
}

/** One watch for the whole tree; Linux has one for each folder. */
const watchesTrees = process.platform === 'win32' || process.platform === 'darwin';

/** What the system tells of a folder and those below it. Says nothing of what was before: scan after `add`. */
export class TreeWatcher {
  readonly #options: TreeWatcherOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  #failed = false;

  constructor(options: TreeWatcherOptions) {
    this.#options = options;
  }

  /** Whether everything that was added is watched. */
  get works(): boolean {
    return !this.#failed;
  }

  /** Begins to watch a folder, before it is read: nothing may slip through between. */
  add(folder: string): void {
    const { root, recursive } = this.#options;
    if (this.#watchers.has(folder) || (watchesTrees && folder !== root)) return;
    const { watch = watchFs } = this.#options;
    try {
      const watcher = watch(
        folder,
        { persistent: false, recursive: watchesTrees && recursive },
        (_, name) => {
          if (name === null) this.#options.onUnknown();
          else this.#options.onPath(path.join(folder, name));
        },
      );
      watcher.on('error', (error) => {
        this.#drop(folder);
        this.#fail(error);
      });
      this.#watchers.set(folder, watcher);
    } catch (error) {
      // It may have been removed meanwhile: what reads it next finds that.
      if (errnoCode(error) !== 'ENOENT') this.#fail(error);
    }
  }

  /** The folders that there are: what else was watched is gone. */
  retain(folders: ReadonlySet<string>): void {
    for (const folder of this.#watchers.keys()) if (!folders.has(folder)) this.#drop(folder);
  }

  /** Everything is watched anew with the next `add`. */
  clear(): void {
    this.#failed = false;
    for (const folder of [...this.#watchers.keys()]) this.#drop(folder);
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  #fail(error: unknown): void {
    if (!this.#failed) this.#options.onFailed(error);
    this.#failed = true;
  }
}
