import type { Output } from '../io.ts';

const eraseLine = '\r\u001b[2K';

/** One line that is written over in a terminal, and now and then a plain line elsewhere. */
export class ProgressLine {
  readonly #output: Output;
  readonly #now: () => number;
  /** Milliseconds between lines where nobody watches a cursor: a log, a pipe. */
  readonly #plainMs: number;
  #shown = '';
  #plainAt: number | undefined;

  constructor(output: Output, now: () => number, plainMs: number) {
    this.#plainMs = plainMs;
    this.#output = output;
    this.#now = now;
  }

  show(text: string): void {
    if (text === this.#shown) return;
    if (this.#output.isTTY === true) {
      this.#output.write(eraseLine + clip(text, (this.#output.columns ?? 80) - 1));
      this.#shown = text;
      return;
    }
    const now = this.#now();
    if (this.#plainAt !== undefined && now - this.#plainAt < this.#plainMs) return;
    this.#plainAt = now;
    this.#shown = text;
    this.#output.write(`${text}\n`);
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
