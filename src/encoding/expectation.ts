import type { Finding } from './verdict.ts';

/** What the plan says of the result, for the judge. Durations in seconds, sizes in pixels. */
export interface Expectation {
  readonly video?: ExpectedVideo;
  /** One for each audio track of the result, in order. */
  readonly audio: readonly ExpectedAudio[];
  /** Of the longest kept track; missing where the source does not say. */
  readonly duration?: number;
  /** The source's duration is a guess from its bit rate or its last time stamps. */
  readonly durationEstimated: boolean;
  /** What the plan leaves out or changes; the judge passes them on. */
  readonly notes: readonly Finding[];
}

export interface ExpectedVideo {
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
}

export interface ExpectedAudio {
  readonly codec: string;
  readonly channels?: number;
  readonly duration?: number;
  readonly startOffset: number;
}
