import { explainFailure } from '../encoding/failure.ts';
import type { Verdict } from '../encoding/verdict.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { FfmpegExit } from './ffmpegProcess.ts';
import { toError } from './task.ts';

/** Why ffmpeg did not end with 0, in the class that says whose fault it is. */
export function failedRun(
  exit: FfmpegExit,
  { binary, stallSeconds }: { readonly binary: string; readonly stallSeconds: number },
  argv: readonly string[],
): DffmpegError {
  if (exit.failedToStart !== undefined) return notStarted(binary, exit.failedToStart);
  if (exit.stalled)
    return new DffmpegError('ffmpeg-killed', `ffmpeg was ended: it made no progress for ${stallSeconds} s.`, {
      hint: 'Check the disks or network drives of the source and the result, then retry the job.',
    });
  if (exit.signal !== null)
    return new DffmpegError('ffmpeg-killed', `ffmpeg was ended by ${exit.signal}.`, {
      hint:
        exit.signal === 'SIGKILL'
          ? 'The system may have run out of memory: run fewer encodes at once, then retry the job.'
          : 'Retry the job, and look at its log if that happens again.',
    });
  const failure = explainFailure(exit.stderr.tail, { output: outputOf(argv) });
  // The attempt's folder lies on the destination's file system.
  if (failure.code === 'scratch-full')
    return new DffmpegError('destination-full', 'The disk became full while the result was written.', {
      hint: 'Free some space there, or choose another folder for the result, and retry the job.',
    });
  if (failure.code === 'destination-full')
    return new DffmpegError(failure.code, failure.message, {
      hint: failure.hint,
      cause: Object.assign(new Error(failure.message), { code: 'EDQUOT' }),
    });
  if (failure.code === 'conflict')
    return new DffmpegError('ffmpeg-failed', failure.message, { hint: failure.hint });
  return toError(failure);
}

function notStarted(binary: string, why: string): DffmpegError {
  return new DffmpegError('ffmpeg-missing', `${binary} could not be started (${why}).`, {
    hint: 'Install ffmpeg again, or correct the setting ffmpegPath, and retry the job.',
  });
}

/** Why a look at something (`The result`) has not come to its end. */
export function unfinishedLook(
  { failedToStart, stalled, signal }: Pick<FfmpegExit, 'failedToStart' | 'stalled' | 'signal'>,
  look: { readonly binary: string; readonly stallSeconds: number; readonly what: string },
): DffmpegError {
  const { binary, stallSeconds, what } = look;
  if (failedToStart !== undefined) return notStarted(binary, failedToStart);
  const why = stalled ? `made no progress for ${stallSeconds} s` : `was ended by ${signal ?? 'the system'}`;
  return new DffmpegError('ffmpeg-killed', `${what} could not be checked: ffmpeg ${why}.`, {
    hint: 'Check the disk or network drive that it is on, then retry the job; verifyStallSeconds is how long is waited.',
  });
}

/** What a command writes, as its messages name it; undefined where it only looks. */
function outputOf(argv: readonly string[]): string | undefined {
  const output = argv.at(-1) ?? '-';
  // The names of pieces are ffmpeg's: `stream/%v.m3u8`.
  return output === '-' ? undefined : output.replace(/[^/]*%.*$/u, '');
}

/** ffmpeg ended with 0 all the same, as if that were the end of the source. */
export function unreadSource(source: string): DffmpegError {
  return new DffmpegError(
    'source-unreadable',
    `${source} could not be read to its end: its disk or network drive failed.`,
    {
      hint: 'Check that disk or drive, then retry the job. Of a disk that dies, copy first what can be read, and encode the copy.',
    },
  );
}

/** ffmpeg ended with 0, and the result is not what was asked for. `fault`: how the source is not what it announces. */
export function damagedResult(
  verdict: Verdict,
  exit: FfmpegExit,
  { fault }: { readonly fault: string | undefined },
): DffmpegError {
  const first = verdict.findings.find((finding) => finding.level === 'fail');
  const message = first?.message ?? 'The result is not what was asked for.';
  const ofSource = exit.stderr.damage > 0 ? 'The source is damaged.' : fault;
  if (ofSource !== undefined)
    return new DffmpegError('source-damaged', `${message} ${ofSource}`, {
      hint: 'Copy or record the source again; the job’s log says what ffmpeg could not read.',
    });
  return new DffmpegError('result-damaged', message, {
    hint: 'Retry the job; if it fails again, its log says what ffmpeg reported.',
  });
}
