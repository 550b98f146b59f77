import type { Dialect, EncoderCapability } from '../encoding/dialect.ts';
import {
  demuxersArguments,
  frameRateModeTrial,
  parseDemuxers,
  sourceTimeBaseTrial,
  trialArguments,
  type EncoderTrial,
} from '../encoding/trial.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Tools } from './findBinary.ts';
import type { Priority } from './priority.ts';
import { runTool, type ToolResult } from './runTool.ts';

const trialTimeoutMs = 20_000;
const refusalLines = 4;

/** ffmpeg's exit code when a signal asked it to end. */
const signalledCode = 255;

/**
 * How far a trial's outcome holds. `binary`: it works, or it is not compiled in. `process`: it was refused, by
 * a driver or device that may be another at the next start. `moment`: the trial was cut short.
 */
export type TrialValidity = 'binary' | 'process' | 'moment';

export interface TrialOutcome {
  capability: EncoderCapability;
  validity: TrialValidity;
}

/** Encodes a few made-up frames with each of the encoder's pixel formats. */
export async function tryEncoder(
  tools: Tools,
  trial: EncoderTrial,
  priority: Priority,
  signal: AbortSignal,
): Promise<TrialOutcome> {
  const worked: string[] = [];
  let refusal: string | undefined;
  let unknown = false;
  let cutShort = false;
  const formats = trial.pixelFormats.length > 0 ? trial.pixelFormats : [undefined];
  let usable = false;
  for (const format of formats) {
    const result = await runTool(tools.ffmpeg.path, trialArguments(trial.encoder, format), {
      timeoutMs: trialTimeoutMs,
      priority,
      signal,
    });
    if (result.code === 0) {
      usable = true;
      if (format !== undefined) worked.push(format);
      continue;
    }
    if (result.timedOut || result.signal !== null || result.failedToStart !== undefined) cutShort = true;
    else unknown ||= result.stderr.includes('Unknown encoder');
    refusal ??= result.timedOut
      ? `The trial did not end within ${trialTimeoutMs / 1000} s.`
      : lastLines(result.stderr) ||
        `ffmpeg ended with ${result.signal ?? `exit code ${result.code ?? '?'}`}.`;
  }
  return {
    capability: usable ? { usable, pixelFormats: worked } : { usable, refusal: refusal ?? '' },
    validity: cutShort ? 'moment' : usable || unknown ? 'binary' : 'process',
  };
}

/** Throws `ffmpeg-missing` when a run did not come to its end: a wrong dialect would be cached. */
export async function readDialect(tools: Tools, version: string, signal: AbortSignal): Promise<Dialect> {
  const run = async (argv: readonly string[]) => {
    const result = await runTool(tools.ffmpeg.path, argv, { timeoutMs: trialTimeoutMs, signal });
    if (!endedByItself(result)) throw notExamined(tools);
    return result;
  };
  const [demuxers, rateMode, timeBase] = await Promise.all(
    [demuxersArguments, frameRateModeTrial, sourceTimeBaseTrial].map(run),
  );
  const names = demuxers?.code === 0 ? parseDemuxers(demuxers.stdout) : [];
  if (names.length === 0) throw notExamined(tools);
  return {
    version,
    frameRateModeOption: rateMode?.code === 0 ? '-fps_mode' : '-vsync',
    sourceTimeBase: timeBase?.code === 0 ? 'demux' : '-1',
    demuxers: names,
  };
}

function endedByItself({ code, timedOut }: ToolResult): boolean {
  return code !== null && code !== signalledCode && !timedOut;
}

function notExamined({ ffmpeg }: Tools): DffmpegError {
  return new DffmpegError('ffmpeg-missing', `${ffmpeg.path} did not say what it can do.`, {
    hint: 'It is asked again soon. If that goes on, install ffmpeg again, or see whether the machine is overloaded.',
  });
}

function lastLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-refusalLines)
    .map((line) => line.slice(0, 300))
    .join('\n');
}
