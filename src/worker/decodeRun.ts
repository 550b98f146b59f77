import { execa } from 'execa';
import { createDamageReader } from '../encoding/damageReader.ts';
import { createFrameReader } from '../encoding/decodedFrames.ts';
import { explainFailure, type FailureCode } from '../encoding/failure.ts';
import type { HealthReport } from '../encoding/healthCheck.ts';
import type { HealthRun } from '../encoding/healthRuns.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { noteChild } from './childLedger.ts';
import { childMark } from './childMark.ts';
import { ffmpegEnvironment } from './environment.ts';
import { lowerPriority } from './priority.ts';
import { StallTimer } from './stallTimer.ts';
import { toError } from './task.ts';
import type { WorkerSettings } from './workerSettings.ts';

export interface DecodePlace {
  /** A folder of its own, its current one. */
  readonly directory: string;
  /** Absolute path of ffmpeg. */
  readonly binary: string;
  readonly stallSeconds: number;
  readonly settings: Pick<WorkerSettings, 'stopGraceSeconds'>;
  readonly signal: AbortSignal;
  /** Second of the file that was reached. */
  readonly onReached: (second: number) => void;
}

/** ffmpeg’s exit code for having decoded hardly anything: what the judge sees for itself. */
const tooManyErrors = 69;
/** Its AV1 decoder may be one that only drives hardware. */
const noDecoder =
  /no decoder found for|Decoder .* not found|Unknown decoder|hardware accelerated AV1 decoding/u;

/** Reasons that say nothing about the file’s health. */
const notTheFile: readonly FailureCode[] = ['source-missing', 'encoder-unavailable'];

/**
 * Decodes a part of a file to its end, at low priority. What is wrong with the file is in the report; throws for
 * what is wrong with ffmpeg, and when the signal ends it.
 */
export async function decodeRun(run: HealthRun, place: DecodePlace): Promise<HealthReport> {
  const { signal } = place;
  signal.throwIfAborted();
  const frames = createFrameReader();
  const damage = createDamageReader();
  const subprocess = execa(place.binary, run.argv, {
    stdin: 'ignore',
    buffer: false,
    reject: false,
    extendEnv: false,
    env: { ...ffmpegEnvironment(process.env), ...childMark() },
    cwd: place.directory,
    cancelSignal: signal,
    forceKillAfterDelay: place.settings.stopGraceSeconds * 1000,
    killDescendants: true,
    encoding: 'utf8',
  });
  noteChild(subprocess.pid, subprocess);
  lowerPriority(subprocess.pid, 'low');
  const stall = new StallTimer({
    milliseconds: place.stallSeconds * 1000,
    folder: place.directory,
    onStall: () => subprocess.kill('SIGTERM'),
  });
  subprocess.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stall.restart();
    frames.push(chunk);
    place.onReached(run.from + frames.reached);
  });
  subprocess.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    damage.push(chunk, frames.tracks.size === 0 ? undefined : run.from + frames.reached);
  });
  const result = await subprocess;
  stall.stop();
  signal.throwIfAborted();
  if (subprocess.pid === undefined)
    throw new DffmpegError('ffmpeg-missing', `${place.binary} could not be started.`, {
      hint: 'Install ffmpeg again, or correct the setting ffmpegPath.',
    });
  const summary = damage.summary();
  return {
    run,
    decoded: frames.tracks,
    damage: summary,
    failure: failureOf({ ...result, stalled: stall.fired }, summary.tail, place),
  };
}

function failureOf(
  exit: { exitCode?: number | undefined; signal?: string | undefined; stalled: boolean },
  tail: readonly string[],
  { stallSeconds }: DecodePlace,
): string | undefined {
  if (exit.stalled) return `The file cannot be read on: ffmpeg made no progress for ${stallSeconds} s.`;
  if (exit.exitCode === 0 || exit.exitCode === tooManyErrors) return undefined;
  if (exit.signal !== undefined) return `ffmpeg was ended by ${exit.signal} while it decoded the file.`;
  if (tail.some((line) => noDecoder.test(line)))
    throw new DffmpegError('ffmpeg-lacks', 'This ffmpeg cannot decode a track of the file.', {
      hint: 'Install a full build of ffmpeg.',
    });
  const explained = explainFailure(tail);
  if (notTheFile.includes(explained.code)) throw toError(explained);
  return explained.message;
}
