/**
 * The search for the crf that reaches a likeness to the source: pure, one probe at a time. Likeness falls as crf
 * grows, nearly along a line between near neighbours, so each next crf is where that line meets the goal; the
 * bounds close in from both sides (regula falsi with bisection where it stalls).
 */
export interface QualityProbe {
  readonly crf: number;
  /** SSIM 0 to 1, or VMAF 0 to 100. */
  readonly score: number;
}

export interface QualityGoal {
  readonly score: number;
  /** The encoder's scale: `best` is the lowest crf that makes sense, `worst` the highest. */
  readonly best: number;
  readonly worst: number;
  /** Where to begin. */
  readonly usual: number;
  /** Whole numbers for most encoders, halves for x264 and x265. */
  readonly step: number;
}

export type QualityDecision =
  | { readonly next: number }
  /** `reached` is false where even the best crf falls short. */
  | { readonly crf: number; readonly score: number; readonly reached: boolean };

/** Enough to close in on one step from any beginning in practice; a person waits for each. */
export const maxQualityProbes = 7;

/** The next crf to try, or the highest that reaches the goal. */
export function decideQuality(probes: readonly QualityProbe[], goal: QualityGoal): QualityDecision {
  const sorted = probes.toSorted((a, b) => a.crf - b.crf);
  const good = sorted.findLast((probe) => probe.score >= goal.score);
  // Scores of samples are not strictly monotone: what lies above a good probe counts.
  const bad = sorted.find((probe) => probe.score < goal.score && probe.crf > (good?.crf ?? -1));
  const [lowest] = sorted;
  if (lowest === undefined) return { next: snap(goal.usual, goal) };

  const low = good?.crf ?? goal.best;
  const high = bad?.crf ?? goal.worst;
  if (good !== undefined && (good.crf >= goal.worst || high - low <= goal.step + 1e-9))
    return { ...good, reached: true };
  if (good === undefined && lowest.crf <= goal.best) return { ...lowest, reached: false };
  if (probes.length >= maxQualityProbes)
    return good === undefined ? { ...lowest, reached: false } : { ...good, reached: true };

  const guess = good && bad ? between(good, bad, goal) : outward(sorted, good, goal);
  return { next: fresh(snap(guess, goal), { low, high, goal, tried: sorted }) };
}

function between(good: QualityProbe, bad: QualityProbe, { score }: QualityGoal): number {
  const part = (good.score - score) / Math.max(1e-9, good.score - bad.score);
  // Never quite at a bound: there the line has stalled.
  return good.crf + (bad.crf - good.crf) * Math.min(0.9, Math.max(0.1, part));
}

/** Only one side is known yet: twice as far as the last step, in its direction. */
function outward(
  sorted: readonly QualityProbe[],
  good: QualityProbe | undefined,
  { best, worst, score }: QualityGoal,
): number {
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (sorted.length >= 2 && first && last && first.score > last.score) {
    const slope = (last.score - first.score) / (last.crf - first.crf);
    const meets = (good ? last.crf : first.crf) + (score - (good ? last.score : first.score)) / slope;
    return Math.min(worst, Math.max(best, meets + (good ? 1 : -1)));
  }
  const range = (worst - best) / 4;
  return good ? Math.min(worst, (last?.crf ?? best) + range) : Math.max(best, (first?.crf ?? worst) - range);
}

function snap(crf: number, { step, best, worst }: QualityGoal): number {
  const snapped = Math.round(crf / step) * step;
  return Number(Math.min(worst, Math.max(best, snapped)).toFixed(3));
}

/** A crf that was not tried yet, strictly between the bounds where there is one. */
function fresh(
  crf: number,
  {
    low,
    high,
    goal,
    tried,
  }: { low: number; high: number; goal: QualityGoal; tried: readonly QualityProbe[] },
): number {
  const isTried = (value: number): boolean => tried.some((probe) => Math.abs(probe.crf - value) < 1e-6);
  if (!isTried(crf)) return crf;
  for (let distance = goal.step; distance <= high - low; distance += goal.step)
    for (const candidate of [crf + distance, crf - distance]) {
      const value = snap(candidate, goal);
      if (value >= low && value <= high && !isTried(value)) return value;
    }
  return crf;
}
