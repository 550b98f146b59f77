import { formatSeconds, plural } from '../../encoding/formatting.ts';
import type { Figure, Likeness } from '../../protocol/inquiry.ts';
import { shortenPath } from '../paths.ts';
import { findingText, type TextOptions } from './jobText.ts';
import { table } from './table.ts';

/** The figures, one a line, below what was held against what. */
export function likenessLines(likeness: Likeness, options: TextOptions): string[] {
  const { result, reference, width, height, frames, figures, notes } = likeness;
  const { style } = options;
  const counted = frames === undefined ? '' : `, ${plural(frames, 'frame')}`;
  return [
    `${style.bold(shortenPath(result, options))} against ${shortenPath(reference, options)}, ${width}×${height}${counted}`,
    ...table(figures.map((figure) => figureCells(figure, options))).map((line) => `  ${line}`),
    ...notes.map((finding) => `  ${findingText(finding, style)}`),
  ];
}

function figureCells({ metric, mean, worst }: Figure, { style }: TextOptions): string[] {
  const least =
    worst === undefined ? '' : `worst second ${scoreText(metric, worst.mean)}, at ${formatSeconds(worst.at)}`;
  return [metric.toUpperCase(), scoreText(metric, mean), style.dim(least)];
}

function scoreText(metric: Figure['metric'], score: Figure['mean']): string {
  if (score === 'inf') return 'equal';
  if (metric === 'ssim') return score.toFixed(4);
  return `${score.toFixed(2)}${metric === 'psnr' ? ' dB' : ''}`;
}
