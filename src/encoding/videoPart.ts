import { decimal, spanDuration } from './commandParts.ts';
import { containerTable } from './containers.ts';
import type { Capabilities, Dialect } from './dialect.ts';
import type { ExpectedVideo } from './expectation.ts';
import { hdr10Note } from './hdr10Metadata.ts';
import { checkLevel } from './levelLimits.ts';
import { outputKind } from './output.ts';
import type { OutputPreset } from './output.ts';
import { planPicture } from './picture.ts';
import type { PicturePlan } from './pictureInput.ts';
import type { Analysis, Measured, Plan, SegmentSafety } from './plan.ts';
import type { PlanSource, Span } from './planInput.ts';
import type { VideoEncoder } from './presetNames.ts';
import type { VideoPreset } from './presetVideo.ts';
import type { Probe, ProbeStream } from './probe.ts';
import { note } from './findings.ts';
import { refuse, within } from './problem.ts';
import type { Outcome } from './problem.ts';
import { strictest } from './segmentSafety.ts';
import { startOffset } from './streams.ts';
import type { Finding } from './verdict.ts';
import { videoEncoderTable } from './videoEncoders.ts';
import type { VideoSettings } from './videoEncoders.ts';
import { chooseVideoEncoder } from './videoEncoderChoice.ts';
import { pixelFormatOf } from './videoPixelFormat.ts';
import { resolveRate } from './videoRate.ts';
import { demuxerFamilyOf } from './demuxers.ts';
import { checkCopyTimes } from './storedOrder.ts';

/** How the picture of a film is made: which encoder, which filters, which passes. */
export interface VideoPart {
  /** Missing where the picture is copied. */
  readonly encoder?: VideoEncoder;
  readonly slot: Plan['slot'];
  /** Missing where the picture is copied. */
  readonly picture?: PicturePlan;
  readonly twoPass: boolean;
  /** Everything of the picture but its map and its filters. */
  readonly argv: (pass?: 1 | 2) => string[];
  readonly expected: ExpectedVideo;
  readonly notes: readonly Finding[];
  readonly analyses: readonly Analysis[];
  readonly segmentSafe: SegmentSafety;
}

export interface VideoPartInput {
  readonly output: OutputPreset;
  readonly video: VideoPreset;
  readonly source: PlanSource;
  readonly stream: ProbeStream;
  readonly span: Span;
  /** Seconds before it that are decoded too, see `leadOf`. */
  readonly lead?: number;
  /** The source's arguments up to its name, without the span. */
  readonly inputArgv: readonly string[];
  readonly dialect: Dialect;
  readonly capabilities: Capabilities;
  readonly measured: Measured;
  /** Bits per second of everything beside the picture, for a size to be met. */
  readonly otherBitsPerSecond: number;
  /** ffmpeg's specifier of the stream among those of the result: `v:0` where missing. */
  readonly specifier?: string;
}

export function planVideo(input: VideoPartInput): Outcome<{ video: VideoPart }> {
  const planned = input.video.copy === true ? copied(input) : encoded(input);
  return planned.ok ? planned : within(planned, 'video');
}

function encoded(input: VideoPartInput): Outcome<{ video: VideoPart }> {
  const { output, video, source, stream, span, dialect, capabilities, measured } = input;
  const { specifier = 'v:0' } = input;
  const choice = chooseVideoEncoder(video, capabilities);
  if (!choice.ok) return choice;
  const { encoder } = choice;
  const entry = videoEncoderTable[encoder];
  const pixelFormat = pixelFormatOf(video, entry);
  const encoderPixelFormat = entry.pixelFormats[pixelFormat] ?? pixelFormat;
  const planned = planPicture({
    probe: source.probe,
    stream,
    input: input.inputArgv,
    video,
    span,
    lead: input.lead,
    pixelFormat,
    encoderPixelFormat,
    codec: entry.codec,
    kind: outputKind(output),
    dialect,
    measured,
  });
  if (!planned.ok) return planned;
  const { picture } = planned;
  // Hardware is proved up to a size, and only now is the size known.
  const sized = chooseVideoEncoder(video, capabilities, picture);
  if (!sized.ok) return sized;
  if (sized.encoder !== encoder) return encoded({ ...input, video: { ...video, encoders: [sized.encoder] } });
  const level = checkLevel(entry.codec, video.level, picture);
  if (!level.ok) return level;
  const lost = hdr10Note(encoder, entry, picture.color, dialect.features);
  const duration = spanDuration(span, stream.duration ?? source.probe.duration);
  const rate = resolveRate(video, entry, {
    duration,
    otherBitsPerSecond: input.otherBitsPerSecond,
    source: rateOf(stream, source.probe),
    crf: measured.crf,
  });
  if (!rate.ok) return rate;
  const settings: VideoSettings = {
    rate: rate.rate,
    maxBitrate: rate.maxBitrate,
    speed: video.speed ?? 'medium',
    tune: video.tune,
    profile: video.profile,
    level: video.level,
    keyframeInterval: keyframeFrames(video, picture.frameRate),
    color: picture.color,
    pixelFormat,
    frameRate: picture.frameRate,
    width: picture.width,
    height: picture.height,
    loop: video.loop,
    features: dialect.features,
  };
  return {
    ok: true,
    video: {
      encoder,
      slot: entry.slot,
      picture,
      twoPass: video.passes === 2 && entry.twoPassWith.includes(rate.rate.mode),
      argv: (pass) =>
        [
          ...picture.argv,
          ...['-c:v:0', encoder],
          ...entry.arguments(pass === undefined ? settings : { ...settings, pass }),
          ...['-pix_fmt:v:0', encoderPixelFormat],
          ...appleTag(entry.codec, output),
        ].map((argument) => argument.replace(/^(-\w[\w-]*):v:0$/u, `$1:${specifier}`)),
      expected: {
        codec: entry.codec,
        width: picture.width,
        height: picture.height,
        frameRate: picture.frameRate,
        variableFrameRate: picture.variable,
        duration,
        startOffset: span.start > 0 ? 0 : startOffset(source.probe, stream),
        frames: picture.frames,
        ...(picture.keepsFrames ? {} : { changesFrames: true }),
        pixelFormat: encoderPixelFormat,
        colorTransfer: picture.color.transfer,
      },
      notes: [...picture.notes, ...(lost ? [lost] : [])],
      analyses: [
        ...picture.analyses,
        ...(rate.needsQuality && video.targetQuality !== undefined
          ? [{ kind: 'quality', target: video.targetQuality } as const]
          : []),
      ],
      segmentSafe: strictest([picture.segmentSafe, entry.segmentSafe]),
    },
  };
}

