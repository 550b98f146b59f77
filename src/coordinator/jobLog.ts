import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { errnoCode, isDiskFull } from '../files/errnoCode.ts';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import { Emitter } from './emitter.ts';

export interface JobLogsOptions {
  /** Made when the first line is written. */
  readonly directory: string;
  /** Bytes of one log. */
  readonly maxBytes: number;
  /** Bytes of one answer. */
  readonly chunkBytes: number;
  /** Files that are written at the same time: a thousand jobs may come at once. */
  readonly atOnce: number;
  /** What a log begins with, whole lines; asked for when its first text is written. */
  readonly headOf?: (jobId: string) => Promise<string>;
  readonly onError: (error: DffmpegError) => void;
  /** The disk is nearly full: nothing is written. */
  readonly isLow?: () => boolean;
}

interface OpenLog {
  pending: string[];
  /** Bytes on disk; unknown before the first write of this process. */
  bytes: number | undefined;
  writing: Promise<void>;
}

/** Jobs of which it is known that lines are missing in their logs, at most. */
const maxGaps = 1000;
const gapLine = '… lines are missing here: the disk of the logs was full, or nearly so.\n';
const fullLine = '… the log is full: what follows is left out.\n';

/** One text file for each job, `<directory>/<jobId>.log`, UTF-8. Writing never fails a job. */
export class JobLogs {
  /** The id of a job whose log has grown, or could have. */
  readonly grown = new Emitter<string>();
  readonly #options: JobLogsOptions;
  readonly #open = new Map<string, OpenLog>();
  readonly #waitingForTurn: (() => void)[] = [];
  #writers = 0;
  #full = false;
  readonly #gaps = new Set<string>();

  constructor(options: JobLogsOptions) {
    this.#options = options;
  }

  /** Text of whole lines; a missing line end is added. */
  append(jobId: string, text: string): void {
    if (text === '') return;
    const log = this.#open.get(jobId) ?? { pending: [], bytes: undefined, writing: Promise.resolve() };
    this.#open.set(jobId, log);
    log.pending.push(text.endsWith('\n') ? text : `${text}\n`);
    if (log.pending.length > 1) return;
    log.writing = this.#write(jobId, log).catch((error: unknown) => {
      this.#complain(error);
    });
  }

  /** A full disk is said once, until something can be written again: there is a line for every line that is lost. */
  #complain(error: unknown): void {
    if (isDiskFull(error)) this.#isFull('full', error);
    else this.#options.onError(toDffmpegError(error, 'store-unavailable'));
  }

  #isFull(how: 'full' | 'nearly full', cause?: unknown): void {
    if (this.#full) return;
    this.#full = true;
    this.#options.onError(
      new DffmpegError('store-unavailable', `The disk of ${this.#options.directory} is ${how}.`, {
        hint: 'Free some space there. Jobs go on; what is said meanwhile is missing in their logs.',
        cause,
      }),
    );
  }

  /** From a byte offset, cut between characters. `atEnd`: nothing more is there now. */
  async read(jobId: string, offset: number): Promise<{ text: string; nextOffset: number; atEnd: boolean }> {
    await this.#open.get(jobId)?.writing;
    const nothing = { text: '', nextOffset: offset, atEnd: true };
    const file = await open(this.#file(jobId), 'r').catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw toDffmpegError(error, 'store-unavailable');
    });
    if (!file) return nothing;
    try {
      const buffer = Buffer.alloc(this.#options.chunkBytes);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
      const end = wholeCharacters(buffer.subarray(0, bytesRead));
      if (end === 0) return nothing;
      const nextOffset = offset + end;
      const { size } = await file.stat();
      return { text: buffer.toString('utf8', 0, end), nextOffset, atEnd: nextOffset >= size };
    } finally {
      await file.close();
    }
  }

  /** Everything appended so far is in its file. */
  async flush(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ writing }) => writing));
  }

  /** Of a job that is no more. */
  async remove(jobId: string): Promise<void> {
    await this.#open.get(jobId)?.writing;
    this.#gaps.delete(jobId);
    await unlink(this.#file(jobId)).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }

  async #write(jobId: string, log: OpenLog): Promise<void> {
    await log.writing;
    await this.#turn();
    let taken = false;
    let written = false;
    try {
      if (this.#options.isLow?.() === true) {
        this.#isFull('nearly full');
        return;
      }
      const file = await this.#openToAppend(this.#file(jobId));
      try {
        log.bytes ??= (await file.stat()).size;
        const head = log.bytes === 0 ? await this.#options.headOf?.(jobId) : '';
        // Only now: what came while the file was opened is written with it.
        const gap = this.#gaps.has(jobId) ? gapLine : '';
        const text = (head ?? '') + gap + log.pending.splice(0).join('');
        taken = true;
        const kept = this.#fit(text, log.bytes);
        if (kept !== '') {
          await file.appendFile(kept);
          this.#gaps.delete(jobId);
          this.#full = false;
          log.bytes += Buffer.byteLength(kept);
        }
        written = true;
      } finally {
        await file.close();
      }
    } finally {
      this.#endTurn();
      // No other writer comes for what this one could not take: it is lost, and that is said, see `#complain`.
      if (!taken) log.pending.length = 0;
      if (!written && this.#gaps.size < maxGaps) this.#gaps.add(jobId);
      if (log.pending.length === 0 && this.#open.get(jobId) === log) this.#open.delete(jobId);
      this.grown.emit(jobId);
    }
  }

  #fit(text: string, bytes: number): string {
    const { maxBytes } = this.#options;
    if (bytes >= maxBytes) return '';
    const buffer = Buffer.from(text);
    if (bytes + buffer.length < maxBytes) return text;
    const end = wholeCharacters(buffer.subarray(0, maxBytes - bytes));
    return `${buffer.toString('utf8', 0, end)}\n${fullLine}`;
  }

  async #openToAppend(file: string): Promise<FileHandle> {
    try {
      return await open(file, 'a', 0o600);
    } catch (error) {
      if (!isMissing(error)) throw error;
      await mkdir(this.#options.directory, { recursive: true, mode: 0o700 });
      return open(file, 'a', 0o600);
    }
  }

  #file(jobId: string): string {
    return path.join(this.#options.directory, `${jobId}.log`);
  }

  async #turn(): Promise<void> {
    if (this.#writers < this.#options.atOnce) this.#writers += 1;
    else await new Promise<void>((resolve) => this.#waitingForTurn.push(resolve));
  }

  /** The turn is handed on, so that the number of writers stays. */
  #endTurn(): void {
    const next = this.#waitingForTurn.shift();
    if (next) next();
    else this.#writers -= 1;
  }
}

/** Bytes of `buffer` before a UTF-8 sequence that its end has cut. */
function wholeCharacters(buffer: Buffer): number {
  for (let back = 1; back <= Math.min(4, buffer.length); back += 1) {
    const byte = buffer[buffer.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? buffer.length - back : buffer.length;
  }
  return buffer.length;
}

function isMissing(error: unknown): boolean {
  return errnoCode(error) === 'ENOENT';
}
