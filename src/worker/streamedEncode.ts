import type { PlanInput } from '../encoding/planInput.ts';
import { isStreamable, type Staging } from '../encoding/streamable.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Progress } from '../protocol/model.ts';
import type { EncodePayload } from '../protocol/tasks.ts';
import type { PlannedOutput } from './encodeTask.ts';
import type { FfmpegExit } from './ffmpegProcess.ts';
import type { SourceStream } from './sourceStream.ts';
import type { FetchOptions } from './remoteFiles.ts';
import { exitOf, type RunPlace } from './runCommand.ts';
import { TaskFailure, type TaskContext } from './task.ts';

/** Seconds that an ffmpeg waits for bytes before a person is told. */
const toldAfterSeconds = 2;

/**
 * Of how many missing ranges on the source is read while it comes; undefined where it is to be there whole. With `auto` a source
 * of which so little is missing is there at once.
 */
export function streamsFrom(
  payload: EncodePayload,
  outputs: readonly PlannedOutput[],
  { staging, rangesAtOnce }: TaskContext['settings'],
): number | undefined {
  const [first, ...more] = outputs;
  // The others read it of the disk: by then it is there.
  if (!first || payload.sources.length !== 1 || (staging === 'auto' && more.length > 0)) return undefined;
  if (!isStreamable(first.input, staging)) return undefined;
  return staging === 'auto' ? rangesAtOnce : 0;
}

/** A source that is encoded while it comes, and what a person is told of that. */
export interface Streamed {
  readonly stream: SourceStream;
  readonly progress: StagingProgress;
}

/**
 * Encodes what comes. Resolves when all of the source is there, too: it is looked at again, and the next one who wants it shall
 * have it. One that is read here and there is begun anew once it is whole, but for `stream`: each jump is a request of its own.
 * So is one of which ffmpeg makes nothing as it comes: what is wrong then is the source’s.
 */
export async function encodeStreamed<T extends { readonly exit: FfmpegExit }>(
  { stream, progress }: Streamed,
  input: PlanInput,
  make: (input: PlanInput, signal: AbortSignal) => Promise<T>,
  { place, staging }: { readonly place: RunPlace; readonly staging: Staging },
): Promise<T> {
  const { signal } = place;
  const {
    sources: [source, ...more],
  } = input;
  const comes: PlanInput = { ...input, sources: [{ ...source, url: stream.url }, ...more] };
  const whole = async (): Promise<void> => {
    progress.rest();
    await stream.whole(signal);
    progress.stop();
  };
  progress.follow(stream);
  const isPatient = staging === 'stream';
  const made = await make(comes, isPatient ? signal : AbortSignal.any([signal, stream.restless])).catch(
    (error: unknown) => {
      if (signal.aborted) throw error;
      const isRestless = !isPatient && stream.restless.aborted;
      if (!isRestless && !isOfReading(error)) throw error;
      const why = isRestless ? 'is read here and there' : 'could not be encoded as it comes';
      place.log(`The source ${why}: the encode begins anew when all of it is there.\n`);
    },
  );
  if (made) return ended(made, whole);
  await whole();
  return make(input, signal);
}

/** Whether an ffmpeg may have failed for how it got its source. */
function isOfReading(thrown: unknown): boolean {
  if (!(thrown instanceof TaskFailure)) return false;
  return thrown.error.code === 'ffmpeg-failed' || thrown.error.class === 'source';
}

/** What keeps the source from being there ends the attempt, with how ffmpeg ended. */
async function ended<T extends { readonly exit: FfmpegExit }>(
  made: T,
  whole: () => Promise<void>,
): Promise<T> {
  try {
    await whole();
  } catch (error) {
    throw error instanceof DffmpegError ? new TaskFailure(error, { exit: exitOf(made.exit) }) : error;
  }
  return made;
}

type Told = Omit<Progress, 'jobId' | 'fence'>;

/** What a person is told of an attempt while its source comes: its progress, and when it waits. */
export class StagingProgress {
  readonly #tell: (progress: Told) => void;
  #percent = -1;
  #last: Told = {};
  /** Before the encode, while it waits for bytes, and after it: all else is progress of the encode. */
  #step: string | undefined = 'Fetching the source';
  #timer: NodeJS.Timeout | undefined;
  #stopFollowing: (() => void) | undefined;

  constructor(tell: TaskContext['progress']) {
    this.#tell = tell;
  }

  readonly onProgress: FetchOptions['onProgress'] = (present, total) => {
    const percent = Math.floor((present / total) * 100);
    if (percent === this.#percent) return;
    this.#percent = percent;
    if (this.#step !== undefined) this.#told();
  };

  /** As the encode tells it. */
  readonly encoding = (progress: Told): void => {
    this.#last = progress;
    this.#told();
  };

  /** It is there, or can be read. */
  fetched(): void {
    this.#step = undefined;
  }

  /** An encode of what comes begins. */
  follow({ waits }: SourceStream): void {
    const onWait = (waiting: boolean): void => {
      clearTimeout(this.#timer);
      if (waiting)
        this.#timer = setTimeout(() => {
          this.#now('waiting for the source');
        }, toldAfterSeconds * 1000);
      else if (this.#step !== undefined) this.#now(undefined);
    };
    this.#stopFollowing = waits.onChange(onWait);
    onWait(waits.suspended);
  }

  /** The encode waits for what it has not read. */
  rest(): void {
    this.stop();
    if (this.#percent < 100) this.#now('fetching the rest of the source');
  }

  /** All of it is there. */
  stop(): void {
    this.#stopFollowing?.();
    clearTimeout(this.#timer);
    this.#step = undefined;
  }

  #now(step: string | undefined): void {
    this.#step = step;
    this.#told();
  }

  #told(): void {
    const step = this.#step === undefined ? undefined : `${this.#step}, ${Math.max(0, this.#percent)} %`;
    this.#tell(step === undefined ? this.#last : { ...this.#last, step });
  }
}
