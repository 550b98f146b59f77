import { about } from './match.ts';
import { chord, picture, tone, x264 } from './trait.ts';
import type { Trait } from './trait.ts';

const coverPicture = [
  '-f',
  'lavfi',
  '-i',
  'color=red:size=64x64',
  '-frames:v',
  '1',
  '-update',
  '1',
  'cover.png',
];

/** Sound with a cover; the picture is carried over as it is. */
function cover(file: string, codec: readonly string[], codecName: string): Trait {
  return {
    file,
    what: `Sound with a cover picture, in ${file.replace(/^.*\./u, '.')}`,
    steps: [
      { ffmpeg: coverPicture },
      {
        ffmpeg: [
          ...[...tone(), '-i', 'cover.png', '-map', '0', '-map', '1', ...codec, '-c:v', 'copy'],
          ...['-metadata', 'title=A tone', '-disposition:v', 'attached_pic', file],
        ],
      },
    ],
    facts: {
      format: { tags: { title: 'A tone' } },
      streams: [
        { codec_name: codecName },
        { codec_type: 'video', codec_name: 'png', disposition: { attached_pic: 1 } },
      ],
    },
  };
}

export const soundTraits = {
  'no-sound': {
    file: 'no-sound.mp4',
    what: 'A picture without sound',
    steps: [{ ffmpeg: [...picture('320x240', 25, 1), ...x264(), 'no-sound.mp4'] }],
    facts: { streams: [{ codec_type: 'video' }] },
  },
  'surround-side': {
    file: 'surround-side.mkv',
    what: 'AC-3 of 5.1(side), as on DVDs',
    steps: [
      {
        ffmpeg: [
          ...[...picture('320x240', 25, 1), ...chord('5.1(side)', 6, 1), ...x264(), '-c:a', 'ac3'],
          'surround-side.mkv',
        ],
      },
    ],
    facts: {
      streams: [{ codec_type: 'video' }, { codec_name: 'ac3', channels: 6, channel_layout: '5.1(side)' }],
    },
  },
  'surround-7.1': {
    file: 'surround-7.1.flac',
    what: 'FLAC of 7.1',
    steps: [{ ffmpeg: [...chord('7.1', 8), '-c:a', 'flac', 'surround-7.1.flac'] }],
    facts: { streams: [{ codec_name: 'flac', channels: 8, channel_layout: '7.1' }] },
  },
  'two-mono-tracks': {
    file: 'two-mono-tracks.mov',
    what: 'Left and right as two tracks of one channel, as cameras record them',
    steps: [
      {
        ffmpeg: [
          ...[
            ...picture('320x240', 25, 1),
            ...tone(1, 330),
            ...tone(1, 550),
            '-map',
            '0',
            '-map',
            '1',
            '-map',
            '2',
          ],
          ...[...x264(), '-c:a', 'pcm_s16le', 'two-mono-tracks.mov'],
        ],
      },
    ],
    facts: {
      streams: [
        { codec_type: 'video' },
        { codec_name: 'pcm_s16le', channels: 1 },
        { codec_name: 'pcm_s16le', channels: 1 },
      ],
    },
  },
  languages: {
    file: 'languages.mkv',
    what: 'Three sound tracks: German is the default, English, and a commentary',
    steps: [
      {
        ffmpeg: [
          ...[...picture('320x240', 25, 1), ...chord('5.1', 6, 1), ...tone(1, 330), ...tone(1, 550)],
          ...['-map', '0', '-map', '1', '-map', '2', '-map', '3', ...x264(), '-c:a', 'flac', '-ac:a:1', '2'],
          ...[
            '-metadata:s:a:0',
            'language=ger',
            '-metadata:s:a:1',
            'language=eng',
            '-metadata:s:a:2',
            'language=eng',
          ],
          ...['-metadata:s:a:2', 'title=Commentary', '-disposition:a:0', 'default', '-disposition:a:1', '0'],
          ...['-disposition:a:2', 'comment', 'languages.mkv'],
        ],
      },
    ],
    facts: {
      streams: [
        { codec_type: 'video' },
        { channels: 6, tags: { language: 'ger' }, disposition: { default: 1, comment: 0 } },
        { channels: 2, tags: { language: 'eng' }, disposition: { default: 0, comment: 0 } },
        { tags: { language: 'eng', title: 'Commentary' }, disposition: { default: 0, comment: 1 } },
      ],
    },
  },
  telephone: {
    file: 'telephone.wav',
    what: 'One channel of 8 kHz, µ-law',
    steps: [{ ffmpeg: [...tone(2, 440, 8000), '-c:a', 'pcm_mulaw', 'telephone.wav'] }],
    facts: { streams: [{ codec_name: 'pcm_mulaw', sample_rate: '8000', channels: 1 }] },
  },
  studio: {
    file: 'studio.wav',
    what: 'PCM of 24 bits and 96 kHz',
    steps: [{ ffmpeg: [...tone(1, 440, 96_000), '-c:a', 'pcm_s24le', '-ac', '2', 'studio.wav'] }],
    facts: { streams: [{ codec_name: 'pcm_s24le', sample_rate: '96000', channels: 2 }] },
  },
  priming: {
    file: 'priming.m4a',
    what: 'AAC of 44.1 kHz: samples before the beginning, hidden by an edit list',
    steps: [{ ffmpeg: [...tone(2, 440, 44_100), '-c:a', 'aac', 'priming.m4a'] }],
    facts: {
      format: { duration: about(2, 0.03) },
      streams: [{ codec_name: 'aac', sample_rate: '44100', start_time: about(0, 0.001) }],
      discards: true,
    },
  },
  adts: {
    file: 'adts.aac',
    what: 'AAC without a container: its duration is a guess',
    steps: [{ ffmpeg: [...tone(), '-c:a', 'aac', 'adts.aac'] }],
    facts: { format: { format_name: 'aac' }, streams: [{ codec_name: 'aac' }] },
  },
  'mp3-unmarked': {
    file: 'mp3-unmarked.mp3',
    what: 'MP3 of variable bit rate that does not say its duration',
    steps: [
      {
        ffmpeg: [
          ...['-f', 'lavfi', '-i', 'sine=440:sample_rate=44100:duration=2'],
          ...['-f', 'lavfi', '-i', 'anoisesrc=sample_rate=44100:duration=2:amplitude=0.5:seed=1'],
          ...['-filter_complex', 'concat=n=2:v=0:a=1', '-c:a', 'libmp3lame', '-q:a', '2', '-write_xing', '0'],
          ...['-id3v2_version', '0', 'mp3-unmarked.mp3'],
        ],
      },
    ],
    facts: { format: { format_name: 'mp3' }, streams: [{ codec_name: 'mp3' }] },
  },
  'cover-mp3': cover('cover.mp3', ['-c:a', 'libmp3lame'], 'mp3'),
  'cover-m4a': cover('cover.m4a', ['-c:a', 'aac'], 'aac'),
  'cover-flac': cover('cover.flac', ['-c:a', 'flac'], 'flac'),
  'cover-mp4': {
    file: 'cover.mp4',
    what: 'A film with a cover picture',
    needs: ['plain'],
    steps: [
      { ffmpeg: coverPicture },
      {
        ffmpeg: [
          ...['-i', 'plain.mp4', '-i', 'cover.png', '-map', '0', '-map', '1', '-c', 'copy'],
          ...['-disposition:v:1', 'attached_pic', 'cover.mp4'],
        ],
      },
    ],
    facts: {
      streams: [
        { codec_name: 'h264', disposition: { attached_pic: 0 } },
        { codec_name: 'aac' },
        { codec_name: 'png', disposition: { attached_pic: 1 } },
      ],
    },
  },
} as const satisfies Record<string, Trait>;
