import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Handlers, RequestContext } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { InquiryProgress } from '../protocol/inquiry.ts';
import type { FfmpegStatus } from '../protocol/model.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import type { CapabilityProver } from './capabilities.ts';
import { checkHealth } from './healthCheck.ts';
import type { InquiryContext } from './inquiryContext.ts';
import { measureLikeness } from './measureLikeness.ts';
import { previewCommands } from './previewCommands.ts';
import { examineAll } from './probeTask.ts';
import { Turns } from '../protocol/turns.ts';
import type { WorkerSettings } from './workerSettings.ts';

export type InquiryHandlers = Pick<
  Handlers<WorkerMethods>,
  'media.probe' | 'encode.preview' | 'media.check' | 'media.measure'
>;

export interface InquiriesOptions {
  readonly scratchDir: string;
  readonly settings: WorkerSettings;
  /** The ffmpeg that is proved; waits while one is looked for. */
  ffmpeg(): Promise<CapabilityProver | undefined>;
  /** Why there is none. */
  ffmpegStatus(): FfmpegStatus;
  tell(progress: InquiryProgress): void;
}

/** Of the folder in which one is answered. */
const folderPrefix = 'inquiry-';

/** The folder may be a link to one of a person's: only what has a name of ours is removed. */
async function sweep(scratchDir: string): Promise<void> {
  for (const name of await readdir(scratchDir))
    if (name.startsWith(folderPrefix))
      await rm(path.join(scratchDir, name), { recursive: true, force: true });
}

/** Questions about files, answered beside the encodes. Each ends with its request. */
export class Inquiries {
  readonly #options: InquiriesOptions;
  /** They take no slot of an encode, so that a person gets an answer while the machine is busy. */
  readonly #turns: Turns;
  readonly #closed = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  /** What an earlier worker that was killed left there. */
  readonly #swept: Promise<void>;

  constructor(options: InquiriesOptions) {
    this.#options = options;
    this.#turns = new Turns(options.settings.inquiriesAtOnce);
    this.#swept = sweep(options.scratchDir).catch(() => undefined);
  }

  handlers(): InquiryHandlers {
    return {
      'media.probe': (asked, request) =>
        this.#answer(asked, request, async (context) => {
          context.progress({ step: 'looking at the source' });
          return { probes: await examineAll(asked.sources, context) };
        }),
      'encode.preview': (asked, request) =>
        this.#answer(asked, request, async (context) => ({
          outputs: await previewCommands(asked.payload, context),
        })),
      'media.check': (asked, request) =>
        this.#answer(asked, request, (context) => checkHealth(asked.path, asked.thorough, context)),
      'media.measure': (asked, request) =>
        this.#answer(asked, request, (context) => measureLikeness(asked, context)),
    };
  }

  /** Ends all and waits until each has gone. */
  async close(): Promise<void> {
    this.#closed.abort(new DffmpegError('cancelled', 'The worker is ending.'));
    await Promise.allSettled(this.#running);
  }

  async #answer<T>(
    { inquiryId }: { inquiryId: string },
    request: RequestContext,
    work: (context: InquiryContext) => Promise<T>,
  ): Promise<T> {
    const signal = AbortSignal.any([request.signal, this.#closed.signal]);
    const answer = this.#turns.take(signal, () => this.#run(inquiryId, signal, work));
    this.#running.add(answer);
    try {
      return await answer;
    } finally {
      this.#running.delete(answer);
    }
  }

  async #run<T>(
    inquiryId: string,
    signal: AbortSignal,
    work: (context: InquiryContext) => Promise<T>,
  ): Promise<T> {
    const { scratchDir, settings } = this.#options;
    const prover = await this.#options.ffmpeg();
    if (!prover) throw this.#noFfmpeg();
    signal.throwIfAborted();
    await this.#swept;
    await mkdir(scratchDir, { recursive: true });
    const directory = await mkdtemp(path.join(scratchDir, folderPrefix));
    try {
      return await work({ prover, settings, directory, signal, progress: this.#teller(inquiryId) });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** What is done now is told at once, how far it is now and then. */
  #teller(inquiryId: string): InquiryContext['progress'] {
    let toldAt = -Infinity;
    let step: string | undefined;
    let furthest: number | undefined;
    return (progress) => {
      const { fraction } = progress;
      if (fraction !== undefined) furthest = Math.min(1, Math.max(furthest ?? 0, fraction));
      const now = performance.now();
      if (progress.step === step && now - toldAt < this.#options.settings.inquiryProgressMs) return;
      toldAt = now;
      step = progress.step;
      this.#options.tell({ ...progress, inquiryId, fraction: furthest });
    };
  }

  #noFfmpeg(): DffmpegError {
    const status = this.#options.ffmpegStatus();
    if (status.state === 'missing') return DffmpegError.from(status.error);
    return new DffmpegError('ffmpeg-missing', 'There is no ffmpeg that could look at the file.', {
      hint: '“dffmpeg doctor” says what is missing.',
    });
  }
}
