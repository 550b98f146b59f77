import type { Dialect } from './dialect.ts';
import { parseDecoders, parseDemuxers, parseFilters, parseMuxers } from './listings.ts';

/** What was printed and what worked, before anything else of the binary is known. */
export interface DialectRuns {
  /** What ffmpeg listed. */
  readonly demuxers: string;
  readonly muxers: string;
  readonly decoders: string;
  readonly filters: string;
  readonly frameRateMode: boolean;
  readonly sourceTimeBase: boolean;
}

/** What a trial of one feature found. */
export type FeatureFinding = { readonly worked: true } | { readonly worked: false; readonly refusal: string };

/** Undefined where a listing is empty: it was not read. */
export function dialectOf(runs: DialectRuns): Omit<Dialect, 'version'> | undefined {
  const lists = {
    demuxers: parseDemuxers(runs.demuxers),
    muxers: parseMuxers(runs.muxers),
    decoders: parseDecoders(runs.decoders),
    filters: parseFilters(runs.filters),
  };
  if (Object.values(lists).some((names) => names.length === 0)) return undefined;
  return {
    frameRateModeOption: runs.frameRateMode ? '-fps_mode' : '-vsync',
    sourceTimeBase: runs.sourceTimeBase ? 'demux' : '-1',
    ...lists,
    features: [],
    refusals: {},
  };
}

export function withFeatures(dialect: Dialect, findings: Readonly<Record<string, FeatureFinding>>): Dialect {
  const features: string[] = [];
  const refusals: Record<string, string> = {};
  for (const [feature, finding] of Object.entries(findings))
    if (finding.worked) features.push(feature);
    else refusals[feature] = finding.refusal;
  return { ...dialect, features: features.sort(), refusals };
}
