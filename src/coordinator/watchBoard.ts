import type { WatchFolder } from '../protocol/watchFolder.ts';
import { Emitter } from './emitter.ts';

/** What is told of watched folders, for all who follow: gathered only while somebody does. */
export class WatchBoard {
  /** Somebody has begun to follow, and is told nothing yet. */
  readonly asked = new Emitter();
  readonly #changed = new Emitter<readonly WatchFolder[]>();

  get followed(): boolean {
    return this.#changed.listened;
  }

  /** The follower hears how things stand at once, or as soon as they are known. */
  follow(follower: (folders: readonly WatchFolder[]) => void): () => void {
    const stop = this.#changed.on(follower);
    this.asked.emit();
    return stop;
  }

  post(folders: readonly WatchFolder[]): void {
    this.#changed.emit(folders);
  }
}
