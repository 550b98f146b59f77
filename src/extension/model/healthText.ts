import { formatSeconds, plural } from '../../encoding/formatting.ts';
import type { Figure, Health, Likeness } from '../../protocol/inquiry.ts';

/** One sentence for a notification: what a look at a file has found. */
export function healthSentence(name: string, health: Health): string {
  const { verdict, thorough, damage } = health;
  const findings = verdict.findings.filter(({ level }) => level !== 'note').map(({ message }) => message);
  if (verdict.level === 'pass')
    return thorough
      ? `${name} is whole: every track was decoded to its end.`
      : `${name} looks whole: its index, its beginning and its end. A thorough check decodes all of it.`;
  const judgement = verdict.level === 'fail' ? 'is damaged' : 'has something to look at';
  const counted = damage > 0 ? ` (${plural(damage, 'place')})` : '';
  return `${name} ${judgement}${counted}: ${findings.join(' ')}`;
}

/** One sentence: how like a result is to its source. */
export function likenessSentence(name: string, { figures, width, height }: Likeness): string {
  return `${name} at ${width} × ${height}: ${figures.map(figureText).join(', ')}.`;
}

function figureText({ metric, mean, worst }: Figure): string {
  const at =
    worst === undefined ? '' : ` (worst second ${score(metric, worst.mean)} at ${formatSeconds(worst.at)})`;
  return `${metric.toUpperCase()} ${score(metric, mean)}${at}`;
}

function score(metric: Figure['metric'], value: Figure['mean']): string {
  if (value === 'inf') return 'equal';
  return metric === 'ssim'
    ? value.toFixed(4)
    : metric === 'psnr'
      ? `${value.toFixed(1)} dB`
      : value.toFixed(1);
}
