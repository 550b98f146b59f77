import type { Dialect, EncoderCapability } from '../encoding/dialect.ts';
import {
  demuxersArguments,
  frameRateModeTrial,
  parseDemuxers,
  trialArguments,
  type EncoderTrial,
} from '../encoding/trial.ts';
import type { Tools } from './findBinary.ts';
import type { Priority } from './priority.ts';
import { runTool } from './runTool.ts';

const trialTimeoutMs = 20_000;
const refusalLines = 4;

/** What one trial showed, and whether it is worth remembering: a busy machine is not a lasting fact. */
export interface TrialOutcome {
  capability: EncoderCapability;
  lasting: boolean;
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
  let lasting = true;
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
    if (result.timedOut || result.failedToStart !== undefined) lasting = false;
    refusal ??= result.timedOut
      ? `The trial did not end within ${trialTimeoutMs / 1000} s.`
      : lastLines(result.stderr) ||
        `ffmpeg ended with ${result.signal ?? `exit code ${result.code ?? '?'}`}.`;
  }
  return {
    capability: usable ? { usable, pixelFormats: worked } : { usable, refusal: refusal ?? '' },
    lasting,
  };
}

export async function readDialect(tools: Tools, version: string, signal: AbortSignal): Promise<Dialect> {
  const run = (argv: readonly string[]) =>
    runTool(tools.ffmpeg.path, argv, { timeoutMs: trialTimeoutMs, signal });
  const [demuxers, rateMode] = await Promise.all([run(demuxersArguments), run(frameRateModeTrial)]);
  return {
    version,
    frameRateModeOption: rateMode.code === 0 ? '-fps_mode' : '-vsync',
    demuxers: parseDemuxers(demuxers.stdout),
  };
}

function lastLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-refusalLines)
    .map((line) => line.slice(0, 300))
    .join('\n');
}
