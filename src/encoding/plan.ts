import type { Expectation } from './expectation.ts';
import type { AudioEncoder, VideoEncoder } from './presetNames.ts';
import type { TargetQuality } from './presetPicture.ts';

/**
 * How one output is made: ffmpeg commands, one after the other, in a folder of the attempt's own, which is their
 * working directory. All names but the sources' are relative to it, so that a plan, a preview and what ran are the
 * same to the byte.
 */
export interface Plan {
  /** Files that must lie in the folder before the first command. */
  readonly files: readonly WorkFile[];
  /** What must be measured first: non-empty means `commands` is empty and the plan is to be made again with it. */
  readonly analyses: readonly Analysis[];
  readonly commands: readonly Command[];
  /** Name of the result in the folder: a file (`result.mp4`), or a folder for `hls` and `dash`. */
  readonly result: string;
  readonly encoders: { readonly video?: VideoEncoder; readonly audio: readonly AudioEncoder[] };
  /** The kind of slot that it takes on a worker. */
  readonly slot: 'cpu' | 'nvenc' | 'qsv' | 'videotoolbox';
  readonly expected: Expectation;
  /** What the picture goes through, as one filtergraph: what it is held against must go through it too. */
  readonly filters?: string | undefined;
  /** Whether the picture may be encoded in pieces: each filter's and the encoder's word, the strictest. */
  readonly segmentSafe: SegmentSafety;
}

/** `preroll`: in pieces, if each begins so many seconds early. */
export type SegmentSafety =
  | { readonly safe: 'yes' }
  | { readonly safe: 'preroll'; readonly seconds: number }
  | { readonly safe: 'no'; readonly why: string };

export interface Command {
  readonly purpose: 'first-pass' | 'encode';
  /** ffmpeg's arguments, without the binary. */
  readonly argv: readonly string[];
  /** Share of the work, for progress; proportional to predicted seconds. */
  readonly weight: number;
  /** Seconds of media and frames it goes through, where known. */
  readonly duration?: number | undefined;
  readonly frames?: number | undefined;
}

/** A file with a name of our own: no name that a preset or a source chose stands in a filter. */
export type WorkFile =
  | { readonly name: string; readonly text: string }
  /** A copy of a file below the source's folder, as the preset names it (`assetNamed`), of at most so many bytes. */
  | { readonly name: string; readonly asset: string; readonly maxBytes: number }
  /** A subtitle or font of the source, brought out by its own command. */
  | { readonly name: string; readonly extract: readonly string[] };

/** A look at the source before the encode. Its reader is pure: what ffmpeg printed → what was measured. */
export type Analysis =
  | { readonly kind: 'crop'; readonly commands: readonly AnalysisCommand[] }
  | { readonly kind: 'loudness'; readonly track: number; readonly commands: readonly AnalysisCommand[] }
  | { readonly kind: 'quality'; readonly target: TargetQuality };

export interface AnalysisCommand {
  readonly argv: readonly string[];
  readonly weight: number;
  readonly duration?: number | undefined;
}

/** What analyses found, by kind; given to the plan the next time. */
export interface Measured {
  /** Black bars, in pixels of the source as it is seen. */
  readonly crop?: {
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
  };
  /** By the track's position among those of the result. */
  readonly loudness?: Readonly<Record<number, MeasuredLoudness>>;
  /** The crf that reaches the target. */
  readonly crf?: number;
}

/** The words of ffmpeg's loudnorm filter, LUFS and dB. */
export interface MeasuredLoudness {
  readonly inputI: number;
  readonly inputTp: number;
  readonly inputLra: number;
  readonly inputThresh: number;
  readonly targetOffset: number;
}
