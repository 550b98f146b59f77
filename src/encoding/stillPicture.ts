import { globalArguments, inputArguments, resultName } from './commandParts.ts';
import { containerTable } from './containers.ts';
import { fileUrl } from './demuxers.ts';
import type { DemuxerFamily } from './demuxers.ts';
import { withExtraArguments } from './extraArgumentsOf.ts';
import { planPicture } from './picture.ts';
import type { PicturePlan } from './pictureInput.ts';
import type { Command, Plan } from './plan.ts';
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

/** The plan of one image: what comes before the encoder in `before`, the still's own arguments last. */
export function imagePlan(
  { output }: PlanInput,
  { picture, codec, encoder, entry, argv }: StillPicture,
  image: {
    /** Inputs, filters and maps. */
    readonly before: readonly string[];
    /** Options of the result that follow the encoder's. */
    readonly after?: readonly string[];
    readonly width: number | undefined;
    readonly height: number | undefined;
    readonly weight: number;
    readonly why: string;
  },
): Plan {
  const encode: Command = {
    purpose: 'encode',
    argv: [
      ...globalArguments,
      ...image.before,
      ...['-frames:v:0', '1'],
      ...withExtraArguments(argv, output),
      ...(image.after ?? []),
      ...stillMuxer(output.container),
      fileUrl(resultName(output)),
    ],
    weight: image.weight,
    frames: 1,
  };
  const { width, height } = image;
  return {
    files: picture.files,
    analyses: picture.analyses,
    commands: picture.analyses.length > 0 ? [] : [encode],
    result: resultName(output),
    encoders: { video: encoder, audio: [] },
    slot: entry.slot,
    expected: {
      kind: 'still',
      video: { codec, width, height, variableFrameRate: true, startOffset: 0, frames: 1 },
      audio: [],
      subtitles: [],
      coverArt: false,
      durationEstimated: false,
      notes: picture.notes,
    },
    segmentSafe: { safe: 'no', why: image.why },
  };
}

/** One image, never numbered. */
function stillMuxer(container: PlanInput['output']['container']): string[] {
  const { muxer } = containerTable[container];
  return muxer === 'image2' ? ['-f', 'image2', '-update', '1'] : ['-f', muxer];
}
