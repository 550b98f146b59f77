import { createReadStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Dialect } from '../encoding/dialect.ts';
import { warn } from '../encoding/findings.ts';
import { checkMetric, likenessFile, readMetric, type Metric } from '../encoding/likeness.ts';
import { likenessRun, type LikenessInput, type LikenessRun } from '../encoding/likenessRun.ts';
import type { OutputPreset } from '../encoding/output.ts';
import type { PlanSource } from '../encoding/planInput.ts';
import type { Problem } from '../encoding/problem.ts';
import type { Finding } from '../encoding/verdict.ts';
import { createWorstSecondReader } from '../encoding/worstSecond.ts';
import { checkSource } from '../files/sourceFile.ts';
import type { ReceivedParams } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Figure, Likeness } from '../protocol/inquiry.ts';
import type { EncodePayload } from '../protocol/tasks.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import { settlePlan } from './analyse.ts';
import { planInputs } from './encodeTask.ts';
import { inquiryPlace, type InquiryContext } from './inquiryContext.ts';
import { examineAll } from './probeTask.ts';
import { runCommand, type RunPlace } from './runCommand.ts';
import { TaskFailure, toError } from './task.ts';
import { besideSource, WorkFiles } from './workFiles.ts';

type Asked = Omit<ReceivedParams<WorkerMethods['media.measure']>, 'inquiryId'>;

/** How like a result is to its reference, by every metric that this ffmpeg has; throws where it has none of them. */
export async function measureLikeness(asked: Asked, context: InquiryContext): Promise<Likeness> {
  context.progress({ fraction: 0, step: 'looking at both files' });
  const place = inquiryPlace(context, context.directory);
  const dialect = await dialectFor(asked.metrics, context);
  const { able, notes } = ableMetrics(asked.metrics, dialect);
  const [result, reference] = await bothFiles(asked, context);
  try {
    const made = asked.made && (await replanned(asked.made, context, place));
    const planned = likenessRun({ result, reference, metrics: able, dialect, ...(made ? { made } : {}) });
    if (!planned.ok) throw toError(planned.problem);
    const { run } = planned;
    const said = await measure(run, place, context);
    return {
      ...{ result: asked.result, reference: asked.reference, width: run.width, height: run.height },
      ...(await readFigures(able, said, run, place)),
      notes: [...notes, ...run.notes],
    };
  } catch (error) {
    throw error instanceof TaskFailure ? error.error : error;
  }
}

/** Whether libvmaf works is found out by trial: a filter may be listed and have no model. */
async function dialectFor(metrics: readonly Metric[], { prover }: InquiryContext): Promise<Dialect> {
  const dialect = metrics.includes('vmaf') ? await prover.proveFeatures(['libvmaf']) : prover.dialect;
  if (dialect.features.includes('libvmaf')) return dialect;
  return { ...dialect, filters: dialect.filters.filter((name) => name !== 'libvmaf') };
}

function ableMetrics(
  metrics: readonly Metric[],
  dialect: Dialect,
): { able: LikenessInput['metrics']; notes: Finding[] } {
  const able: Metric[] = [];
  const problems: Problem[] = [];
  for (const metric of new Set(metrics)) {
    const checked = checkMetric(metric, dialect);
    if (checked.ok) able.push(metric);
    else problems.push(checked.problem);
  }
  const [first, ...more] = able;
  if (first === undefined) throw toError(problems[0] ?? noMetric);
  return { able: [first, ...more], notes: problems.map(({ message }) => warn(message)) };
}

const noMetric: Problem = {
  code: 'ffmpeg-lacks',
  message: 'No metric was asked for.',
  hint: 'Ask for ssim, psnr or vmaf.',
};

async function bothFiles(asked: Asked, context: InquiryContext): Promise<[PlanSource, PlanSource]> {
  const [known] = asked.made?.sources ?? [];
  if (known) await requireSame(known);
  const paths = known ? [asked.result] : [asked.result, asked.reference];
  const [result, reference = known?.probe] = await examineAll(paths, context);
  if (!result || !reference) throw new DffmpegError('internal', 'Two files were to be looked at.');
  return [
    { path: asked.result, probe: result },
    { path: asked.reference, probe: reference },
  ];
}

async function requireSame({ path: source, probe }: PlanSource): Promise<void> {
  const { bytes } = await checkSource(source);
  if (bytes !== probe.bytes)
    throw new DffmpegError('source-changed', `${source} has changed since it was encoded.`, {
      hint: 'Compare the two files by their names instead.',
    });
}

/** The plan that made the result, as far as its picture goes; black bars are looked for as they were then. */
async function replanned(
  payload: EncodePayload,
  context: InquiryContext,
  place: RunPlace,
): Promise<LikenessInput['made']> {
  const [planned] = await planInputs(payload, context);
  if (!planned) throw new DffmpegError('internal', 'The payload has no output.');
  if (!planned.input.output.video)
    throw new DffmpegError('source-no-stream', 'The result has no picture to compare.', {
      hint: 'Only pictures are measured.',
    });
  const input = { ...planned.input, output: pictureOnly(planned.input.output) };
  const files = new WorkFiles(place, besideSource(input.sources[0].path));
  const nothing = { next: () => undefined, update: () => undefined };
  context.progress({ step: 'looking at the source' });
  const { plan } = await settlePlan(input, { place, files, progress: nothing });
  return { input, plan };
}

/** What the sound is, and by how many bits the picture is encoded, changes nothing about what it shows. */
function pictureOnly(output: OutputPreset): OutputPreset {
  const { video } = output;
  return {
    ...output,
    audio: false,
    video: video && video.targetQuality !== undefined ? { ...video, targetQuality: undefined } : video,
  };
}

async function measure(
  run: LikenessRun,
  place: RunPlace,
  { progress }: Pick<InquiryContext, 'progress'>,
): Promise<string> {
  const step = 'comparing';
  progress({ step });
  const { said } = await runCommand(place, {
    purpose: 'quality',
    argv: run.argv,
    onProgress: ({ outTime }) => {
      if (outTime !== undefined && run.duration !== undefined)
        progress({ step, fraction: Math.min(1, outTime / run.duration) });
    },
  });
  return said;
}

async function readFigures(
  metrics: readonly Metric[],
  said: string,
  { frameRate }: LikenessRun,
  { directory }: RunPlace,
): Promise<Pick<Likeness, 'figures' | 'frames'>> {
  const figures: Figure[] = [];
  let frames: number | undefined;
  for (const metric of metrics) {
    const mean = readMetric(metric, said);
    if (mean === undefined || Number.isNaN(mean))
      throw new DffmpegError('ffmpeg-failed', `ffmpeg did not say the ${metric.toUpperCase()}.`, {
        hint: 'Check that both files play.',
      });
    const read = metric === 'vmaf' ? undefined : await readFrames(metric, frameRate, directory);
    frames = read?.frames ?? frames;
    const worst = read?.worst();
    figures.push({
      metric,
      mean: score(mean),
      ...(worst === undefined ? {} : { worst: { at: worst.at, mean: score(worst.mean) } }),
    });
  }
  return { figures, ...(frames === undefined ? {} : { frames }) };
}

async function readFrames(metric: 'ssim' | 'psnr', frameRate: number | undefined, directory: string) {
  const reader = createWorstSecondReader(metric, frameRate);
  const file = createReadStream(path.join(directory, likenessFile(metric)), 'utf8');
  for await (const line of createInterface({ input: file })) reader.push(line);
  return reader;
}

function score(value: number): number | 'inf' {
  return Number.isFinite(value) ? value : 'inf';
}
