/** The kinds of job that are broken, and what each must leave behind. */
import type { Preset } from '../../../../src/encoding/preset.ts';
import type { Placing } from './steps.ts';

export interface Kind {
  readonly name: 'file' | 'several' | 'folder' | 'replace';
  readonly preset: Preset;
  readonly results: readonly ExpectedResult[];
  /** The destination lies on another disk than the state folder, where this machine has one. */
  readonly far: boolean;
  readonly placings: readonly Placing[];
  /** The result takes the place of its source. */
  readonly replaces?: boolean;
}

export interface ExpectedResult {
  /** Name of the file or folder; `clip` is the source's. */
  readonly name: string;
  /** The name that it gets where the other is taken. */
  readonly next: string;
  /** What a player opens, inside the folder. */
  readonly play?: string;
  /** Names of the codecs of the streams that are played. */
  readonly codecs: readonly string[];
}

export const clipSeconds = 2;
export const presetName = 'made';
export const outputTemplate = '${fileBasenameNoExtension}.${preset}.${ext}';

const film: Preset = {
  container: 'mp4',
  video: { encoders: ['libx264'], crf: 30, speed: 'fastest' },
  audio: { encoder: 'aac', bitrate: '96k' },
};

export const kinds: readonly Kind[] = [
  {
    name: 'file',
    preset: film,
    results: [{ name: 'clip.made.mp4', next: 'clip.made-2.mp4', codecs: ['h264', 'aac'] }],
    far: false,
    placings: ['link', 'rename', 'copy'],
  },
  {
    name: 'several',
    preset: {
      ...film,
      outputs: {
        film: {},
        sound: { container: 'flac', audio: { encoder: 'flac' } },
      },
    },
    results: [
      { name: 'clip.made.film.mp4', next: 'clip.made.film-2.mp4', codecs: ['h264', 'aac'] },
      { name: 'clip.made.sound.flac', next: 'clip.made.sound-2.flac', codecs: ['flac'] },
    ],
    far: true,
    placings: ['link'],
  },
  {
    name: 'folder',
    preset: {
      container: 'hls',
      video: { encoders: ['libx264'], speed: 'fastest' },
      audio: { encoder: 'aac', bitrate: '96k' },
      ladder: {
        rungs: [
          { height: 120, bitrate: '100k' },
          { height: 64, bitrate: '50k' },
        ],
        segmentSeconds: 1,
      },
    },
    results: [
      {
        name: 'clip.made',
        next: 'clip.made-2',
        play: 'master.m3u8',
        codecs: ['h264', 'aac'],
      },
    ],
    far: false,
    placings: ['link', 'copy'],
  },
  {
    name: 'replace',
    preset: film,
    results: [{ name: 'clip.made.mp4', next: 'clip.made-2.mp4', codecs: ['h264', 'aac'] }],
    far: false,
    placings: ['link', 'rename', 'copy'],
    replaces: true,
  },
];
