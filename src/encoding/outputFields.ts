import type { OutputKind } from './output.ts';
import type { NamedOutput } from './preset.ts';
import type { VideoPreset } from './presetVideo.ts';

/**
 * Which fields say nothing of a kind of result. What a poster inherits from its film's preset without any use for
 * it falls away; what is asked of the poster itself is a problem. Fields that every kind may carry without harm
 * (`chapters`, `fastStart`, …) are in no list: they hold “where the container has a place for it”.
 */
export interface IdleFields {
  readonly output: readonly (keyof NamedOutput)[];
  readonly video: readonly (keyof VideoPreset)[];
}

const rate = ['crf', 'bitrate', 'targetSize', 'targetQuality', 'maxBitrate', 'passes'] as const;
const codecOnly = ['tune', 'profile', 'level', 'keyframeInterval'] as const;
const timing = ['maxFrameRate', 'frameRate', 'frameTiming'] as const;

export const idleFields: Readonly<Record<OutputKind, IdleFields>> = {
  film: { output: ['still', 'contactSheet', 'ladder'], video: ['loop'] },
  sound: { output: ['video', 'subtitles', 'still', 'contactSheet', 'ladder'], video: [] },
  animation: {
    output: ['audio', 'subtitles', 'still', 'contactSheet', 'ladder'],
    video: ['copy', ...rate, ...codecOnly, 'speed', 'pixelFormat', 'frameTiming'],
  },
  still: {
    output: ['audio', 'subtitles', 'ladder', 'minimumGain'],
    video: ['copy', ...rate, ...codecOnly, ...timing, 'loop'],
  },
  ladder: {
    output: ['still', 'contactSheet', 'minimumGain'],
    video: [
      ...['copy', 'crf', 'bitrate', 'targetSize', 'targetQuality', 'maxBitrate', 'passes'],
      ...['keyframeInterval', 'width', 'height', 'fit', 'loop'],
    ] as (keyof VideoPreset)[],
  },
};

/** Kinds that speak the same encoders' words; another kind never inherits those, though it may use them itself. */
const encoderWords: Readonly<Record<OutputKind, string>> = {
  film: 'film',
  ladder: 'film',
  sound: 'film',
  animation: 'animation',
  still: 'still',
};

/** Fields of the picture that a result of this kind does not take over from one of that kind. */
export function strangeFields(from: OutputKind, to: OutputKind): readonly (keyof VideoPreset)[] {
  return encoderWords[from] === encoderWords[to] ? [] : ['encoders', 'pixelFormat', 'speed'];
}
