import { isSameDaemon, readDiscovery, type Discovery } from '../client/discovery.ts';
import { identityIfThere, sameFile } from '../files/fileIdentity.ts';
import type { Timers } from '../protocol/timers.ts';
import type { FileIdentity } from '../protocol/fileState.ts';

export interface StateGuardOptions {
  readonly stateDir: string;
  /** What this daemon has written there. */
  readonly discovery: Discovery;
  /** Of the queue, in the state folder. */
  readonly storeFile: string;
  readonly timers: Timers;
  readonly lookMs: () => number;
  /** The discovery file alone is gone. */
  readonly writeAgain: () => Promise<void>;
  /** The folder, or what stands in it, is not this daemon's any more. */
  readonly onLost: () => void;
  /** The queue’s database alone was deleted or replaced; said once. */
  readonly onStoreLost: () => void;
  readonly onError: (error: unknown) => void;
}

/** Sees that a state folder was deleted under its daemon, which nobody could find any more. */
export class StateGuard {
  readonly #options: StateGuardOptions;
  readonly #store: FileIdentity | undefined;
  #stop: (() => void) | undefined;
  #closed = false;

  private constructor(options: StateGuardOptions, store: FileIdentity | undefined) {
    this.#options = options;
    this.#store = store;
  }

  static async begin(options: StateGuardOptions): Promise<StateGuard> {
    const guard = new StateGuard(options, await identityIfThere(options.storeFile));
    guard.#wait();
    return guard;
  }

  close(): void {
    this.#closed = true;
    this.#stop?.();
  }

  #wait(): void {
    if (this.#closed) return;
    const { timers, lookMs, onError } = this.#options;
    this.#stop = timers.after(lookMs(), () => {
      this.#look().then(
        (isOurs) => {
          if (isOurs) this.#wait();
        },
        (error: unknown) => {
          // A disk that does not answer is not a folder that is gone.
          onError(error);
          this.#wait();
        },
      );
    });
  }

  async #look(): Promise<boolean> {
    const { stateDir, discovery, storeFile, writeAgain, onLost, onStoreLost } = this.#options;
    const found = await readDiscovery(stateDir);
    const hasStore = isSame(await identityIfThere(storeFile), this.#store);
    if (found !== undefined && isSameDaemon(found, discovery)) {
      if (!hasStore && !this.#closed) onStoreLost();
      return hasStore;
    }
    const isOurs = found === undefined && hasStore;
    if (this.#closed) return false;
    if (isOurs) await writeAgain();
    else onLost();
    return isOurs;
  }
}

/** Also where there is neither. */
function isSame(now: FileIdentity | undefined, before: FileIdentity | undefined): boolean {
  return now && before ? sameFile(now, before) : now === before;
}
