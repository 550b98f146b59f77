import type { Output } from '../io.ts';
import { columnsOf } from './columns.ts';
import { visibleWidth } from './visibleWidth.ts';

/** Lines that are written over in a terminal; elsewhere the lines are written again when they changed. */
export class Screen {
  readonly #output: Output;
  #height = 0;
  #shown = '';

  constructor(output: Output) {
    this.#output = output;
  }

  show(lines: readonly string[]): void {
    const text = lines.join('\n');
    if (text === this.#shown) return;
    this.#shown = text;
    if (this.#output.isTTY !== true) {
      this.#output.write(`${text}\n\n`);
      return;
    }
    const up = this.#height > 0 ? `\u001b[${this.#height}A` : '';
    this.#output.write(`${up}\r\u001b[J${text}\n`);
    // A line wider than the terminal takes several rows.
    this.#height = lines.reduce((rows, line) => rows + rowsOf(line, columnsOf(this.#output)), 0);
  }
}

function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(visibleWidth(line) / columns));
}