/** Of a file that does not say it of its picture alone, that of all tracks. */
function rateOf(
  { codec, bitRate }: ProbeStream,
  probe: Probe,
): { codec: string; bitsPerSecond: number } | undefined {
  const bitsPerSecond = bitRate ?? probe.bitRate;
  return bitsPerSecond === undefined ? undefined : { codec, bitsPerSecond };
}

function copied({ output, source, stream, span }: VideoPartInput): Outcome<{ video: VideoPart }> {
  const family = demuxerFamilyOf(source.probe.formatName);
  const times = family && checkCopyTimes(family, stream);
  if (times?.ok === false) return times;
  const container = containerTable[output.container];
  const held: readonly string[] = [...container.videoCodecs, ...(container.copyVideo ?? [])];
  if (!held.includes(stream.codec))
    return refuse(
      'preset-invalid',
      `The picture is to be copied, but the container ${output.container} cannot hold ${stream.codec}.`,
      'Choose the container mkv, or encode the picture.',
      ['copy'],
    );
  return {
    ok: true,
    video: {
      slot: 'cpu',
      twoPass: false,
      argv: () => ['-c:v:0', 'copy', ...appleTag(stream.codec, output), ...dolbyVisionRecord(stream, output)],
      expected: {
        codec: stream.codec,
        width: stream.rotation === 90 || stream.rotation === 270 ? stream.height : stream.width,
        height: stream.rotation === 90 || stream.rotation === 270 ? stream.width : stream.height,
        frameRate: stream.frameRate,
        // Time stamps are passed on, and a copy begins at a keyframe: nothing is promised to the frame.
        variableFrameRate: true,
        duration: spanDuration(span, stream.duration ?? source.probe.duration),
        startOffset: span.start > 0 ? span.start : startOffset(source.probe, stream),
        dolbyVision: stream.dolbyVisionProfile,
      },
      // ISO media say what is not to be shown; others show all that there is.
      notes:
        span.start > 0 && !container.isoMedia
          ? [note('A copied picture begins at a key frame: the result may begin earlier than asked for.')]
          : [],
      analyses: [],
      segmentSafe: { safe: 'no', why: 'nothing is encoded' },
    },
  };
}

/** By which players know it: ffmpeg writes it into MP4 where it may leave the standard behind, and never into MOV. */
function dolbyVisionRecord(
  { dolbyVisionProfile }: ProbeStream,
  { container }: Pick<OutputPreset, 'container'>,
): string[] {
  return dolbyVisionProfile !== undefined && container === 'mp4' ? ['-strict', 'unofficial'] : [];
}

/** Apple's players know HEVC in MP4 by this tag alone. */
export function appleTag(codec: string, output: Pick<OutputPreset, 'container'>): string[] {
  const { isoMedia, muxer } = containerTable[output.container];
  return codec === 'hevc' && (isoMedia || muxer === 'hls') ? ['-tag:v:0', 'hvc1'] : [];
}

/** Frames between keyframes at most; where the rate is unknown, the encoder's own. */
function keyframeFrames(video: VideoPreset, frameRate: number | undefined): number | undefined {
  if (video.keyframeInterval === undefined || frameRate === undefined) return undefined;
  return Math.max(1, Math.round(Number(decimal(video.keyframeInterval * frameRate))));
}
