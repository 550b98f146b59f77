import type { Capabilities, EncoderCapability } from './dialect.ts';
import type { VideoEncoder } from './presetNames.ts';
import type { VideoPreset } from './presetVideo.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';
import { videoEncoderTable } from './videoEncoders.ts';
import { pixelFormatOf } from './videoPixelFormat.ts';
import { rateModeOf } from './videoRate.ts';

/** What the picture asks of an encoder beyond the preset's own words. */
export interface PictureSize {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** The first encoder of the preset's list that a trial proved for its pixel format, rate control and size. */
export function chooseVideoEncoder(
  video: VideoPreset,
  capabilities: Capabilities,
  size: PictureSize = {},
): Outcome<{ encoder: VideoEncoder }> {
  const encoders = video.encoders ?? [];
  const reasons: string[] = [];
  for (const encoder of encoders) {
    const reason = whyNotEncoder(video, encoder, capabilities[encoder], size);
    if (reason === undefined) return { ok: true, encoder };
    reasons.push(`${encoder} ${reason}`);
  }
  return refuse(
    'encoder-unavailable',
    `None of the preset’s video encoders works on this worker: ${reasons.join('; ')}.`,
    'Add an encoder that works to the preset’s list (run “dffmpeg doctor” to see which do), or install an ffmpeg that has one of these.',
    ['encoders'],
  );
}

/** Why this encoder will not do, after its name; undefined if it will. */
export function whyNotEncoder(
  video: VideoPreset,
  encoder: VideoEncoder,
  capability: EncoderCapability | undefined,
  { width, height }: PictureSize = {},
): string | undefined {
  if (capability === undefined) return 'has not been tried yet';
  if (!capability.usable) return 'failed its trial run';
  const entry = videoEncoderTable[encoder];
  const pixelFormat = pixelFormatOf(video, entry);
  if (!capability.pixelFormats.includes(pixelFormat)) return `cannot do ${pixelFormat}`;
  const mode = rateModeOf(video, entry);
  if (mode !== undefined && capability.refusals?.[mode] !== undefined)
    return mode === 'crf' ? 'cannot hold a constant quality' : 'cannot hold a bit rate';
  const { maxSize } = capability;
  if (maxSize && width !== undefined && height !== undefined && !fits([width, height], maxSize))
    return `was proved up to ${maxSize[0]}×${maxSize[1]} pixels alone`;
  return undefined;
}

/** An upright picture is turned: encoders bound the longer and the shorter side. */
function fits(size: readonly [number, number], bound: readonly [number, number]): boolean {
  return Math.max(...size) <= Math.max(...bound) && Math.min(...size) <= Math.min(...bound);
}
