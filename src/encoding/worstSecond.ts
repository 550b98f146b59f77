import type { Metric } from './likeness.ts';

/** The second of a film in which it is least like its reference. */
export interface WorstSecond {
  /** Seconds from the beginning of the result. */
  readonly at: number;
  /** Mean over the frames of that second; infinite where PSNR found no difference at all. */
  readonly mean: number;
}

export interface WorstSecondReader {
  /** One line of the file that ffmpeg writes about each frame, see `likenessFile`. */
  push(line: string): void;
  readonly frames: number;
  /** Missing without a frame, and where the rate varies: a line has a number, not a time. */
  worst(): WorstSecond | undefined;
}

/** Figure of a frame whose mean makes sense: SSIM itself; for PSNR its squared error. */
const patterns = { ssim: / All:(-?[\d.]+)/u, psnr: /\bmse_avg:([\d.]+)/u } as const;

export function createWorstSecondReader(
  metric: Exclude<Metric, 'vmaf'>,
  framesPerSecond: number | undefined,
): WorstSecondReader {
  const seconds = new Map<number, { sum: number; count: number }>();
  let frames = 0;
  return {
    push(line) {
      const number = /^n:(\d+)/u.exec(line)?.[1];
      const figure = patterns[metric].exec(line)?.[1];
      if (number === undefined || figure === undefined) return;
      frames += 1;
      const second =
        framesPerSecond === undefined ? 0 : Math.floor((Number(number) - 1) / framesPerSecond + 1e-6);
      const before = seconds.get(second) ?? { sum: 0, count: 0 };
      seconds.set(second, { sum: before.sum + Number(figure), count: before.count + 1 });
    },
    get frames() {
      return frames;
    },
    worst() {
      if (framesPerSecond === undefined) return undefined;
      let found: WorstSecond | undefined;
      for (const [at, { sum, count }] of seconds) {
        const mean = metric === 'ssim' ? sum / count : decibels(sum / count);
        if (found === undefined || mean < found.mean) found = { at, mean };
      }
      return found;
    },
  };
}

function decibels(meanSquaredError: number): number {
  return meanSquaredError === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(255 ** 2 / meanSquaredError);
}
