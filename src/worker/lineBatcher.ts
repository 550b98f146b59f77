const maxLineLength = 1000;
/** What one batch may hold; a flood beyond it is counted, not carried. */
const maxBatchLength = 16_000;

/** Gathers text into whole lines and hands them on in batches. */
export class LineBatcher {
  readonly #emit: (text: string) => void;
  /** Between two batches. */
  readonly #intervalMs: number;
  readonly #keeps: (line: string) => boolean;
  #partial = '';
  #batch = '';
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `keeps`: other lines are passed over. */
  constructor(
    emit: (text: string) => void,
    intervalMs: number,
    keeps: (line: string) => boolean = () => true,
  ) {
    this.#emit = emit;
    this.#intervalMs = intervalMs;
    this.#keeps = keeps;
  }

  push(chunk: string): void {
    const lines = (this.#partial + chunk).split(/\r\n|\n|\r/);
    this.#partial = (lines.pop() ?? '').slice(0, maxLineLength + 1);
    for (const line of lines) this.#add(line);
    if (this.#batch !== '' || this.#dropped > 0)
      this.#timer ??= setTimeout(() => {
        this.#send();
      }, this.#intervalMs);
  }

  /** Hands on what there is, also an unfinished line. */
  flush(): void {
    if (this.#partial !== '') this.#add(this.#partial);
    this.#partial = '';
    this.#send();
  }

  #add(line: string): void {
    if (line.trim() === '' || !this.#keeps(line)) return;
    const cut = line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line;
    if (this.#batch.length + cut.length > maxBatchLength) this.#dropped += 1;
    else this.#batch += `${cut}\n`;
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const left = this.#dropped > 0 ? `… ${this.#dropped} more lines left out\n` : '';
    if (this.#batch + left !== '') this.#emit(this.#batch + left);
    this.#batch = '';
    this.#dropped = 0;
  }
}
