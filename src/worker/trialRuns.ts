import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Dialect } from '../encoding/dialect.ts';
import { dialectOf } from '../encoding/dialectFacts.ts';
import {
  frameRateModeTrial,
  notListed,
  sourceTimeBaseTrial,
  type DialectTrial,
} from '../encoding/dialectTrials.ts';
import { listingArguments } from '../encoding/listings.ts';
import { encoderProof, type EncoderProof, type EncoderTrial } from '../encoding/trial.ts';
import { trialOutcome, type TrialOutcome } from '../encoding/trialOutcome.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Tools } from './findBinary.ts';
import type { Priority } from './priority.ts';
import { runTool, toolTimes, type ToolResult } from './runTool.ts';
import { twoAtATime } from './twoAtATime.ts';
import type { WorkerSettings } from './workerSettings.ts';

/** ffmpeg's exit code when a signal asked it to end. */
const signalledCode = 255;

export interface TrialOptions {
  tools: Tools;
  settings: WorkerSettings;
  priority: Priority;
  signal: AbortSignal;
}

/** `features`: those of the dialect that the encoder's arguments ask for and that worked. */
export async function tryEncoder(
  trial: EncoderTrial,
  features: readonly string[],
  options: TrialOptions,
): Promise<EncoderProof> {
  const proof = encoderProof(trial, features);
  for (let step = proof.next(); ;) {
    if (step.done) return step.value;
    step = proof.next(await run(step.value, options));
  }
}

export async function tryFeature(
  trial: DialectTrial,
  dialect: Dialect,
  options: TrialOptions,
): Promise<TrialOutcome> {
  const missing = notListed(trial, dialect);
  if (missing) return missing;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-trial-'));
  try {
    for (const [name, text] of Object.entries(trial.files ?? {}))
      await writeFile(path.join(folder, name), text);
    let outcome: TrialOutcome | undefined;
    for (const argv of trial.runs) {
      outcome = await run(argv, options, folder);
      if (outcome.worked) break;
    }
    if (!outcome) throw new Error(`The trial of ${trial.feature} has no runs.`);
    return outcome;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(
  argv: readonly string[],
  { tools, settings, priority, signal }: TrialOptions,
  cwd?: string,
): Promise<TrialOutcome> {
  const options = { ...toolTimes(settings.trialTimeoutSeconds, settings), priority, signal, cwd };
  const once = () => runTool(tools.ffmpeg.path, argv, options);
  const result = await once();
  // By the system, short of memory for a moment: that says nothing of the encoder, and is tried once more.
  const wasKilled = result.signal === 'SIGKILL' && !result.timedOut && !signal.aborted;
  return trialOutcome(wasKilled ? await once() : result);
}

/** Throws `ffmpeg-missing` when a run did not come to its end: a wrong dialect would be cached. */
export async function readDialect({
  tools,
  settings,
  signal,
}: Omit<TrialOptions, 'priority'>): Promise<Omit<Dialect, 'version'>> {
  const runs = {
    ...listingArguments,
    frameRateMode: frameRateModeTrial,
    sourceTimeBase: sourceTimeBaseTrial,
  };
  const times = toolTimes(settings.trialTimeoutSeconds, settings);
  const results = new Map<string, ToolResult>();
  await twoAtATime(Object.entries(runs), async ([name, argv]) => {
    const result = await runTool(tools.ffmpeg.path, argv, { ...times, signal });
    if (!endedByItself(result)) throw notExamined(tools);
    results.set(name, result);
  });
  const worked = (name: keyof typeof runs) => results.get(name)?.code === 0;
  const listed = (name: keyof typeof runs) => (worked(name) ? (results.get(name)?.stdout ?? '') : '');
  const dialect = dialectOf({
    demuxers: listed('demuxers'),
    muxers: listed('muxers'),
    decoders: listed('decoders'),
    filters: listed('filters'),
    frameRateMode: worked('frameRateMode'),
    sourceTimeBase: worked('sourceTimeBase'),
  });
  if (!dialect) throw notExamined(tools);
  return dialect;
}

function endedByItself({ code, timedOut }: ToolResult): boolean {
  return code !== null && code !== signalledCode && !timedOut;
}

function notExamined({ ffmpeg }: Tools): DffmpegError {
  return new DffmpegError('ffmpeg-missing', `${ffmpeg.path} did not say what it can do.`, {
    hint: 'It is asked again soon. If that goes on, install ffmpeg again, or see whether the machine is overloaded.',
  });
}
