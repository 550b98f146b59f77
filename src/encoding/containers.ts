import type { Container } from './preset.ts';

export type VideoCodec = 'h264' | 'hevc' | 'av1' | 'vp9';
export type AudioCodec = 'aac' | 'opus' | 'mp3' | 'flac';

export interface ContainerEntry {
  /** What `-f` gets. */
  readonly muxer: string;
  readonly videoCodecs: readonly VideoCodec[];
  readonly audioCodecs: readonly AudioCodec[];
  /** More than one audio track makes sense: players of the others play the first and hide the rest. */
  readonly manyAudioTracks: boolean;
  readonly arguments: readonly string[];
}

/** Moves the index to the front, so that a browser starts playing before it has everything. */
const faststart = ['-movflags', '+faststart'];

/**
 * Adding a container is one entry here and its name in preset.ts. Opus and FLAC in MP4 are left out: ffmpeg 4.4
 * calls them experimental.
 */
export const containerTable: Readonly<Record<Container, ContainerEntry>> = {
  mp4: {
    muxer: 'mp4',
    videoCodecs: ['h264', 'hevc', 'av1', 'vp9'],
    audioCodecs: ['aac', 'mp3'],
    manyAudioTracks: false,
    arguments: faststart,
  },
  mkv: {
    muxer: 'matroska',
    videoCodecs: ['h264', 'hevc', 'av1', 'vp9'],
    audioCodecs: ['aac', 'opus', 'mp3', 'flac'],
    manyAudioTracks: true,
    arguments: [],
  },
  webm: {
    muxer: 'webm',
    videoCodecs: ['av1', 'vp9'],
    audioCodecs: ['opus'],
    manyAudioTracks: false,
    arguments: [],
  },
  m4a: {
    muxer: 'ipod',
    videoCodecs: [],
    audioCodecs: ['aac'],
    manyAudioTracks: false,
    arguments: faststart,
  },
  mp3: { muxer: 'mp3', videoCodecs: [], audioCodecs: ['mp3'], manyAudioTracks: false, arguments: [] },
  opus: { muxer: 'opus', videoCodecs: [], audioCodecs: ['opus'], manyAudioTracks: false, arguments: [] },
  flac: { muxer: 'flac', videoCodecs: [], audioCodecs: ['flac'], manyAudioTracks: false, arguments: [] },
};
