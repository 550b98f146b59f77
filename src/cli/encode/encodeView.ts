import os from 'node:os';
import { isSettled } from '../../protocol/jobResults.ts';
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
  readonly #line: ProgressLine;
  readonly #text: TextOptions;
  readonly #told = new Set<string>();

  constructor(io: Io) {
    this.#io = io;
    this.#begun = io.now();
    this.#line = new ProgressLine(io.stderr, () => io.now());
    this.#text = { style: styleFor(io.stderr, io.env), cwd: io.cwd, home: os.homedir() };
  }

  update(progress: Omit<EncodeProgress, 'elapsedMs'>): void {
    for (const job of progress.jobs) if (isSettled(job)) this.#tell(job);
    const elapsedMs = this.#io.now() - this.#begun;
    const text = encodeLine({ ...progress, elapsedMs }, this.#text);
    if (progress.jobs.some((job) => !isSettled(job))) this.#line.show(text);
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
