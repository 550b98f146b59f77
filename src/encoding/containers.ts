import type { OutputKind } from './output.ts';
import type { Container } from './presetNames.ts';

/** ffprobe's names of codecs. */
export type VideoCodec =
  'h264' | 'hevc' | 'av1' | 'vp9' | 'prores' | 'dnxhd' | 'ffv1' | 'gif' | 'mjpeg' | 'png' | 'webp';
export type AudioCodec =
  'aac' | 'opus' | 'mp3' | 'vorbis' | 'ac3' | 'eac3' | 'flac' | 'alac' | 'pcm_s16le' | 'pcm_s24le';

export interface ContainerEntry {
  readonly kind: OutputKind;
  /** What `-f` gets. */
  readonly muxer: string;
  /** What the preset's encoders may make for it. */
  readonly videoCodecs: readonly VideoCodec[];
  readonly audioCodecs: readonly AudioCodec[];
  /** Further codecs that it may hold where a track is copied. */
  readonly copyVideo?: readonly string[];
  readonly copyAudio?: readonly string[];
  /** Encoder of text subtitles; missing: it holds none. */
  readonly textSubtitles?: 'mov_text' | 'subrip' | 'webvtt';
  /** Codecs of subtitles that it holds as they are, text or pictures. */
  readonly copySubtitles: readonly string[];
  /** More than one audio track makes sense: players of the others play the first and hide the rest. */
  readonly manyAudioTracks: boolean;
  readonly chapters: boolean;
  readonly attachments: boolean;
  readonly coverArt: boolean;
  /** Takes `-movflags`. */
  readonly isoMedia: boolean;
}

const none = {
  videoCodecs: [],
  audioCodecs: [],
  copySubtitles: [],
  manyAudioTracks: false,
  chapters: false,
  attachments: false,
  coverArt: false,
  isoMedia: false,
} as const;

const sound = { ...none, kind: 'sound' } as const;
const still = { ...none, kind: 'still' } as const;
const ladder = {
  ...none,
  kind: 'ladder',
  videoCodecs: ['h264', 'hevc', 'av1'],
  audioCodecs: ['aac'],
} as const;

const pictureSubtitles = ['hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_subtitle'];

/**
 * Adding a container is one entry here and its name in presetNames.ts. Opus and FLAC in MP4 are left out: ffmpeg
 * 4.4 calls them experimental.
 */
export const containerTable: Readonly<Record<Container, ContainerEntry>> = {
  mp4: {
    kind: 'film',
    muxer: 'mp4',
    videoCodecs: ['h264', 'hevc', 'av1', 'vp9'],
    audioCodecs: ['aac', 'mp3', 'ac3', 'eac3', 'alac'],
    copyVideo: ['mpeg4', 'mpeg2video'],
    textSubtitles: 'mov_text',
    copySubtitles: ['mov_text'],
    manyAudioTracks: false,
    chapters: true,
    attachments: false,
    coverArt: true,
    isoMedia: true,
  },
  mov: {
    kind: 'film',
    muxer: 'mov',
    videoCodecs: ['h264', 'hevc', 'prores', 'dnxhd', 'mjpeg', 'png'],
    audioCodecs: ['aac', 'mp3', 'ac3', 'alac', 'pcm_s16le', 'pcm_s24le'],
    copyVideo: ['mpeg4', 'mpeg2video'],
    copyAudio: ['pcm_s32le', 'pcm_f32le', 'pcm_s16be', 'pcm_s24be'],
    textSubtitles: 'mov_text',
    copySubtitles: ['mov_text'],
    manyAudioTracks: true,
    chapters: true,
    attachments: false,
    coverArt: false,
    isoMedia: true,
  },
  mkv: {
    kind: 'film',
    muxer: 'matroska',
    videoCodecs: ['h264', 'hevc', 'av1', 'vp9', 'prores', 'dnxhd', 'ffv1', 'mjpeg', 'png'],
    audioCodecs: ['aac', 'opus', 'mp3', 'vorbis', 'ac3', 'eac3', 'flac', 'alac', 'pcm_s16le', 'pcm_s24le'],
    copyVideo: ['mpeg4', 'mpeg2video', 'mpeg1video', 'vp8', 'vc1', 'theora', 'wmv3'],
    copyAudio: ['dts', 'truehd', 'mp2', 'pcm_s32le', 'pcm_f32le', 'pcm_s16be', 'pcm_s24be', 'wmav2'],
    textSubtitles: 'subrip',
    copySubtitles: ['subrip', 'ass', 'ssa', 'webvtt', ...pictureSubtitles],
    manyAudioTracks: true,
    chapters: true,
    attachments: true,
    coverArt: true,
    isoMedia: false,
  },
  webm: {
    kind: 'film',
    muxer: 'webm',
    videoCodecs: ['av1', 'vp9'],
    audioCodecs: ['opus', 'vorbis'],
    copyVideo: ['vp8'],
    textSubtitles: 'webvtt',
    copySubtitles: ['webvtt'],
    manyAudioTracks: false,
    chapters: true,
    attachments: false,
    coverArt: false,
    isoMedia: false,
  },
  ts: {
    ...none,
    kind: 'film',
    muxer: 'mpegts',
    videoCodecs: ['h264', 'hevc'],
    audioCodecs: ['aac', 'mp3', 'ac3', 'eac3', 'opus'],
    copyVideo: ['mpeg2video', 'mpeg4'],
    copyAudio: ['mp2', 'dts'],
    copySubtitles: ['dvb_subtitle'],
    manyAudioTracks: true,
  },
  m4a: {
    ...sound,
    muxer: 'ipod',
    audioCodecs: ['aac', 'alac'],
    chapters: true,
    coverArt: true,
    isoMedia: true,
  },
  mp3: { ...sound, muxer: 'mp3', audioCodecs: ['mp3'], chapters: true, coverArt: true },
  opus: { ...sound, muxer: 'opus', audioCodecs: ['opus'] },
  ogg: { ...sound, muxer: 'ogg', audioCodecs: ['vorbis', 'opus', 'flac'] },
  flac: { ...sound, muxer: 'flac', audioCodecs: ['flac'], coverArt: true },
  wav: { ...sound, muxer: 'wav', audioCodecs: ['pcm_s16le', 'pcm_s24le'] },
  gif: { ...none, kind: 'animation', muxer: 'gif', videoCodecs: ['gif'] },
  jpg: { ...still, muxer: 'image2', videoCodecs: ['mjpeg'] },
  png: { ...still, muxer: 'image2', videoCodecs: ['png'] },
  webp: { ...still, muxer: 'webp', videoCodecs: ['webp'] },
  avif: { ...still, muxer: 'avif', videoCodecs: ['av1'] },
  hls: { ...ladder, muxer: 'hls' },
  dash: { ...ladder, muxer: 'dash' },
};
