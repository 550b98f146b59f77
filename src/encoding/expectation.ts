import type { Tag } from './tags.ts';
import type { Finding } from './verdict.ts';

/** What the plan says of the result, for the judge. Durations in seconds, sizes in pixels. */
export interface Expectation {
  readonly kind: 'film' | 'sound' | 'animation' | 'still' | 'ladder';
  readonly video?: ExpectedVideo;
  /** One for each audio track of the result, in order. */
  readonly audio: readonly ExpectedAudio[];
  /** Codecs of the subtitle tracks of the result, in order. */
  readonly subtitles: readonly string[];
  /** A cover picture beside the tracks. */
  readonly coverArt: boolean;
  /** Of the source, which the result is to have; missing where none are to be kept. */
  readonly tags?: readonly Tag[] | undefined;
  /** Of the longest kept track; missing where the source does not say. */
  readonly duration?: number;
  /** The source's duration is a guess from its bit rate or its last time stamps. */
  readonly durationEstimated: boolean;
  /** Number of rungs of a ladder. */
  readonly rungs?: number;
  /** The result is to be smaller than the source by at least so many percent. */
  readonly minimumGain?: number;
  /** How much of the result is decoded afterwards; missing: its end. */
  readonly verify?: 'end' | 'whole';
  /** At most so many bytes, where the preset names a size. */
  readonly targetBytes?: number;
  /** What the plan leaves out or changes; the judge passes them on. */
  readonly notes: readonly Finding[];
}

export interface ExpectedVideo {
  /** ffprobe's name: `h264`, `hevc`, `av1`, `prores`. */
  readonly codec: string;
  /** After rotation and scaling; missing where the source does not say. */
  readonly width?: number;
  readonly height?: number;
  /** Frames per second of the result; missing where unknown. */
  readonly frameRate?: number;
  readonly variableFrameRate: boolean;
  readonly duration?: number;
  /** Seconds by which the track begins after the file does: the encode may fill them. */
  readonly startOffset: number;
  /** Missing where the rate varies or is unknown. */
  readonly frames?: number;
  /** Frames of the source are left out or repeated. */
  readonly changesFrames?: true;
  readonly pixelFormat?: string;
  /** ffmpeg's name of the transfer curve that the result must say. */
  readonly colorTransfer?: string;
  /** The profile of Dolby Vision that a copied picture keeps. */
  readonly dolbyVision?: number | undefined;
}

export interface ExpectedAudio {
  readonly codec: string;
  readonly channels?: number;
  readonly duration?: number;
  readonly startOffset: number;
  readonly language?: string;
  /** ffprobe's number of the stream of the one source that it is made from. */
  readonly sourceIndex?: number;
}
