import { stat } from 'node:fs/promises';

/**
 * Fires once when nothing has happened for a while: no `restart`, and in the second half of that time no change
 * of the output file either. ffmpeg reports nothing while it moves an index to the front of a finished file.
 */
export class StallTimer {
  fired = false;
  readonly #halfMs: number;
  readonly #output: string;
  readonly #onStall: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { milliseconds: number; output: string; onStall: () => void }) {
    this.#halfMs = options.milliseconds / 2;
    this.#output = options.output;
    this.#onStall = options.onStall;
    this.restart();
  }

  restart(): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#watchOutput();
    }, this.#halfMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watchOutput(): void {
    const before = stateOf(this.#output);
    const timer = setTimeout(() => void this.#decide(before, timer), this.#halfMs);
    this.#timer = timer;
  }

  async #decide(before: Promise<string>, timer: NodeJS.Timeout): Promise<void> {
    const moved = (await before) !== (await stateOf(this.#output));
    // Restarted or stopped meanwhile.
    if (this.#timer !== timer) return;
    if (moved) {
      this.#watchOutput();
      return;
    }
    this.fired = true;
    this.#onStall();
  }
}

/** Never rejects: a file that cannot be looked at does not move. */
async function stateOf(file: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(file);
    return `${size} ${mtimeMs}`;
  } catch {
    return '';
  }
}
