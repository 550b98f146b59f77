/** One line of the table: a source, what a preset makes of it, what is said, and what proves it. */
import type { Feature } from '../../../../src/encoding/dialectTrials.ts';
import type { Plan } from '../../../../src/encoding/plan.ts';
import type { PresetSource } from '../../../../src/encoding/preset.ts';
import type { AudioEncoder, VideoEncoder } from '../../../../src/encoding/presetNames.ts';
import type { VideoPreset } from '../../../../src/encoding/presetVideo.ts';
import type { Expected } from '../../../media/match.ts';
import type { TraitName } from '../../../media/traits.ts';

export interface Row {
  /** What the preset does, as a person would say it. */
  readonly title: string;
  readonly from: TraitName | readonly TraitName[];
  readonly preset: PresetSource;
  /** Files beside the source, by name: ffmpeg's arguments that make one, or its text. */
  readonly beside?: Readonly<Record<string, string | readonly string[]>>;
  /** Every finding of the verdict, each by one pattern; none: nothing is said. */
  readonly says?: readonly RegExp[];
  readonly level?: 'warn';
  /** The job is refused, with this sentence, at this field. */
  readonly refused?: { readonly says: RegExp; readonly at?: string };
  readonly result?: ResultFacts;
  /** Further proof. Throws, or has assertions that do. */
  readonly proof?: (made: Made) => Promise<void> | void;
  /** What not every ffmpeg has: without it the row is skipped, and says so. */
  readonly needs?: readonly (VideoEncoder | AudioEncoder | Feature)[];
}

export interface ResultFacts {
  /** As ffprobe prints them. */
  readonly format?: Expected;
  /** Every stream, in order. */
  readonly streams?: readonly Expected[];
  /** Every chapter, in order. */
  readonly chapters?: readonly Expected[];
  /** The first frame of the picture. */
  readonly frame?: Expected;
}

export interface Made {
  /** Paths. */
  readonly result: string;
  readonly source: string;
  readonly sources: readonly string[];
  /** The path of any test source. */
  readonly trait: (name: TraitName) => Promise<string>;
  readonly plan: Plan;
}

/** A built-in preset with some of its picture's settings changed, and fast where speed decides nothing. */
export function quick(preset: string, video: VideoPreset = {}): PresetSource {
  return { extends: preset, video: { speed: 'fastest', ...video } };
}
