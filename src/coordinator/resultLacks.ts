import { formatPercent } from '../encoding/formatting.ts';
import { outputKind, type OutputPreset } from '../encoding/output.ts';
import type { Probe } from '../encoding/probe.ts';
import { pickVideo } from '../encoding/streams.ts';
import { unclaimedPart } from '../encoding/unclaimedBytes.ts';
import { losses, type Finding, type Loss } from '../encoding/verdict.ts';

/** What a person would miss of the source in the result, in their words, the most important first. */
export function resultLacks(
  source: Probe | undefined,
  output: OutputPreset | undefined,
  findings: readonly Finding[],
): string[] {
  const noPicture = Boolean(source && output && pickVideo(source) && !hasPicture(output));
  const noSound = Boolean(
    source && output && !output.audio && source.streams.some(({ type }) => type === 'audio'),
  );
  const unclaimed = source && unclaimedPart(source);
  // What is gone as a whole is not told once more in parts.
  const told: readonly Loss[] = [
    ...(noPicture ? (['picture'] as const) : []),
    ...(noSound ? (['sound', 'channels'] as const) : []),
  ];
  const parts = losses.filter((each) => !told.includes(each) && findings.some(({ loses }) => loses === each));
  return [
    ...(noPicture ? ['its picture'] : []),
    ...(noSound ? ['its sound'] : []),
    ...(unclaimed === undefined
      ? []
      : [`${formatPercent(unclaimed)} of its bytes, which belong to none of its tracks`]),
    ...parts.map((each) => words[each]),
  ];
}

function hasPicture(output: OutputPreset): boolean {
  const kind = outputKind(output);
  return kind !== 'sound' && !(kind === 'film' && !output.video);
}

const words = {
  picture: 'a part of its picture',
  sound: 'some of its sound',
  channels: 'some of its sound channels',
  subtitles: 'its subtitles',
  transparency: 'its transparency',
  'dynamic-range': 'its HDR',
  'stereo-3d': 'its mark as 3D',
  spherical: 'its mark as 360°',
  chapters: 'its chapters',
  cover: 'a cover picture',
  attachments: 'attached files',
  data: 'some of its data',
  tags: 'some of its tags',
} as const satisfies Record<Loss, string>;
