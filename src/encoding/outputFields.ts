import { containerTable } from './containers.ts';
import type { OutputKind } from './output.ts';
import type { NamedOutput } from './preset.ts';
import type { Container } from './presetNames.ts';
import type { VideoPreset } from './presetVideo.ts';

/**
 * Which fields say nothing of a kind of result. What a poster inherits from its film's preset without any use for
 * it falls away; what is asked of the poster itself is a problem. Fields that every kind may carry without harm
 * (`chapters`, `fastStart`, …) are in no list: they hold “where the container has a place for it”.
 */
export interface Fields {
  readonly output: readonly (keyof NamedOutput)[];
  readonly video: readonly (keyof VideoPreset)[];
}

const rate = ['crf', 'bitrate', 'targetSize', 'targetQuality', 'maxBitrate', 'passes'] as const;
const codecOnly = ['tune', 'profile', 'level', 'keyframeInterval'] as const;
const timing = ['maxFrameRate', 'frameRate', 'frameTiming'] as const;
const size = ['width', 'height', 'maxWidth', 'maxHeight', 'fit', 'enlarge'] as const;

export const idleFields: Readonly<Record<OutputKind, Fields>> = {
  film: { output: ['still', 'contactSheet', 'ladder'], video: ['loop'] },
  sound: { output: ['video', 'subtitles', 'still', 'contactSheet', 'ladder'], video: [] },
  animation: {
    output: ['audio', 'subtitles', 'still', 'contactSheet', 'ladder', 'verify'],
    video: ['copy', ...rate, ...codecOnly, 'speed', 'pixelFormat', 'frameTiming'],
  },
  still: {
    output: ['audio', 'subtitles', 'ladder', 'trim', 'minimumGain', 'verify'],
    video: ['copy', ...rate, ...codecOnly, ...timing, 'loop'],
  },
  // Each rung says its size and bit rate, and the length of a piece is that between keyframes.
  ladder: {
    output: ['subtitles', 'still', 'contactSheet', 'minimumGain', 'verify'],
    video: ['copy', ...rate, 'keyframeInterval', ...size, 'loop'],
  },
};

/** What the tiles of a contact sheet decide themselves. */
export const tileFields: readonly (keyof VideoPreset)[] = [...size, 'watermark', 'burnSubtitles'];

/** What a result in `to` does not take over from one in `from`; a preset without a container is meant for films. */
export function notInherited(to: Container, from: Container = 'mp4'): Fields {
  const { output, video } = idleFields[containerTable[to].kind];
  const strange: readonly (keyof VideoPreset)[] =
    encoderWords(to) === encoderWords(from) ? [] : ['encoders', 'pixelFormat', 'speed'];
  return { output, video: [...video, ...strange] };
}

/** Containers of one word speak the same encoders’ language; an image’s encoder is its container’s. */
function encoderWords(container: Container): string {
  const { kind } = containerTable[container];
  return kind === 'still' || kind === 'animation' ? container : 'film';
}
