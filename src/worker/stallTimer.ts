import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Fires once when nothing has happened for a while: no `restart`, and in the second half of that time no change
 * in the folder that is written either. ffmpeg reports nothing while it moves an index to the front of a finished file.
 */
export class StallTimer {
  fired = false;
  #held = false;
  readonly #halfMs: number;
  readonly #folder: string;
  readonly #onStall: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { milliseconds: number; folder: string; onStall: () => void }) {
    this.#halfMs = options.milliseconds / 2;
    this.#folder = options.folder;
    this.#onStall = options.onStall;
    this.restart();
  }

  /** While it is held nothing counts: the process stands still. */
  hold(held: boolean): void {
    this.#held = held;
    if (held) this.stop();
    else this.restart();
  }

  restart(): void {
    this.stop();
    if (this.#held) return;
    this.#timer = setTimeout(() => {
      this.#watchFolder();
    }, this.#halfMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watchFolder(): void {
    const before = stateOf(this.#folder);
    const timer = setTimeout(() => void this.#decide(before, timer), this.#halfMs);
    this.#timer = timer;
  }

  async #decide(before: Promise<string>, timer: NodeJS.Timeout): Promise<void> {
    const moved = (await before) !== (await stateOf(this.#folder));
    // Restarted or stopped meanwhile.
    if (this.#timer !== timer) return;
    if (moved) {
      this.#watchFolder();
      return;
    }
    this.fired = true;
    this.#onStall();
  }
}

/** Sizes and times of all files. Never rejects: what cannot be looked at does not move. */
async function stateOf(folder: string): Promise<string> {
  try {
    const names = (await readdir(folder, { recursive: true })).sort();
    const files = await Promise.all(names.map((name) => stat(path.join(folder, name))));
    return files.map(({ size, mtimeMs }) => `${size} ${mtimeMs}`).join();
  } catch {
    return '';
  }
}
