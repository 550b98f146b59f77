import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Dialect } from '../../../src/encoding/dialect.ts';
import {
  parseDecoders,
  parseDemuxers,
  parseFilters,
  parseMuxers,
  parseVersion,
} from '../../../src/encoding/listings.ts';

/** Dialects as real binaries have them: from the facts that were recorded of each, see facts/README.md. */

interface RecordedTrial {
  readonly name: string;
  readonly code: number;
}

/** A dialect's feature → the recorded trial that shows it. */
const featureTrials = {
  'svtav1-crf': 'libsvtav1',
  'svtav1-params': 'libsvtav1 svtav1-params',
  tonemap: 'tone map',
  libass: 'ass filter',
  libvmaf: 'libvmaf',
  'drop-packets': 'drop packets',
  avif: 'avif from libaom-av1',
} as const;

function recorded(version: string): Dialect {
  const folder = path.join(import.meta.dirname, 'facts', version);
  const text = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  const trials = JSON.parse(text('trials.json')) as RecordedTrial[];
  const works = (name: string) => trials.some((trial) => trial.name === name && trial.code === 0);
  return {
    version: parseVersion(text('version.txt')) ?? version,
    frameRateModeOption: works('fps_mode cfr') ? '-fps_mode' : '-vsync',
    sourceTimeBase: works('enc_time_base demux') ? 'demux' : '-1',
    demuxers: parseDemuxers(text('demuxers.txt')),
    muxers: parseMuxers(text('muxers.txt')),
    decoders: parseDecoders(text('decoders.txt')),
    filters: parseFilters(text('filters.txt')),
    features: Object.entries(featureTrials)
      .filter(([, name]) => works(name))
      .map(([feature]) => feature),
    refusals: {},
  };
}

export const dialects = {
  'ffmpeg-4.4': recorded('4.4'),
  'ffmpeg-8': recorded('8.0'),
} as const;
