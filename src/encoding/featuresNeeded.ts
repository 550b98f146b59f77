import type { Feature } from './dialectTrials.ts';
import type { OutputPreset } from './output.ts';
import type { VideoPreset } from './presetVideo.ts';
import { withoutHdr } from './toneMap.ts';
import { videoEncoderTable } from './videoEncoders.ts';
import { pixelFormatOf } from './videoPixelFormat.ts';

/** Facts of the dialect that must have been tried before this output can be planned. */
export function featuresNeeded({ video, container, trim, subtitles }: OutputPreset): Feature[] {
  if (!video) return [];
  const features: Feature[] = [];
  if (mayToneMap(video)) features.push('tonemap');
  if (video.burnSubtitles !== undefined) features.push('libass');
  if ((video.burnSubtitles ?? video.watermark) !== undefined && mayBe444In10Bits(video))
    features.push('overlay-yuv444p10');
  if (video.targetQuality?.metric === 'vmaf') features.push('libvmaf');
  if (trim?.start !== undefined && subtitles !== false) features.push('drop-packets');
  if (container === 'avif') features.push('avif');
  return features;
}

/** On demand, or unasked where the result cannot say that it is HDR. */
function mayToneMap({ dynamicRange, encoders = [] }: VideoPreset): boolean {
  if (dynamicRange !== undefined) return dynamicRange === 'sdr';
  return encoders.some((encoder) => withoutHdr.includes(videoEncoderTable[encoder].codec));
}

function mayBe444In10Bits(video: VideoPreset): boolean {
  const formats = (video.encoders ?? []).map((encoder) => pixelFormatOf(video, videoEncoderTable[encoder]));
  return formats.some((format) => format === 'yuv444p10le' || format === 'yuva444p10le');
}
