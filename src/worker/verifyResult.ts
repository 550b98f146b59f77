import { judge } from '../encoding/judge.ts';
import type { PlanInput } from '../encoding/planInput.ts';
import type { LateTrack } from '../encoding/stderr.ts';
import type { Verdict } from '../encoding/verdict.ts';
import type { SettledPlan } from './analyse.ts';
import { uncopied } from '../files/uncopied.ts';
import { decodeResult } from './decodeResult.ts';
import { copyDamage, lookThrough } from './lookThrough.ts';
import type { FfmpegExit } from './ffmpegProcess.ts';
import { readResult, type ReadTools } from './readResult.ts';
import type { RunPlace } from './runCommand.ts';

export interface StagedResult extends Pick<SettledPlan, 'plan' | 'findings'> {
  /** Path of the result: a file, or the folder of a ladder. */
  readonly staged: string;
  /** How its last ffmpeg ended. */
  readonly exit: FfmpegExit;
}

/** Reads a staged result back, decodes its end, and judges it by what the plan and the encode say of it. */
export async function verifyResult(
  { plan, findings, staged, exit }: StagedResult,
  input: PlanInput,
  {
    place,
    ...reading
  }: Omit<ReadTools, 'dialect' | 'signal' | 'log' | 'settings'> & { readonly place: RunPlace },
): Promise<Verdict> {
  const { signal } = place;
  const read = await readResult(plan, staged, {
    ...reading,
    dialect: input.dialect,
    signal,
    settings: place.settings,
    log: (text) => {
      place.log(text);
    },
  });
  const { expected } = plan;
  const { progress, stderr } = exit;
  const cost = { seconds: exit.seconds, frames: progress?.frame };
  return judge({
    expected: { ...expected, notes: [...expected.notes, ...findings] },
    source: input.sources[0].probe,
    read: {
      outTime: progress?.outTime,
      frames: progress?.frame,
      duplicatedFrames: progress?.duplicatedFrames,
      droppedFrames: progress?.droppedFrames,
      damage: stderr.damage,
      truncated: stderr.truncated,
      lateTracks: wanted(stderr.lateTracks, input),
      ...(await lookThrough(plan, input, { place })),
      copyDamage: read.result && (await copyDamage(plan, read.result, input, { place })),
      uncopied: await unread(plan, input),
    },
    ...read,
    decoding: read.result && (await decodeResult(plan, read.result, input, { place, cost })),
    exit,
  });
}

/** Those that the preset does not leave out anyway. */
function wanted(late: readonly LateTrack[], { output }: PlanInput): LateTrack[] {
  return late.filter(
    (kind) =>
      !(kind === 'video' && output.video === false) &&
      !(kind === 'audio' && output.audio === false) &&
      !(kind === 'subtitle' && output.subtitles === false),
  );
}

/** Looked at as the rest of the source, where tags are to be kept. */
async function unread({ expected }: SettledPlan['plan'], { output, sources: [source] }: PlanInput) {
  if (expected.verify !== 'whole' || output.metadata?.keep === false) return [];
  const found = await uncopied(source.path, source.probe.formatName);
  return output.chapters === false ? found.filter(({ loses }) => loses !== 'chapters') : found;
}
