import { stat } from 'node:fs/promises';
import { judgeHealth, type HealthReport } from '../encoding/healthCheck.ts';
import { healthRuns, type HealthRun } from '../encoding/healthRuns.ts';
import type { Probe } from '../encoding/probe.ts';
import { DffmpegError, type ErrorCode } from '../protocol/errors.ts';
import type { Health } from '../protocol/inquiry.ts';
import { decodeRun } from './decodeRun.ts';
import type { InquiryContext } from './inquiryContext.ts';
import { examineAll } from './probeTask.ts';
import { toError } from './task.ts';

/** What such a file is not, rather than why it cannot be looked at. */
const unhealthy: readonly ErrorCode[] = ['source-damaged', 'source-not-media'];

/** Is this file whole? Throws only where that cannot be found out: it is gone, it may not be read, ffmpeg lacks something. */
export async function checkHealth(path: string, thorough: boolean, context: InquiryContext): Promise<Health> {
  try {
    return await check(path, thorough, context);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof DffmpegError) || !unhealthy.includes(error.code)) throw error;
    const verdict = {
      level: 'fail' as const,
      findings: [{ level: 'fail' as const, message: error.message }],
    };
    const { size: bytes } = await stat(path);
    return { path, thorough, bytes, verdict, truncated: false, damage: 0, places: [], tracks: [] };
  }
}

async function check(path: string, thorough: boolean, context: InquiryContext): Promise<Health> {
  context.progress({ fraction: 0, step: 'reading its index' });
  const [probe] = await examineAll([path], context);
  if (!probe) throw new DffmpegError('internal', `${path} was not looked at.`);
  const planned = healthRuns({ path, probe }, context.prover.dialect, thorough);
  if (!planned.ok) throw toError(planned.problem);
  const reports: HealthReport[] = [];
  for (const [position, run] of planned.runs.entries())
    reports.push(await decode(run, { position, of: planned.runs.length }, probe, context));
  const { places, tracks, ...judged } = judgeHealth({ probe, thorough, reports });
  return {
    ...{ path, thorough, container: probe.formatName, bytes: probe.bytes },
    ...judged,
    places: [...places],
    tracks: tracks.map(({ missing: _, ...track }) => track),
  };
}

const steps = {
  beginning: 'decoding its beginning',
  end: 'decoding its end',
  whole: 'decoding all of it',
} as const;

function decode(
  run: HealthRun,
  { position, of }: { position: number; of: number },
  probe: Probe,
  context: InquiryContext,
): Promise<HealthReport> {
  const step = steps[run.part];
  const until = run.part === 'beginning' ? run.duration : probe.duration;
  const tell = (second: number): void => {
    const part = until === undefined ? undefined : Math.min(1, (second - run.from) / (until - run.from));
    context.progress({ step, ...(part === undefined ? {} : { fraction: (position + part) / of }) });
  };
  tell(run.from);
  return decodeRun(run, {
    directory: context.directory,
    binary: context.prover.tools.ffmpeg.path,
    stallSeconds: context.settings.verifyStallSeconds,
    settings: context.settings,
    signal: context.signal,
    onReached: tell,
  });
}
