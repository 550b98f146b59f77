import type { OutputPreset } from './output.ts';
import type { Condition } from './preset.ts';
import { seconds } from './presetValues.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { pickVideo } from './streams.ts';

/** Curves of pictures that ordinary screens cannot show as they are: PQ and HLG. */
const hdrCurves: readonly (string | undefined)[] = ['smpte2084', 'arib-std-b67'];

/** Whether an output is to be made of this source; where not, which condition does not hold, for a person. */
export function appliesTo(
  output: Pick<OutputPreset, 'when'>,
  probe: Probe,
): { readonly applies: true } | { readonly applies: false; readonly why: string } {
  const why = output.when === undefined ? undefined : unmet(output.when, probe);
  return why === undefined ? { applies: true } : { applies: false, why };
}

/** What the source does not say does not hold. */
function unmet(when: Condition, probe: Probe): string | undefined {
  const picture = pickVideo(probe);
  const height = picture && heightAsSeen(picture);
  const { tallerThan, shorterThan, longerThan, hdr, channelsAbove } = when;
  if (tallerThan !== undefined && !(height !== undefined && height > tallerThan))
    return `${heightText(height)}; this output is for one taller than ${tallerThan} pixels.`;
  if (shorterThan !== undefined && !(height !== undefined && height < shorterThan))
    return `${heightText(height)}; this output is for one less tall than ${shorterThan} pixels.`;
  if (longerThan !== undefined && !((probe.duration ?? 0) > seconds(longerThan)))
    return `${durationText(probe.duration)}; this output is for one longer than ${seconds(longerThan)} seconds.`;
  if (hdr !== undefined && hdr !== (picture !== undefined && hdrCurves.includes(picture.colorTransfer)))
    return hdr
      ? 'The source is not HDR; this output is for one that is.'
      : 'The source is HDR; this output is for one that is not.';
  if (channelsAbove !== undefined && !(mostChannels(probe) > channelsAbove))
    return `${channelsText(mostChannels(probe))}; this output is for one with more than ${channelsAbove}.`;
  return undefined;
}

function heightAsSeen({ width, height, rotation }: ProbeStream): number | undefined {
  return rotation === 90 || rotation === 270 ? width : height;
}

function mostChannels(probe: Probe): number {
  return Math.max(
    0,
    // A track whose channels are unknown has at least one.
    ...probe.streams.filter(({ type }) => type === 'audio').map(({ channels }) => channels ?? 1),
  );
}

function heightText(height: number | undefined): string {
  return height === undefined ? 'The source has no picture' : `The picture is ${height} pixels tall`;
}

function durationText(duration: number | undefined): string {
  return duration === undefined
    ? 'The source does not say how long it lasts'
    : `The source lasts ${Number(duration.toFixed(1))} seconds`;
}

function channelsText(channels: number): string {
  return channels === 0 ? 'The source has no sound' : `The source has ${channels} channels at most`;
}
