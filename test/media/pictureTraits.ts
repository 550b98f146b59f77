import { turned } from './mp4Boxes.ts';
import { bars, picture, tone, x264 } from './trait.ts';
import type { Trait } from './trait.ts';

/** Half of the picture can be seen through. */
const seeThrough = "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,W/2),0,255)'";

/** The plain clip, with its display matrix turned. */
function rotated(degrees: 90 | 180 | 270, rotation: number): Trait {
  return {
    file: `rotated-${degrees}.mp4`,
    what: `Turned ${degrees}° clockwise by its display matrix alone`,
    needs: ['plain'],
    steps: [{ write: `rotated-${degrees}.mp4`, from: ['plain.mp4'], by: (file) => turned(degrees, file) }],
    facts: {
      streams: [
        { width: 320, height: 240, side_data_list: [{ side_data_type: 'Display Matrix', rotation }] },
        { codec_name: 'aac' },
      ],
    },
  };
}

export const pictureTraits = {
  plain: {
    file: 'plain.mp4',
    what: 'H.264 of 8 bits and AAC in MP4, index at the front',
    steps: [
      {
        ffmpeg: [
          ...[...picture(), ...tone(), ...x264(), '-g', '50', '-c:a', 'aac', '-ac', '2'],
          ...['-movflags', '+faststart', 'plain.mp4'],
        ],
      },
    ],
    facts: {
      format: { format_name: 'mov,mp4,m4a,3gp,3g2,mj2' },
      streams: [
        {
          codec_name: 'h264',
          pix_fmt: 'yuv420p',
          width: 320,
          height: 240,
          nb_frames: '50',
          r_frame_rate: '25/1',
        },
        { codec_name: 'aac', sample_rate: '48000', channels: 2, channel_layout: 'stereo' },
      ],
      gaps: 'steady',
      crop: '320:240:0:0',
    },
  },
  anamorphic: {
    file: 'anamorphic.mp4',
    what: 'Pixels of 16:11, small',
    steps: [{ ffmpeg: [...bars('352x288', 25, 1), '-vf', 'setsar=16/11', ...x264(), 'anamorphic.mp4'] }],
    facts: {
      streams: [{ width: 352, height: 288, sample_aspect_ratio: '16:11', display_aspect_ratio: '16:9' }],
      combed: 'none',
    },
  },
  'anamorphic-wide': {
    file: 'anamorphic-wide.mkv',
    what: 'PAL for a wide screen: pixels of 64:45',
    steps: [
      { ffmpeg: [...picture('720x576', 25, 0.4), '-vf', 'setsar=64/45', ...x264(), 'anamorphic-wide.mkv'] },
    ],
    facts: {
      streams: [{ width: 720, height: 576, sample_aspect_ratio: '64:45', display_aspect_ratio: '16:9' }],
    },
  },
  'rotated-90': rotated(90, -90),
  'rotated-180': rotated(180, -180),
  'rotated-270': rotated(270, 90),
  'interlaced-tff': {
    file: 'interlaced-tff.mp4',
    what: 'H.264, interlaced, top field first',
    steps: [
      {
        ffmpeg: [
          ...[...bars('320x240', 50, 1), '-vf', 'interlace=scan=tff', ...x264()],
          ...['-flags', '+ilme+ildct', '-x264-params', 'tff=1', 'interlaced-tff.mp4'],
        ],
      },
    ],
    facts: {
      streams: [{ codec_name: 'h264', field_order: 'tt', r_frame_rate: '25/1' }],
      frame: { interlaced_frame: 1, top_field_first: 1 },
      combed: 'tff',
    },
  },
  'interlaced-mpeg2': {
    file: 'interlaced-mpeg2.ts',
    what: 'MPEG-2 as it is broadcast: interlaced, top field first, with MP2 sound',
    steps: [
      {
        ffmpeg: [
          ...[...bars('320x240', 50, 1), ...tone(1), '-vf', 'interlace=scan=tff', '-c:v', 'mpeg2video'],
          ...[
            '-q:v',
            '4',
            '-pix_fmt',
            'yuv420p',
            '-flags',
            '+ilme+ildct',
            '-c:a',
            'mp2',
            'interlaced-mpeg2.ts',
          ],
        ],
      },
    ],
    facts: {
      streams: [{ codec_name: 'mpeg2video', field_order: 'tt' }, { codec_name: 'mp2' }],
      frame: { interlaced_frame: 1, top_field_first: 1 },
      combed: 'tff',
    },
  },
  'interlaced-bff': {
    file: 'interlaced-bff.dv',
    what: 'DV from a tape: interlaced, bottom field first',
    steps: [
      {
        ffmpeg: [
          ...[...bars('720x576', 50, 0.4), '-vf', 'interlace=scan=bff,setsar=16/15', '-pix_fmt', 'yuv420p'],
          ...['-c:v', 'dvvideo', '-flags', '+ildct', 'interlaced-bff.dv'],
        ],
      },
    ],
    facts: {
      format: { format_name: 'dv' },
      streams: [{ codec_name: 'dvvideo', width: 720, height: 576, sample_aspect_ratio: '16:15' }],
      frame: { interlaced_frame: 1, top_field_first: 0 },
      combed: 'bff',
    },
  },
  telecined: {
    file: 'telecined.mpg',
    what: 'Film at 23.976 spread over interlaced 29.97 by 3:2',
    steps: [
      {
        ffmpeg: [
          ...[...bars('320x240', '24000/1001', 2), '-vf', 'telecine=first_field=top,setfield=tff'],
          ...[
            '-c:v',
            'mpeg2video',
            '-q:v',
            '4',
            '-pix_fmt',
            'yuv420p',
            '-flags',
            '+ilme+ildct',
            'telecined.mpg',
          ],
        ],
      },
    ],
    facts: {
      streams: [{ codec_name: 'mpeg2video', field_order: 'tt', r_frame_rate: '30000/1001' }],
      combed: 'tff',
    },
  },
  'odd-444': {
    file: 'odd-444.mp4',
    what: 'Odd sides, H.264 of 4:4:4',
    steps: [{ ffmpeg: [...picture(), '-t', '1', '-vf', 'scale=321:181', ...x264('yuv444p'), 'odd-444.mp4'] }],
    facts: { streams: [{ codec_name: 'h264', width: 321, height: 181, pix_fmt: 'yuv444p' }] },
  },
  'odd-ffv1': {
    file: 'odd-ffv1.mkv',
    what: 'Odd sides, FFV1 of 4:2:0',
    steps: [
      {
        ffmpeg: [
          ...picture(),
          '-t',
          '1',
          '-vf',
          'scale=161:121',
          '-c:v',
          'ffv1',
          '-pix_fmt',
          'yuv420p',
          'odd-ffv1.mkv',
        ],
      },
    ],
    facts: { streams: [{ codec_name: 'ffv1', width: 161, height: 121, pix_fmt: 'yuv420p' }] },
  },
  letterboxed: {
    file: 'letterboxed.mp4',
    what: 'Black bars above and below',
    steps: [
      {
        ffmpeg: [...picture('320x180', 25, 1), '-vf', 'pad=320:240:0:30:black', ...x264(), 'letterboxed.mp4'],
      },
    ],
    facts: { streams: [{ width: 320, height: 240 }], crop: '320:180:0:30' },
  },
  'alpha-prores': {
    file: 'alpha-prores.mov',
    what: 'ProRes 4444, half of it transparent',
    steps: [
      {
        ffmpeg: [
          ...[...picture('160x120', 25, 0.4), '-vf', seeThrough],
          ...['-c:v', 'prores_ks', '-profile:v', '4444', '-pix_fmt', 'yuva444p10le', 'alpha-prores.mov'],
        ],
      },
    ],
    facts: { streams: [{ codec_name: 'prores', codec_tag_string: 'ap4h', pix_fmt: /^yuva444p1[02]le$/u }] },
  },
  'alpha-vp9': {
    file: 'alpha-vp9.webm',
    what: 'VP9 whose transparency is a second picture that only libvpx reads',
    steps: [
      {
        ffmpeg: [
          ...[
            ...picture('160x120', 25, 0.4),
            '-vf',
            seeThrough,
            '-c:v',
            'libvpx-vp9',
            '-deadline',
            'realtime',
          ],
          ...['-cpu-used', '8', '-auto-alt-ref', '0', '-pix_fmt', 'yuva420p', 'alpha-vp9.webm'],
        ],
      },
    ],
    facts: { streams: [{ codec_name: 'vp9', pix_fmt: /^yuva?420p$/u, tags: { alpha_mode: '1' } }] },
  },
  'alpha-qtrle': {
    file: 'alpha-qtrle.mov',
    what: 'QuickTime Animation, half of it transparent',
    steps: [
      {
        ffmpeg: [
          ...[...picture('160x120', 25, 0.4), '-vf', seeThrough, '-c:v', 'qtrle', '-pix_fmt', 'argb'],
          'alpha-qtrle.mov',
        ],
      },
    ],
    facts: { streams: [{ codec_name: 'qtrle', pix_fmt: 'argb' }] },
  },
  prores: {
    file: 'prores.mov',
    what: 'ProRes 422 HQ of 10 bits with PCM of 24',
    steps: [
      {
        ffmpeg: [
          ...[...picture('320x240', 25, 0.4), ...tone(0.4), '-c:v', 'prores_ks', '-profile:v', 'hq'],
          ...['-pix_fmt', 'yuv422p10le', '-c:a', 'pcm_s24le', 'prores.mov'],
        ],
      },
    ],
    facts: {
      streams: [
        { codec_name: 'prores', codec_tag_string: 'apch', pix_fmt: 'yuv422p10le' },
        { codec_name: 'pcm_s24le' },
      ],
    },
  },
  dnxhr: {
    file: 'dnxhr.mov',
    what: 'DNxHR HQ',
    steps: [
      {
        ffmpeg: [
          ...[...picture('320x240', 25, 0.4), '-c:v', 'dnxhd', '-profile:v', 'dnxhr_hq'],
          ...['-pix_fmt', 'yuv422p', 'dnxhr.mov'],
        ],
      },
    ],
    facts: { streams: [{ codec_name: 'dnxhd', profile: 'DNXHR HQ', pix_fmt: 'yuv422p' }] },
  },
  av1: {
    file: 'av1.mkv',
    what: 'AV1 with Opus',
    steps: [
      {
        ffmpeg: [
          ...[
            ...picture('320x240', 25, 0.4),
            ...tone(0.4),
            '-c:v',
            'libsvtav1',
            '-preset',
            '12',
            '-crf',
            '40',
          ],
          ...['-c:a', 'libopus', 'av1.mkv'],
        ],
      },
    ],
    facts: { streams: [{ codec_name: 'av1', pix_fmt: 'yuv420p' }, { codec_name: 'opus' }] },
  },
  gif: {
    file: 'moving.gif',
    what: 'A moving GIF',
    steps: [
      {
        ffmpeg: [
          ...[
            ...picture('160x120', 10, 1),
            '-filter_complex',
            'split[a][b];[a]palettegen[p];[b][p]paletteuse',
          ],
          'moving.gif',
        ],
      },
    ],
    facts: { format: { format_name: 'gif' }, streams: [{ codec_name: 'gif', r_frame_rate: '10/1' }] },
  },
  uhd: {
    file: 'uhd.mp4',
    what: '3840x2160, few frames of it',
    steps: [{ ffmpeg: [...picture('3840x2160', 25, 0.2), ...x264(), '-crf', '45', 'uhd.mp4'] }],
    facts: { streams: [{ width: 3840, height: 2160, nb_frames: '5' }] },
  },
  'size-changes': {
    file: 'size-changes.ts',
    what: 'The size of the picture changes half-way',
    steps: [
      { ffmpeg: [...picture('320x240', 25, 1), ...x264(), 'first.ts'] },
      { ffmpeg: [...picture('160x120', 25, 1), ...x264(), '-output_ts_offset', '1', 'second.ts'] },
      {
        write: 'size-changes.ts',
        from: ['first.ts', 'second.ts'],
        by: (first, second) => Buffer.concat([first, second]),
      },
    ],
    facts: { format: { format_name: 'mpegts' }, streams: [{ codec_name: 'h264', width: 320, height: 240 }] },
  },
} as const satisfies Record<string, Trait>;
