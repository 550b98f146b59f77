import type { Verdict } from './verdict.ts';

/** The words for numbers, the same in the terminal, the views and the status page. */

const minus = '\u2212';
const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `412 MB`, `1.4 GB`: decimal units, one decimal below 10. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit] ?? 'B'}`;
}

/** `42 %`; rounded down, so that 100 % means done. */
export function formatPercent(fraction: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`;
}

/** `−85 %`, `+12 %`: by how much the result is smaller or larger; nothing where the source has no size. */
export function formatSizeChange(sourceBytes: number, resultBytes: number): string | undefined {
  if (!(sourceBytes > 0)) return undefined;
  const percent = Math.round((resultBytes / sourceBytes - 1) * 100);
  if (percent === 0) return '±0 %';
  return `${percent < 0 ? minus : '+'}${Math.abs(percent)} %`;
}

/** Seconds as `12 s`, `3 min 20 s`, `1 h 05 min`: the two largest units. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${pad(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** A length that is only foreseen: `20 s`, `4 min`, `2 h 10 min`. */
export function formatRoughly(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 55) return `${Math.round(seconds / 10) * 10} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const tens = Math.round(minutes / 10) * 10;
  return `${Math.floor(tens / 60)} h ${pad(tens % 60)} min`;
}

/** `starts in about 4 min, done in about 20 min`; times are milliseconds since the epoch. */
export function describeForecast(
  forecast: { readonly startsAt: number; readonly endsAt: number; readonly guess: boolean },
  now: number,
): string {
  const from = (at: number) => formatRoughly(Math.max(0, at - now) / 1000);
  const starts =
    forecast.startsAt - now < 1000 ? 'starts at any moment' : `starts in about ${from(forecast.startsAt)}`;
  const guess = forecast.guess ? ' (a guess: little was encoded here so far)' : '';
  return `${starts}, done in about ${from(forecast.endsAt)}${guess}`;
}

/** `tried again in about 40 s`; nothing where its time has come. Milliseconds since the epoch. */
export function describeRetry(retryAt: number | undefined, now: number): string | undefined {
  if (retryAt === undefined || retryAt <= now) return undefined;
  return `tried again in about ${formatRoughly((retryAt - now) / 1000)}`;
}

/** `2.1×`: media seconds per second. */
export function formatSpeed(speed: number): string {
  return `${speed >= 9.95 ? speed.toFixed(0) : speed.toFixed(speed < 0.095 ? 2 : 1)}×`;
}

export function formatFrameRate(framesPerSecond: number): string {
  return `${framesPerSecond < 9.95 ? framesPerSecond.toFixed(1) : framesPerSecond.toFixed(0)} fps`;
}

const verdictWords = {
  pass: 'verified',
  warn: 'verified with warnings',
  fail: 'not verified',
} as const satisfies Record<Verdict['level'], string>;

/** `412 MB → 63 MB (−85 %), verified`. */
export function describeResult(
  sourceBytes: number | undefined,
  resultBytes: number,
  verdict: Verdict | undefined,
): string {
  const change = sourceBytes === undefined ? undefined : formatSizeChange(sourceBytes, resultBytes);
  const sizes = [
    ...(sourceBytes === undefined ? [] : [`${formatBytes(sourceBytes)} →`]),
    formatBytes(resultBytes),
    ...(change === undefined ? [] : [`(${change})`]),
  ].join(' ');
  return verdict === undefined ? sizes : `${sizes}, ${verdictWords[verdict.level]}`;
}

/** `42 % · 24 fps · 2.1× · 3 min 20 s left · pass 1 of 2`: what is known of a running encode. */
export function describeProgress(progress: {
  readonly fraction?: number | undefined;
  readonly framesPerSecond?: number | undefined;
  readonly speed?: number | undefined;
  readonly eta?: number | undefined;
  readonly step?: string | undefined;
}): string {
  const { fraction, framesPerSecond, speed, eta, step } = progress;
  return [
    ...(fraction === undefined ? [] : [formatPercent(fraction)]),
    // Until the encoder gives something out there is no rate, only a nought.
    ...(framesPerSecond === undefined || framesPerSecond < 0.05 ? [] : [formatFrameRate(framesPerSecond)]),
    ...(speed === undefined || speed < 0.005 ? [] : [formatSpeed(speed)]),
    ...(eta === undefined ? [] : [describeLeft(eta)]),
    ...(step === undefined ? [] : [step]),
  ].join(' · ');
}

/** `12 s left`; at the very end the last packets and the index are written, for which nothing is foreseen. */
export function describeLeft(seconds: number): string {
  return seconds < 0.5 ? 'finishing' : `${formatDuration(seconds)} left`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** `5.28 s`: an exact length, for comparing two. */
export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(2)} s`;
}

/** `1 track`, `2 tracks`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Several by the first of them: `take 1.mp4 and 2 more`. */
export function andMore(first: string, count: number): string {
  return count > 1 ? `${first} and ${count - 1} more` : first;
}
