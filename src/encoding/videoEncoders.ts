import { libaomAv1, libsvtav1 } from './av1Encoders.ts';
import type { ColorPlan } from './colorPlan.ts';
import type { VideoCodec } from './containers.ts';
import { nvenc, qsv, videotoolbox } from './hardwareEncoders.ts';
import { dnxhd, ffv1, proresKs } from './intermediateEncoders.ts';
import type { SegmentSafety } from './plan.ts';
import type { PixelFormat, Profile, Speed, Tune, VideoEncoder } from './presetNames.ts';
import { gif, libwebp, mjpeg, png } from './stillEncoders.ts';
import { libvpxVp9 } from './vp9.ts';
import { libx264, libx265 } from './x26xEncoders.ts';

/** How the picture is to be compressed. */
export interface VideoSettings {
  readonly rate: VideoRate;
  /** Bits per second. */
  readonly maxBitrate?: number | undefined;
  /** Of two passes; missing: one pass alone. */
  readonly pass?: 1 | 2 | undefined;
  readonly speed: Speed;
  readonly tune?: Tune | undefined;
  readonly profile?: Profile | undefined;
  readonly level?: string | undefined;
  /** Frames between keyframes at most; missing: what the encoder's guide recommends. */
  readonly keyframeInterval?: number | undefined;
  readonly color: ColorPlan;
  /** In a preset's words; some encoders choose a profile by it. */
  readonly pixelFormat?: PixelFormat | undefined;
  /** Of the result; decides about tiles. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly frameRate?: number | undefined;
  /** One picture alone. */
  readonly still?: boolean | undefined;
  /** Of a still, 1 to 100; it wins over `rate`. */
  readonly quality?: number | undefined;
  /** Of a gif: how often it plays, 0 for ever. */
  readonly loop?: number | undefined;
  /** Of the dialect. */
  readonly features: readonly string[];
}

export type VideoRate =
  | { readonly mode: 'crf'; readonly crf: number }
  | { readonly mode: 'bitrate'; readonly bitsPerSecond: number };

export interface VideoEncoderEntry {
  readonly codec: VideoCodec;
  /** The worker's kind of slot that one encode takes. */
  readonly slot: 'cpu' | 'nvenc' | 'qsv' | 'videotoolbox';
  /** A preset's pixel format → the one this encoder takes, the usual one first. Missing: it cannot do it. */
  readonly pixelFormats: Readonly<Partial<Record<PixelFormat, string>>>;
  /** Used when a preset names no rate control; 0 where the encoder has no such scale. */
  readonly defaultCrf: number;
  readonly maxCrf: number;
  /** Rate controls it has; none: its size follows from the profile, or from the picture alone. */
  readonly rateModes: readonly VideoRate['mode'][];
  /** Rate controls beside which it holds a `maxBitrate`. */
  readonly maxBitrateWith: readonly VideoRate['mode'][];
  /** Rate controls for which it can take a first pass. */
  readonly twoPassWith: readonly VideoRate['mode'][];
  /** A preset's tune → the encoder's own word for it. Missing: it goes without. */
  readonly tunes?: Readonly<Partial<Record<Tune, string>>>;
  /** A preset's profile → what it means here. Missing: the encoder cannot do it. */
  readonly profiles?: Readonly<Partial<Record<Profile, ProfileEntry>>>;
  /** As the codec's standard writes them; none: a level cannot be asked for. */
  readonly levels: readonly string[];
  readonly lossless?: true;
  /** Carries HDR10's static metadata inside the picture; text: only where the dialect has this feature. */
  readonly hdr10?: true | string;
  readonly segmentSafe: SegmentSafety;
  /** Everything after `-c:v:0 NAME` but the pixel format and the colour tags: pairs of an option and its value. */
  readonly arguments: (settings: VideoSettings) => string[];
}

export interface ProfileEntry {
  /** The encoder's own word. */
  readonly name: string;
  /** What the profile can carry, the usual one first. */
  readonly pixelFormats: readonly [PixelFormat, ...PixelFormat[]];
}

/**
 * The encoders, one entry each: adding one is its entry here and its name in presetNames.ts. A trial run (trial.ts)
 * uses the same arguments, so what is offered is what was proved.
 */
export const videoEncoderTable: Readonly<Record<VideoEncoder, VideoEncoderEntry>> = {
  libx264,
  libx265,
  libsvtav1,
  'libaom-av1': libaomAv1,
  'libvpx-vp9': libvpxVp9,
  h264_nvenc: nvenc.h264,
  hevc_nvenc: nvenc.hevc,
  av1_nvenc: nvenc.av1,
  h264_qsv: qsv.h264,
  hevc_qsv: qsv.hevc,
  av1_qsv: qsv.av1,
  h264_videotoolbox: videotoolbox.h264,
  hevc_videotoolbox: videotoolbox.hevc,
  prores_ks: proresKs,
  dnxhd,
  ffv1,
  gif,
  mjpeg,
  png,
  libwebp,
};
