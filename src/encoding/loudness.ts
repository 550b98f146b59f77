import type { MeasuredLoudness } from './plan.ts';

/** Loudness normalisation after EBU R 128: measured over the whole track first, then one gain for all of it. */

/** dBTP: room for what a lossy encoder adds to the peaks. */
const truePeak = -1.5;
/** Loudness units: the usual goal for the range; a wider source keeps its own as far as loudnorm can. */
const usualRange = 11;
/** LUFS: R 128 hears nothing below. */
const silence = -70;
/** The largest goal for the range that every loudnorm takes. */
const widestRange = 20;

export function measuringFilter(goal: number): string {
  return `loudnorm=I=${goal}:TP=${truePeak}:LRA=${usualRange}:print_format=json`;
}

/** The level stays as it is. */
export function isSilent({ inputI }: MeasuredLoudness): boolean {
  return inputI <= silence;
}

/** Whether one gain for the whole track is enough: its peaks stay below the limit. */
export function isLinear(goal: number, measured: MeasuredLoudness): boolean {
  return measured.inputTp + goal - measured.inputI <= truePeak;
}

/**
 * One gain, where that is enough: what loudnorm's `linear` does, without its limits on the range. Else loudnorm
 * itself, which follows the level and works at 192 kHz: the encode names its sample rate.
 */
export function normalizingFilter(goal: number, measured: MeasuredLoudness): string {
  if (isLinear(goal, measured)) return `volume=${(goal - measured.inputI).toFixed(2)}dB`;
  const options = [
    `I=${goal}`,
    `TP=${truePeak}`,
    `LRA=${Math.min(widestRange, Math.max(usualRange, measured.inputLra))}`,
    `measured_I=${measured.inputI}`,
    `measured_TP=${measured.inputTp}`,
    // 0 (a steady tone) means “not measured” to loudnorm.
    `measured_LRA=${Math.max(0.1, measured.inputLra)}`,
    `measured_thresh=${measured.inputThresh}`,
    `offset=${measured.targetOffset}`,
  ];
  return `loudnorm=${options.join(':')}`;
}

/** What loudnorm printed; missing: it printed nothing (the track could not be decoded). */
export function readLoudness(stderr: string): MeasuredLoudness | undefined {
  const value = (name: string): number | undefined => {
    const text = stderr.match(new RegExp(`"${name}"\\s*:\\s*"(-?(?:inf|[0-9.]+))"`, 'u'))?.[1];
    if (text === undefined) return undefined;
    // Silence is minus infinity. 99 is the end of loudnorm's scale, and unlike infinity JSON has it.
    return text.endsWith('inf') ? (text.startsWith('-') ? -99 : 99) : Number(text);
  };
  const inputI = value('input_i');
  const inputTp = value('input_tp');
  const inputLra = value('input_lra');
  const inputThresh = value('input_thresh');
  const targetOffset = value('target_offset');
  if (
    inputI === undefined ||
    inputTp === undefined ||
    inputLra === undefined ||
    inputThresh === undefined ||
    targetOffset === undefined
  )
    return undefined;
  return {
    inputI: within(inputI, -99, 0),
    inputTp: within(inputTp, -99, 99),
    inputLra: within(inputLra, 0, 99),
    inputThresh: within(inputThresh, -99, 0),
    targetOffset: within(targetOffset, -99, 99),
  };
}

/** loudnorm refuses values beyond its scales. */
function within(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
