import { inputArguments } from './commandParts.ts';
import type { DemuxerFamily } from './demuxers.ts';
import { planPicture } from './picture.ts';
import type { PicturePlan } from './pictureInput.ts';
import type { PlanInput, Span } from './planInput.ts';
import type { VideoEncoder } from './presetNames.ts';
import type { ProbeStream } from './probe.ts';
import { within } from './problem.ts';
import type { Outcome } from './problem.ts';
import { chooseVideoEncoder } from './videoEncoderChoice.ts';
import { videoEncoderTable } from './videoEncoders.ts';
import type { VideoEncoderEntry } from './videoEncoders.ts';
import { pixelFormatOf } from './videoPixelFormat.ts';

export interface StillPicture {
  readonly picture: PicturePlan;
  readonly encoder: VideoEncoder;
  readonly entry: VideoEncoderEntry;
  /** ffprobe's name. */
  readonly codec: string;
  /** Encoder, quality and pixel format. */
  readonly argv: string[];
}

const defaultQuality = 85;

/** The picture's part of an image: its filters and its encoder. */
export function planStillPicture(
  { output, sources: [source], dialect, capabilities, measured = {} }: PlanInput,
  family: DemuxerFamily,
  stream: ProbeStream,
  span: Span,
  lead = 0,
): Outcome<StillPicture> {
  const video = output.video === false || output.video === undefined ? {} : output.video;
  const choice = chooseVideoEncoder(video, capabilities);
  if (!choice.ok) return within(choice, 'video');
  const { encoder } = choice;
  const entry = videoEncoderTable[encoder];
  const pixelFormat = pixelFormatOf(video, entry);
  const encoderPixelFormat = entry.pixelFormats[pixelFormat] ?? pixelFormat;
  const planned = planPicture({
    probe: source.probe,
    stream,
    input: inputArguments(source, family),
    video,
    span,
    lead,
    pixelFormat,
    encoderPixelFormat,
    codec: entry.codec,
    kind: 'still',
    dialect,
    measured,
  });
  if (!planned.ok) return within(planned, 'video');
  const { picture } = planned;
  return {
    ok: true,
    picture,
    encoder,
    entry,
    codec: entry.codec,
    argv: [
      ...picture.argv,
      ...['-c:v:0', encoder],
      ...entry.arguments({
        rate: { mode: 'crf', crf: entry.defaultCrf },
        speed: video.speed ?? 'medium',
        color: picture.color,
        pixelFormat,
        width: picture.width,
        height: picture.height,
        still: true,
        quality: output.still?.quality ?? defaultQuality,
        features: dialect.features,
      }),
      ...['-pix_fmt:v:0', encoderPixelFormat],
    ],
  };
}
