import { rm } from 'node:fs/promises';
import path from 'node:path';
import { readMetric } from '../encoding/likeness.ts';
import type { PlanInput } from '../encoding/planInput.ts';
import { qualityGoal, qualitySamples } from '../encoding/qualityProbe.ts';
import { decideQuality, maxQualityProbes, type QualityProbe } from '../encoding/qualitySearch.ts';
import type { Finding } from '../encoding/verdict.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { toError } from './task.ts';

export interface QualitySearchTools {
  /** The attempt's folder, in which the commands run. */
  readonly folder: string;
  /**
   * Runs ffmpeg there and gives its standard error; throws when it fails or is stopped. `part` is where in the whole
   * search this is, 0 to 1.
   */
  readonly run: (argv: readonly string[], part: number) => Promise<string>;
  readonly log: (text: string) => void;
}

export interface QualityFound {
  readonly crf: number;
  /** Every probe in order, to be shown. */
  readonly probes: readonly QualityProbe[];
  /** What was found, and where the goal was out of reach. */
  readonly finding: Finding;
}

/** Encodes samples of the film at one crf after the other until the goal is met; see `decideQuality`. */
export async function searchQuality(input: PlanInput, tools: QualitySearchTools): Promise<QualityFound> {
  const looked = qualityGoal(input);
  if (!looked.ok) throw toError(looked.problem);
  const { goal, metric } = looked;
  const probes: QualityProbe[] = [];
  for (;;) {
    const decision = decideQuality(probes, goal);
    if (!('next' in decision)) {
      const likeness = `${metric.toUpperCase()} ${round(decision.score)}`;
      const tried = probes.map(({ crf, score }) => `crf ${crf}: ${round(score)}`).join(', ');
      return {
        crf: decision.crf,
        probes,
        finding: decision.reached
          ? {
              level: 'note',
              message: `crf ${decision.crf} was chosen for ${likeness} on samples (${tried}).`,
            }
          : {
              level: 'warn',
              message: `No crf reaches ${metric.toUpperCase()} ${goal.score} on samples; the best, crf ${decision.crf}, has ${round(decision.score)} (${tried}).`,
            },
      };
    }
    const score = await probe(input, decision.next, metric, probes.length, tools);
    probes.push({ crf: decision.next, score });
    tools.log(
      `Sample at crf ${decision.next}: ${metric.toUpperCase()} ${round(score)}, goal ${goal.score}.\n`,
    );
  }
}

/** The likeness at one crf: the mean over the samples, each weighted by its length. */
async function probe(
  input: PlanInput,
  crf: number,
  metric: 'ssim' | 'vmaf',
  before: number,
  { folder, run }: QualitySearchTools,
): Promise<number> {
  const planned = qualitySamples(input, crf);
  if (!planned.ok) throw toError(planned.problem);
  const { samples } = planned;
  let sum = 0;
  let seconds = 0;
  for (const [index, sample] of samples.entries()) {
    const part = (before + index / samples.length) / maxQualityProbes;
    const file = path.join(folder, sample.file);
    try {
      await run(sample.encode, part);
      const score = readMetric(metric, await run(sample.compare, part));
      if (score === undefined)
        throw new DffmpegError(
          'ffmpeg-failed',
          `ffmpeg did not say the ${metric.toUpperCase()} of a sample.`,
          {
            hint: 'Look at the job’s log, or use crf in place of targetQuality.',
          },
        );
      sum += score * sample.duration;
      seconds += sample.duration;
    } finally {
      await rm(file, { force: true });
    }
  }
  return sum / seconds;
}

function round(score: number): string {
  return String(Number(score.toFixed(score > 1 ? 1 : 4)));
}
