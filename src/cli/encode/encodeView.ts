import os from 'node:os';
import type { ClientSettings } from '../../client/clientSettings.ts';
import { isSettled } from '../../protocol/jobResults.ts';
import { printable } from '../../encoding/printable.ts';
import type { DffmpegError } from '../../protocol/errors.ts';
import type { Job } from '../../protocol/model.ts';
import type { Io } from '../io.ts';
import { encodeLine, type EncodeProgress } from '../render/encodeLine.ts';
import { resultLines, type TextOptions } from '../render/jobText.ts';
import { ProgressLine } from '../render/progressLine.ts';
import { styleFor } from '../style.ts';

/** What `encode` shows while it waits, on stderr: a live line, and one that stays for each job that ended. */
export class EncodeView {
  readonly #io: Io;
  readonly #begun: number;
  readonly #hintAfterMs: number;
  readonly #line: ProgressLine;
  readonly #text: TextOptions;
  readonly #told = new Set<string>();

  constructor(io: Io, settings: Pick<ClientSettings, 'plainProgressSeconds' | 'detachHintSeconds'>) {
    this.#io = io;
    this.#hintAfterMs = settings.detachHintSeconds * 1000;
    this.#begun = io.now();
    this.#line = new ProgressLine(io.stderr, () => io.now(), settings.plainProgressSeconds * 1000);
    this.#text = { style: styleFor(io.stderr, io.env), cwd: io.cwd, home: os.homedir() };
  }

  update(progress: Omit<EncodeProgress, 'elapsedMs' | 'hintAfterMs'>): void {
    for (const job of progress.jobs) if (isSettled(job)) this.#tell(job);
    const elapsedMs = this.#io.now() - this.#begun;
    const { text, hint } = encodeLine({ ...progress, elapsedMs, hintAfterMs: this.#hintAfterMs }, this.#text);
    if (progress.jobs.some((job) => !isSettled(job))) this.#line.show(text, hint);
  }

  /** A file for which there is no job; the message names it. */
  refused({ message, hint }: Pick<DffmpegError, 'message' | 'hint'>): void {
    this.#line.print(`${this.#text.style.bad('✗')} ${printable(message)}`);
    if (hint !== undefined) this.#line.print(`    ${printable(hint)}`);
  }

  close(): void {
    this.#line.clear();
  }

  #tell(job: Job): void {
    if (this.#told.has(job.id)) return;
    this.#told.add(job.id);
    for (const line of resultLines(job, this.#text)) this.#line.print(line);
  }
}
