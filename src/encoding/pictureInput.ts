import type { ColorPlan } from './colorPlan.ts';
import type { VideoCodec } from './containers.ts';
import type { Dialect } from './dialect.ts';
import type { OutputKind } from './output.ts';
import type { Analysis, Measured, SegmentSafety, WorkFile } from './plan.ts';
import type { Span } from './planInput.ts';
import type { PixelFormat } from './presetNames.ts';
import type { VideoPreset } from './presetVideo.ts';
import type { Probe, ProbeStream } from './probe.ts';
import type { Finding } from './verdict.ts';

export interface PictureInput {
  readonly probe: Probe;
  /** The picture to encode, one of the probe’s streams. */
  readonly stream: ProbeStream;
  /**
   * The source’s arguments from its demuxer up to its name (`-f mov … -i file:/films/a.mp4`), for looks at it and for
   * bringing out its subtitles. The encode itself reads from the span’s start: its first frame has the time 0.
   */
  readonly input: readonly string[];
  readonly video: VideoPreset;
  readonly span: Span;
  /** Seconds before the span that are decoded too: the filters’ time 0 is so much earlier. */
  readonly lead?: number | undefined;
  /** In the preset’s words, or what stands for them. */
  readonly pixelFormat: PixelFormat;
  /** What the encoder takes for it: `nv12`, `p010le`, `yuvj420p`, `rgb24`, `pal8`. */
  readonly encoderPixelFormat: string;
  readonly codec: VideoCodec;
  readonly kind: OutputKind;
  readonly dialect: Dialect;
  readonly measured: Measured;
}

export interface PicturePlan {
  /**
   * A filtergraph with one input and one output, both unnamed, for `-filter:v:0`; '' when nothing is to be done. It can
   * be put between labels as it stands: `[0:0]FILTERS[out]`.
   */
  readonly filters: string;
  /** Subtitles that are pictures: the graph then has two inputs, and `filters` is only its beginning. See `complexGraph`. */
  readonly overlay?: PictureOverlay | undefined;
  /**
   * What the source’s container says of the picture (Dolby Vision, HDR10 of what is SDR now) would be wrong beside the
   * result. ffmpeg before 7.1 copies it, unless the picture comes from a graph with several inputs.
   */
  readonly detached?: boolean | undefined;
  /** Index of the subtitle stream that becomes part of the picture. */
  readonly burnt?: number | undefined;
  readonly files: readonly WorkFile[];
  /** Looks that must be taken first; the rest of the plan is then without what they find. */
  readonly analyses: readonly Analysis[];
  /** Pixels of the result as it is seen. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly frameRate?: number | undefined;
  readonly variable: boolean;
  /** Of the span. */
  readonly frames?: number | undefined;
  /** Every frame of the source is one of the result. */
  readonly keepsFrames: boolean;
  /** Output options: the mode of the frame rate. The pixel format is the encoder’s to say. */
  readonly argv: readonly string[];
  /** What the frames say that reach the encoder. */
  readonly color: ColorPlan;
  readonly notes: readonly Finding[];
  readonly segmentSafe: SegmentSafety;
}

export interface PictureOverlay {
  /** Index of the subtitle stream in the source. */
  readonly stream: number;
  /** What is done to it. */
  readonly prepare: string;
  /** The filter that joins both, and all that comes after. */
  readonly join: string;
}
