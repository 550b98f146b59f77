import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

export interface RotatingFileOptions {
  readonly file: string;
  /** Size at which the file is put aside as `file.1`, the one before as `file.2`, … */
  readonly maxBytes: number;
  /** How many are kept beside the current one. */
  readonly keep: number;
  /** Whether lines are to be left out now. */
  readonly isLow?: () => boolean;
  /** Line that says that some are left out from here on, or how many were. */
  readonly gap?: (lost: number | undefined) => string;
}

/**
 * A log file of bounded size. Lines are written at once, so that the last one before a crash is there. A disk that
 * is full, nearly full or gone loses lines, never the program; where some are missing, a line says so.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #fd: number | undefined;
  #bytes = 0;
  /** Lines that were left out since one was written. */
  #lost = 0;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  write(line: string): void {
    const { isLow = () => false, gap = () => '' } = this.#options;
    if (isLow()) {
      // The last line before the gap, while there still is some room.
      if (this.#lost === 0) this.#put(gap(undefined));
      this.#lost += 1;
      return;
    }
    const text = this.#lost > 0 ? gap(this.#lost) + line : line;
    if (this.#put(text)) this.#lost = 0;
    else this.#lost += 1;
  }

  /** Whether it is in the file. */
  #put(line: string): boolean {
    try {
      const bytes = Buffer.byteLength(line);
      const fd = this.#open();
      if (this.#bytes > 0 && this.#bytes + bytes > this.#options.maxBytes) {
        this.#rotate();
        return this.#put(line);
      }
      writeSync(fd, line);
      this.#bytes += bytes;
      return true;
    } catch {
      this.close();
      return false;
    }
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    try {
      if (fd !== undefined) closeSync(fd);
    } catch {
      // Closed or not, it is not used again.
    }
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd;
    mkdirSync(path.dirname(this.#options.file), { recursive: true, mode: 0o700 });
    const fd = openSync(this.#options.file, 'a', 0o600);
    this.#fd = fd;
    this.#bytes = fstatSync(fd).size;
    return fd;
  }

  #rotate(): void {
    const { file, keep } = this.#options;
    this.close();
    rmSync(`${file}.${keep}`, { force: true });
    for (let number = keep - 1; number >= 1; number -= 1)
      renameIfThere(`${file}.${number}`, `${file}.${number + 1}`);
    if (keep > 0) renameIfThere(file, `${file}.1`);
    else rmSync(file, { force: true });
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
