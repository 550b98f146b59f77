import { about } from './match.ts';
import { picture, tone, x264 } from './trait.ts';
import type { Trait } from './trait.ts';

const chapters = `;FFMETADATA1
title=Two halves
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=First
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=2000
title=Second
`;
const chapterFacts = [
  { start_time: '0.000000', end_time: '1.000000', tags: { title: 'First' } },
  { start_time: '1.000000', end_time: '2.000000', tags: { title: 'Second' } },
];
const chaptersInto = (file: string) => [
  { write: 'chapters.txt', by: () => chapters },
  {
    ffmpeg: ['-i', 'plain.mp4', '-i', 'chapters.txt', '-map', '0', '-map_metadata', '1', '-c', 'copy', file],
  },
];

export const containerTraits = {
  chapters: {
    file: 'chapters.mkv',
    what: 'Chapters and a title, in Matroska',
    needs: ['plain'],
    steps: chaptersInto('chapters.mkv'),
    facts: {
      format: { tags: { title: 'Two halves' } },
      streams: [{ codec_type: 'video' }, { codec_type: 'audio' }],
      chapters: chapterFacts,
    },
  },
  'chapters-mp4': {
    file: 'chapters.mp4',
    what: 'Chapters in MP4, where they are a text track too',
    needs: ['plain'],
    steps: chaptersInto('chapters.mp4'),
    facts: {
      format: { tags: { title: 'Two halves' } },
      streams: [
        { codec_type: 'video' },
        { codec_type: 'audio' },
        { codec_type: 'data', codec_name: 'bin_data', codec_tag_string: 'text' },
      ],
      chapters: chapterFacts,
    },
  },
  fragmented: {
    file: 'fragmented.mp4',
    what: 'MP4 in fragments, without one index of the whole',
    needs: ['plain'],
    steps: [
      {
        ffmpeg: ['-i', 'plain.mp4', '-c', 'copy', '-movflags', 'frag_keyframe+empty_moov', 'fragmented.mp4'],
      },
    ],
    facts: {
      format: { duration: about(2, 0.05) },
      streams: [{ nb_frames: undefined }, { nb_frames: undefined }],
    },
  },
  'two-programs': {
    file: 'two-programs.ts',
    what: 'A transport stream of two programmes',
    steps: [
      {
        ffmpeg: [
          ...[...picture('320x240', 25, 1), ...tone(1, 330), ...picture('160x120', 25, 1), ...tone(1, 550)],
          ...['-map', '0', '-map', '1', '-map', '2', '-map', '3', ...x264(), '-c:a', 'aac'],
          ...['-program', 'title=one:st=0:st=1', '-program', 'title=two:st=2:st=3', 'two-programs.ts'],
        ],
      },
    ],
    facts: {
      format: { format_name: 'mpegts' },
      streams: [
        { codec_type: 'video', width: 320 },
        { codec_type: 'audio' },
        { codec_type: 'video', width: 160 },
        { codec_type: 'audio' },
      ],
      programs: 2,
    },
  },
  'data-stream': {
    file: 'data-stream.ts',
    what: 'A transport stream with data that is neither picture nor sound',
    needs: ['plain'],
    steps: [
      { write: 'data.bin', by: () => Uint8Array.from({ length: 64 }, (_, at) => at) },
      {
        ffmpeg: [
          '-i',
          'plain.mp4',
          '-f',
          'data',
          '-i',
          'data.bin',
          '-map',
          '0',
          '-map',
          '1',
          '-c',
          'copy',
          'data-stream.ts',
        ],
      },
    ],
    facts: {
      streams: [
        { codec_type: 'video' },
        { codec_type: 'audio' },
        { codec_type: 'data', codec_name: 'bin_data' },
      ],
    },
  },
  'program-stream': {
    file: 'program-stream.vob',
    what: 'As on a DVD: MPEG-2 and AC-3 in a programme stream',
    steps: [
      {
        ffmpeg: [
          ...[
            ...picture('720x576', 25, 1),
            ...tone(1),
            '-vf',
            'setsar=64/45',
            '-c:v',
            'mpeg2video',
            '-q:v',
            '6',
          ],
          ...['-pix_fmt', 'yuv420p', '-c:a', 'ac3', '-ac', '2', 'program-stream.vob'],
        ],
      },
    ],
    facts: {
      format: { format_name: 'mpeg' },
      streams: [{ codec_name: 'mpeg2video', sample_aspect_ratio: '64:45' }, { codec_name: 'ac3' }],
    },
  },
  avi: {
    file: 'old.avi',
    what: 'An AVI of long ago: MPEG-4 with ADPCM of 11,025 Hz',
    steps: [
      {
        ffmpeg: [
          ...[
            ...picture('320x240', 15, 1),
            ...tone(1, 440, 11_025),
            '-c:v',
            'mpeg4',
            '-vtag',
            'XVID',
            '-bf',
            '2',
          ],
          ...['-q:v', '5', '-c:a', 'adpcm_ms', 'old.avi'],
        ],
      },
    ],
    facts: {
      format: { format_name: 'avi' },
      streams: [
        { codec_name: 'mpeg4', codec_tag_string: 'XVID', r_frame_rate: '15/1' },
        { codec_name: 'adpcm_ms', sample_rate: '11025', channels: 1 },
      ],
    },
  },
  webm: {
    file: 'web.webm',
    what: 'VP9 and Opus in WebM',
    steps: [
      {
        ffmpeg: [
          ...[...picture('160x120', 25, 1), ...tone(1), '-c:v', 'libvpx-vp9', '-deadline', 'realtime'],
          ...['-cpu-used', '8', '-c:a', 'libopus', 'web.webm'],
        ],
      },
    ],
    facts: {
      format: { format_name: 'matroska,webm' },
      streams: [{ codec_name: 'vp9' }, { codec_name: 'opus', sample_rate: '48000' }],
    },
  },
  'image-sequence': {
    file: 'image-sequence',
    what: 'A folder of numbered pictures',
    steps: [
      { folder: 'image-sequence' },
      { ffmpeg: [...picture('160x120', 25, 0.4), 'image-sequence/frame-%03d.png'] },
    ],
    facts: { folder: 10 },
  },
  picture: {
    file: 'still.png',
    what: 'One picture',
    steps: [{ ffmpeg: [...picture('160x120', 25, 0.04), '-frames:v', '1', '-update', '1', 'still.png'] }],
    facts: { format: { format_name: 'png_pipe' }, streams: [{ codec_name: 'png' }] },
  },
  truncated: {
    file: 'truncated.mp4',
    what: 'The first half of a film whose index promises the whole',
    needs: ['plain'],
    steps: [{ write: 'truncated.mp4', from: ['plain.mp4'], by: (file) => file.subarray(0, file.length / 2) }],
    facts: {
      format: { duration: about(2, 0.05) },
      streams: [{ nb_frames: '50' }, { codec_type: 'audio' }],
      decodes: 'with errors',
    },
  },
  'no-index': {
    file: 'no-index.mp4',
    what: 'The first half of a film whose index would have come last',
    steps: [
      { ffmpeg: [...picture(), ...x264(), 'whole.mp4'] },
      { write: 'no-index.mp4', from: ['whole.mp4'], by: (file) => file.subarray(0, file.length / 2) },
    ],
    facts: { refused: true },
  },
} as const satisfies Record<string, Trait>;
