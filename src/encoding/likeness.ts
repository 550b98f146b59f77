import type { Dialect } from './dialect.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';

/** How like two pictures are: ffmpeg's filters that measure it, and what they print. */

export const metrics = ['ssim', 'psnr', 'vmaf'] as const;
export type Metric = (typeof metrics)[number];

interface MetricEntry {
  readonly filter: string;
  /** The figure in ffmpeg's last word about it. */
  readonly pattern: RegExp;
  readonly unit: string;
}

/** SSIM over all planes (1 is equal, below 0 is the opposite), PSNR averaged over all planes (dB, `inf` for equal), VMAF (0 to 100). */
export const metricTable: Readonly<Record<Metric, MetricEntry>> = {
  ssim: { filter: 'ssim', pattern: /SSIM .*All:(-?[\d.]+)/u, unit: '' },
  psnr: { filter: 'psnr', pattern: /PSNR .*average:([\d.]+|inf)/u, unit: ' dB' },
  vmaf: { filter: 'libvmaf', pattern: /VMAF score[:=] ?([\d.]+)/u, unit: '' },
};

/** Whether this ffmpeg can measure so. */
export function checkMetric(metric: Metric, dialect: Dialect): Outcome<object> {
  // The filter of VMAF may be there without a model.
  const works = metric !== 'vmaf' || dialect.features.includes('libvmaf');
  if (works && dialect.filters.includes(metricTable[metric].filter)) return { ok: true };
  return refuse(
    'ffmpeg-lacks',
    `This ffmpeg cannot measure ${metric.toUpperCase()}: it has no filter ${metricTable[metric].filter}.`,
    metric === 'vmaf' ? 'Use ssim, or install an ffmpeg with libvmaf.' : 'Install a full build of ffmpeg.',
  );
}

export interface LikenessOptions {
  /** Ends with the shorter of the two; without it the last frame of that one is held against all of the rest. */
  readonly shortest?: boolean;
  /** Each frame’s figures go to `likenessFile`. VMAF has none. */
  readonly perFrame?: boolean;
}

/** In the folder where ffmpeg runs. */
export function likenessFile(metric: Metric): string {
  return `${metric}.txt`;
}

/**
 * A graph that measures input 0 (the result) against input 1 (the reference), each stream by ffmpeg's specifier;
 * `reference` are the filters that the reference needs to be of the result's size and rate.
 */
export function likenessGraph(
  metrics: readonly Metric[],
  streams: { readonly result: string; readonly reference: string; readonly filters?: string },
  options: LikenessOptions = {},
): string {
  const filters = streams.filters === undefined || streams.filters === '' ? '' : `${streams.filters},`;
  const split = (name: string): string =>
    metrics.length > 1 ? `,split=${metrics.length}${labels(name)}` : labels(name);
  const labels = (name: string): string => metrics.map((_, index) => `[${name}${index}]`).join('');
  // The result may count in milliseconds: finer times would put each frame beside the one before.
  const fromZero = 'setpts=PTS-STARTPTS,settb=1/1000';
  return [
    // The same pixels in the same format: only what the encoder changed is to count.
    `[${streams.result}]${fromZero},format=yuv420p${split('result')}`,
    // A frame meets the latest that is not after it: two milliseconds make up for what was rounded up.
    `[${streams.reference}]${filters}${fromZero},setpts=PTS-2,format=yuv420p${split('reference')}`,
    ...metrics.map(
      (metric, index) => `[result${index}][reference${index}]${measuring(metric, options)}[out${index}]`,
    ),
  ].join(';');
}

function measuring(metric: Metric, { shortest, perFrame }: LikenessOptions): string {
  const options = [
    ...(perFrame === true && metric !== 'vmaf' ? [`stats_file=${likenessFile(metric)}`] : []),
    ...(shortest === true ? ['shortest=1'] : []),
  ].join(':');
  return `${metricTable[metric].filter}${options === '' ? '' : `=${options}`}`;
}

/** The figure that ffmpeg printed, the last if there are several; missing where it printed none. */
export function readMetric(metric: Metric, stderr: string): number | undefined {
  const { pattern } = metricTable[metric];
  const line = stderr.split(/\r?\n/u).findLast((text) => pattern.test(text));
  const figure = line === undefined ? undefined : pattern.exec(line)?.[1];
  if (figure === undefined) return undefined;
  return figure === 'inf' ? Number.POSITIVE_INFINITY : Number(figure);
}
