import { about } from './match.ts';
import { picture, tone, x264 } from './trait.ts';
import type { Trait } from './trait.ts';

/** Frames of 60 fps taken out at irregular places. NUT keeps their times, where MP4 would be filled up again. */
const irregular = [
  ...[...picture('320x240', 60), '-vf', "select='not(mod(n,3))+lt(mod(n,7),2)'", ...x264()],
  ...['-bf', '0', 'irregular.nut'],
];

export const timeTraits = {
  'vfr-mp4': {
    file: 'vfr.mp4',
    what: 'Frames at irregular times, in MP4',
    steps: [{ ffmpeg: irregular }, { ffmpeg: ['-i', 'irregular.nut', '-c', 'copy', 'vfr.mp4'] }],
    facts: { streams: [{ codec_name: 'h264' }], gaps: 'varying' },
  },
  'vfr-mkv': {
    file: 'vfr.mkv',
    what: 'Frames at irregular times, in Matroska, which counts in milliseconds',
    steps: [{ ffmpeg: irregular }, { ffmpeg: ['-i', 'irregular.nut', '-c', 'copy', 'vfr.mkv'] }],
    facts: { streams: [{ codec_name: 'h264' }], gaps: 'varying' },
  },
  fast: {
    file: 'fast.mp4',
    what: '60 fps',
    steps: [{ ffmpeg: [...picture('320x240', 60, 1), ...x264(), 'fast.mp4'] }],
    facts: { streams: [{ r_frame_rate: '60/1', avg_frame_rate: '60/1', nb_frames: '60' }], gaps: 'steady' },
  },
  'one-frame': {
    file: 'one-frame.mp4',
    what: 'A film of one frame',
    steps: [{ ffmpeg: [...picture('320x240', 25, 1), '-frames:v', '1', ...x264(), 'one-frame.mp4'] }],
    facts: { format: { duration: about(0.04, 0.01) }, streams: [{ codec_name: 'h264', nb_frames: '1' }] },
  },
  'open-gop': {
    file: 'open-gop.mkv',
    what: 'H.264 with B-frames and open groups of pictures',
    steps: [
      {
        ffmpeg: [
          ...[...picture(), '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'],
          ...[
            '-x264-params',
            'open-gop=1:keyint=12:min-keyint=12:scenecut=0:bframes=3:b-adapt=0',
            'open-gop.mkv',
          ],
        ],
      },
    ],
    facts: { streams: [{ codec_name: 'h264', has_b_frames: 2 }], openGops: true },
  },
  'edit-list': {
    file: 'edit-list.mp4',
    what: 'Cut without encoding: an edit list hides what lies before the cut',
    needs: ['plain'],
    steps: [{ ffmpeg: ['-ss', '0.5', '-i', 'plain.mp4', '-c', 'copy', 'edit-list.mp4'] }],
    facts: {
      format: { duration: about(1.5, 0.05) },
      streams: [
        { nb_frames: '50', duration: about(1.5, 0.05) },
        { codec_name: 'aac', duration: about(1.5, 0.05) },
      ],
      discards: true,
    },
  },
  'negative-start': {
    file: 'negative-start.mkv',
    what: 'Begins half a second before zero',
    steps: [
      {
        ffmpeg: [
          ...[
            ...picture(),
            ...tone(),
            '-c:v',
            'mpeg4',
            '-q:v',
            '5',
            '-c:a',
            'flac',
            '-output_ts_offset',
            '-0.5',
          ],
          ...['-avoid_negative_ts', 'disabled', 'negative-start.mkv'],
        ],
      },
    ],
    facts: {
      format: { start_time: about(-0.5, 0.01) },
      streams: [{ start_time: about(-0.5, 0.01) }, { start_time: about(-0.5, 0.01) }],
    },
  },
  'late-start': {
    file: 'late-start.ts',
    what: 'An MPEG transport stream, which begins at 1.4 s',
    needs: ['plain'],
    steps: [{ ffmpeg: ['-i', 'plain.mp4', '-c', 'copy', 'late-start.ts'] }],
    facts: {
      format: { format_name: 'mpegts', start_time: about(1.4, 0.05), duration: about(2, 0.1) },
      streams: [{ codec_name: 'h264' }, { codec_name: 'aac' }],
    },
  },
  'late-sound': {
    file: 'late-sound.mkv',
    what: 'The sound begins half a second after the picture',
    steps: [
      {
        ffmpeg: [
          ...[...picture(), '-itsoffset', '0.5', ...tone(1.5), '-map', '0', '-map', '1'],
          ...[...x264(), '-c:a', 'flac', 'late-sound.mkv'],
        ],
      },
    ],
    facts: {
      streams: [{ start_time: about(0, 0.01) }, { codec_name: 'flac', start_time: about(0.5, 0.01) }],
    },
  },
  'longer-sound': {
    file: 'longer-sound.mp4',
    what: 'Sound goes on for a second after the picture',
    steps: [
      { ffmpeg: [...picture('320x240', 25, 1), ...tone(2), ...x264(), '-c:a', 'aac', 'longer-sound.mp4'] },
    ],
    facts: {
      format: { duration: about(2, 0.05) },
      streams: [{ duration: about(1, 0.05) }, { duration: about(2, 0.05) }],
    },
  },
  'longer-picture': {
    file: 'longer-picture.mp4',
    what: 'The picture goes on for a second after the sound',
    steps: [
      { ffmpeg: [...picture('320x240', 25, 2), ...tone(1), ...x264(), '-c:a', 'aac', 'longer-picture.mp4'] },
    ],
    facts: {
      format: { duration: about(2, 0.05) },
      streams: [{ duration: about(2, 0.05) }, { duration: about(1, 0.05) }],
    },
  },
  'no-duration': {
    file: 'no-duration.mkv',
    what: 'Recorded live: the container does not say how long it is',
    needs: ['plain'],
    steps: [{ ffmpeg: ['-i', 'plain.mp4', '-c', 'copy', '-live', '1', 'no-duration.mkv'] }],
    facts: { format: { duration: undefined }, streams: [{ duration: undefined }, { duration: undefined }] },
  },
  'raw-h264': {
    file: 'raw.h264',
    what: 'H.264 without a container: no times at all',
    needs: ['plain'],
    steps: [{ ffmpeg: ['-i', 'plain.mp4', '-map', '0:v', '-c', 'copy', 'raw.h264'] }],
    facts: { format: { format_name: 'h264', duration: undefined }, streams: [{ codec_name: 'h264' }] },
  },
  timecode: {
    file: 'timecode.mov',
    what: 'A time code track beside picture and sound',
    needs: ['plain'],
    steps: [{ ffmpeg: ['-i', 'plain.mp4', '-c', 'copy', '-timecode', '10:00:00:00', 'timecode.mov'] }],
    facts: {
      streams: [
        { codec_type: 'video' },
        { codec_type: 'audio' },
        { codec_type: 'data', codec_tag_string: 'tmcd', tags: { timecode: '10:00:00:00' } },
      ],
    },
  },
} as const satisfies Record<string, Trait>;
