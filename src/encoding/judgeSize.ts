import type { Expectation } from './expectation.ts';
import { warn } from './findings.ts';
import { formatBytes } from './formatting.ts';
import type { Probe } from './probe.ts';
import type { Finding } from './verdict.ts';

/** A container has its own say in the size: this part more than asked for is not worth a word. */
const sizeTolerance = 0.02;

/** Whether a size that was asked for is met. Smaller is no fault: easy material needs no more. */
export function judgeSize(expected: Expectation, result: Probe): Finding[] {
  const { targetBytes } = expected;
  if (targetBytes === undefined || result.bytes <= targetBytes * (1 + sizeTolerance)) return [];
  return [
    warn(`The result has ${formatBytes(result.bytes)} instead of at most ${formatBytes(targetBytes)}.`),
  ];
}

/**
 * Whether the result is too large to be worth keeping: less than the wanted percents smaller than its source. The
 * sentence says by how much, for the job's end without a result.
 */
export function missedGain(
  expected: Expectation,
  bytes: { readonly source: number; readonly result: number },
): string | undefined {
  const { minimumGain } = expected;
  if (minimumGain === undefined || !(bytes.source > 0)) return undefined;
  const gain = (1 - bytes.result / bytes.source) * 100;
  if (gain >= minimumGain) return undefined;
  const by = Math.abs(gain).toFixed(1);
  const how = gain >= 0 ? `only ${by} % smaller` : `${by} % larger`;
  return `The result would be ${how} than the source (${formatBytes(bytes.result)} against ${formatBytes(bytes.source)}); the preset asks for at least ${minimumGain} % less, so the source is kept and nothing is written.`;
}
