import { readCrop } from '../encoding/cropDetect.ts';
import { readLoudness } from '../encoding/loudness.ts';
import type { Analysis, Measured, Plan } from '../encoding/plan.ts';
import type { PlanInput } from '../encoding/planInput.ts';
import { planOutput } from '../encoding/planOutput.ts';
import { pickVideo } from '../encoding/streams.ts';
import type { Finding } from '../encoding/verdict.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { FfmpegExit } from './ffmpegProcess.ts';
import { searchQuality } from './qualitySearch.ts';
import { runCommand, type RunPlace, type RunRequest } from './runCommand.ts';
import { toError } from './task.ts';
import type { WorkFiles } from './workFiles.ts';

/** What looking at a source needs; each command is told to `progress` as it begins and goes on. */
export interface AnalysisTools {
  readonly place: RunPlace;
  readonly files: WorkFiles;
  readonly progress: {
    next(): void;
    update: NonNullable<RunRequest['onProgress']>;
  };
}

export interface SettledPlan {
  readonly plan: Plan;
  readonly measured: Measured;
  /** What the analyses say to a person. */
  readonly findings: readonly Finding[];
}

/** Each kind of measurement may ask for the next one; none asks twice. */
export const maxRounds = 4;

/** Measures what the plan asks for and plans again, until there are commands. Its files are in place then. */
export async function settlePlan(input: PlanInput, tools: AnalysisTools): Promise<SettledPlan> {
  const findings: Finding[] = [];
  let measured: Measured = input.measured ?? {};
  for (let round = 0; round <= maxRounds; round += 1) {
    const planned = planOutput({ ...input, measured });
    if (!planned.ok) throw toError(planned.problem);
    await tools.files.make(planned.plan.files);
    if (planned.plan.analyses.length === 0) return { plan: planned.plan, measured, findings };
    for (const analysis of planned.plan.analyses) {
      const found = await run(analysis, { ...input, measured }, tools);
      measured = { ...measured, ...found.measured };
      findings.push(...found.findings);
    }
  }
  throw new DffmpegError('internal', 'What was measured never sufficed for a plan.');
}

interface Found {
  readonly measured: Measured;
  readonly findings: readonly Finding[];
}

async function run(analysis: Analysis, input: PlanInput, tools: AnalysisTools): Promise<Found> {
  switch (analysis.kind) {
    case 'crop':
      return crop(analysis, input, tools);
    case 'loudness':
      return loudness(analysis, input, tools);
    case 'quality':
      return quality(input, tools);
  }
}

async function crop(
  analysis: Extract<Analysis, { kind: 'crop' }>,
  input: PlanInput,
  tools: AnalysisTools,
): Promise<Found> {
  const exits = await runAll('crop', analysis.commands, tools);
  const { streams } = input.sources[0].probe;
  const stream = pickVideo(input.sources[0].probe) ?? streams.find((each) => each.attachedPicture);
  if (!stream) throw new DffmpegError('internal', 'There is no picture to look for black bars in.');
  return {
    measured: {
      crop: readCrop(
        exits.map(({ said }) => said),
        stream,
      ),
    },
    findings: [],
  };
}

async function loudness(
  analysis: Extract<Analysis, { kind: 'loudness' }>,
  input: PlanInput,
  tools: AnalysisTools,
): Promise<Found> {
  const exits = await runAll('loudness', analysis.commands, tools);
  const found = readLoudness(exits.map(({ said }) => said).join('\n'));
  if (!found)
    throw new DffmpegError('source-damaged', 'The loudness of the source’s sound could not be measured.', {
      hint: 'Take audio.loudness out of the preset, or check that the source plays.',
    });
  return {
    measured: { loudness: { ...input.measured?.loudness, [analysis.track]: found } },
    findings: [],
  };
}

async function quality(input: PlanInput, { place, progress }: AnalysisTools): Promise<Found> {
  progress.next();
  const found = await searchQuality(input, {
    folder: place.directory,
    log: (text) => {
      place.log(text);
    },
    run: async (argv, part) => {
      // The step is foreseen as one second of media.
      progress.update({ outTime: part, end: false });
      return (await runCommand(place, { purpose: 'quality', argv })).said;
    },
  });
  return { measured: { crf: found.crf }, findings: [found.finding] };
}

async function runAll(
  purpose: 'crop' | 'loudness',
  commands: readonly { readonly argv: readonly string[] }[],
  { place, progress }: AnalysisTools,
): Promise<FfmpegExit[]> {
  const exits: FfmpegExit[] = [];
  for (const { argv } of commands) {
    progress.next();
    exits.push(
      await runCommand(place, {
        purpose,
        argv,
        onProgress: (block) => {
          progress.update(block);
        },
      }),
    );
  }
  return exits;
}
