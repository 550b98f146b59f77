import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

export interface RotatingFileOptions {
  readonly file: string;
  /** Size at which the file is put aside as `file.1`, the one before as `file.2`, … */
  readonly maxBytes: number;
  /** How many are kept beside the current one. */
  readonly keep: number;
}

/**
 * A log file of bounded size. Lines are written at once, so that the last one before a crash is there. A disk that
 * is full or gone loses lines, never the program.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #fd: number | undefined;
  #bytes = 0;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  write(line: string): void {
    try {
      const bytes = Buffer.byteLength(line);
      const fd = this.#open();
      if (this.#bytes > 0 && this.#bytes + bytes > this.#options.maxBytes) {
        this.#rotate();
        this.write(line);
        return;
      }
      writeSync(fd, line);
      this.#bytes += bytes;
    } catch {
      this.close();
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
