import type { Output } from '../io.ts';
import { columnsOf } from './columns.ts';

const eraseLine = '\r\u001b[2K';

/** One line that is written over in a terminal, and now and then a plain line elsewhere. */
export class ProgressLine {
  readonly #output: Output;
  readonly #now: () => number;
  /** Milliseconds between lines where nobody watches a cursor: a log, a pipe. */
  readonly #plainMs: number;
  #shown = '';
  #plainAt: number | undefined;
  #hinted = false;

  constructor(output: Output, now: () => number, plainMs: number) {
    this.#plainMs = plainMs;
    this.#output = output;
    this.#now = now;
  }

  /** `hint` stands behind the text; where lines stay it is no news by itself, and said once. */
  show(text: string, hint = ''): void {
    if (this.#output.isTTY === true) {
      const whole = text + hint;
      if (whole === this.#shown) return;
      this.#output.write(eraseLine + clip(whole, columnsOf(this.#output) - 1));
      this.#shown = whole;
      return;
    }
    if (text === this.#shown) return;
    const now = this.#now();
    if (this.#plainAt !== undefined && now - this.#plainAt < this.#plainMs) return;
    this.#plainAt = now;
    this.#shown = text;
    this.#output.write(this.#hinted ? `${text}\n` : `${text}${hint}\n`);
    if (hint !== '') this.#hinted = true;
  }

  /** A line that stays, above the live one. */
  print(text: string): void {
    this.clear();
    this.#output.write(`${text}\n`);
  }

  clear(): void {
    if (this.#output.isTTY === true && this.#shown !== '') this.#output.write(eraseLine);
    if (this.#output.isTTY === true) this.#shown = '';
  }
}

function clip(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
