import type { ColorPlan } from './colorPlan.ts';
import { note } from './findings.ts';
import type { VideoEncoder } from './presetNames.ts';
import type { MasteringDisplay } from './probe.ts';
import type { Finding } from './verdict.ts';
import type { VideoEncoderEntry } from './videoEncoders.ts';

/** HDR10's static metadata, in the words of the encoder libraries that write it into the picture. */

/** x265 counts in the units of the standard, the same as a probe's. */
export function hdr10Parameters(color: ColorPlan): Record<string, string | number | undefined> {
  const { masteringDisplay, contentLight } = color;
  if (color.transfer !== 'smpte2084' && !masteringDisplay && !contentLight) return {};
  return {
    // Sent with each keyframe: a player that begins in the middle knows it too.
    'repeat-headers': 1,
    hdr10: color.transfer === 'smpte2084' ? 1 : undefined,
    'master-display': masteringDisplay && display(masteringDisplay, (value) => String(value), String),
    'max-cll': contentLight && `${contentLight.maxContent},${contentLight.maxAverage}`,
  };
}

/** SVT-AV1 reads fractions and cd/m². */
export function hdr10ParametersOfSvt(color: ColorPlan): Record<string, string | undefined> {
  const { masteringDisplay, contentLight } = color;
  return {
    'mastering-display':
      masteringDisplay &&
      display(
        masteringDisplay,
        (value) => fraction(value / 50_000),
        (value) => fraction(value / 10_000),
      ),
    'content-light': contentLight && `${contentLight.maxContent},${contentLight.maxAverage}`,
  };
}

/** Said before the run, where the picture has them and this encoder is not told. */
export function hdr10Note(
  encoder: VideoEncoder,
  { hdr10 }: VideoEncoderEntry,
  color: ColorPlan,
  features: readonly string[],
): Finding | undefined {
  if (!color.masteringDisplay && !color.contentLight) return undefined;
  if (hdr10 === true || (hdr10 !== undefined && features.includes(hdr10))) return undefined;
  return note(
    `The brightness data of HDR10 (mastering display, content light) may be lost: ${encoder} is not told of them. libx265 and libsvtav1 keep them.`,
  );
}

type Written = (value: number) => string;

function display(from: MasteringDisplay, chromaticity: Written, luminance: Written): string {
  const pair = ([x, y]: readonly [number, number]) => `(${chromaticity(x)},${chromaticity(y)})`;
  return [
    `G${pair(from.green)}`,
    `B${pair(from.blue)}`,
    `R${pair(from.red)}`,
    `WP${pair(from.whitePoint)}`,
    `L(${luminance(from.maxLuminance)},${luminance(from.minLuminance)})`,
  ].join('');
}

/** No exponent, no trailing zeros. */
function fraction(value: number): string {
  return String(Number(value.toFixed(5)));
}
