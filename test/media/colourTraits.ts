import { about } from './match.ts';
import { withHdr10Plus } from './hdr10Plus.ts';
import { appendedTo, contentLightBox, dolbyVisionBox, masteringDisplayBox, renamed } from './mp4Boxes.ts';
import { colour, picture, tone, x264, x265 } from './trait.ts';
import type { Trait } from './trait.ts';

/** DCI-P3 in a D65 display of 0.0001 to 1,000 cd/m², in the units of the standards; content up to 1,000, 400 on average. */
const display = {
  points: [13250, 34500, 7500, 3000, 34000, 16000, 15635, 16450],
  luminance: [10_000_000, 1],
} as const;
const [gx, gy, bx, by, rx, ry, wx, wy] = display.points;
const [brightest, darkest] = display.luminance;
const light = { brightest: 1000, average: 400 };
const masterDisplay = `G(${gx},${gy})B(${bx},${by})R(${rx},${ry})WP(${wx},${wy})L(${brightest},${darkest})`;
const hdr10Boxes = [
  masteringDisplayBox(display.points, display.luminance),
  contentLightBox(light.brightest, light.average),
];
const hevcEntry = 'moov/trak/mdia/minf/stbl/stsd/hvc1';

const pq = colour('bt2020', 'smpte2084', 'bt2020nc');
const hlg = colour('bt2020', 'arib-std-b67', 'bt2020nc');
const pal = colour('bt470bg', 'smpte170m', 'bt470bg');
const ntsc = colour('smpte170m', 'smpte170m', 'smpte170m');

const pqTags = {
  codec_name: 'hevc',
  profile: 'Main 10',
  pix_fmt: 'yuv420p10le',
  color_range: 'tv',
  color_space: 'bt2020nc',
  color_transfer: 'smpte2084',
  color_primaries: 'bt2020',
};
const displayFacts = {
  side_data_type: 'Mastering display metadata',
  red_x: /^(?:34000\/50000|17\/25)$/u,
  max_luminance: /^(?:10000000\/10000|1000\/1)$/u,
};
const lightFacts = { side_data_type: 'Content light level metadata', max_content: 1000, max_average: 400 };

/** Pictures of HDR10 whose metadata lies in the stream itself, and nowhere else. */
function hdr10(name: string): string[] {
  return [
    ...[...picture('320x240', 25, 1), '-vf', `${pq.filter},format=yuv420p10le`],
    ...x265(
      `hdr10=1:repeat-headers=1:master-display=${masterDisplay}:max-cll=${light.brightest},${light.average}`,
    ),
    ...[...pq.options, '-tag:v', 'hvc1', name],
  ];
}

export const colourTraits = {
  'ten-bit': {
    file: 'ten-bit.mp4',
    what: 'HEVC of 10 bits in MP4, with AAC',
    steps: [
      {
        ffmpeg: [
          ...[...picture('320x240', 25, 1), ...tone(1), ...x265(), '-pix_fmt', 'yuv420p10le'],
          ...['-tag:v', 'hvc1', '-c:a', 'aac', 'ten-bit.mp4'],
        ],
      },
    ],
    facts: {
      streams: [
        { codec_name: 'hevc', profile: 'Main 10', pix_fmt: 'yuv420p10le', codec_tag_string: 'hvc1' },
        { codec_name: 'aac' },
      ],
    },
  },
  hdr10: {
    file: 'hdr10.mp4',
    what: 'HDR10 in MP4: mastering display and light level in the stream and in the container',
    needs: ['hdr10-in-stream'],
    steps: [
      {
        write: 'hdr10.mp4',
        from: ['hdr10-in-stream.mp4'],
        by: (file) => appendedTo(hevcEntry, file, ...hdr10Boxes),
      },
    ],
    facts: { streams: [{ ...pqTags, side_data_list: [displayFacts, lightFacts] }] },
  },
  'hdr10-mkv': {
    file: 'hdr10.mkv',
    what: 'HDR10 in Matroska: mastering display and light level in the stream and in the container',
    needs: ['hdr10'],
    steps: [{ ffmpeg: ['-i', 'hdr10.mp4', '-c', 'copy', 'hdr10.mkv'] }],
    facts: { streams: [{ ...pqTags, side_data_list: [displayFacts, lightFacts] }] },
  },
  'hdr10-in-stream': {
    file: 'hdr10-in-stream.mp4',
    what: 'HDR10 whose metadata only the frames tell, as ffmpeg 5 itself writes it',
    steps: [{ ffmpeg: hdr10('hdr10-in-stream.mp4') }],
    facts: {
      streams: [{ ...pqTags, side_data_list: undefined }],
      frame: { side_data_list: [displayFacts, lightFacts] },
    },
  },
  'hdr10-plus': {
    file: 'hdr10-plus.mkv',
    what: 'HDR10+: dynamic metadata on every frame',
    needs: ['hdr10-in-stream'],
    steps: [
      { ffmpeg: ['-i', 'hdr10-in-stream.mp4', '-c', 'copy', '-f', 'hevc', 'plain.hevc'] },
      { write: 'plus.hevc', from: ['plain.hevc'], by: (stream) => withHdr10Plus(stream) },
      { ffmpeg: ['-framerate', '25', '-i', 'plus.hevc', '-c', 'copy', 'hdr10-plus.mkv'] },
    ],
    facts: {
      streams: [pqTags],
      frame: {
        side_data_list: [
          displayFacts,
          { side_data_type: /HDR10\+/u, num_windows: 1, average_maxrgb: '3000/100000' },
        ],
      },
      gaps: 'steady',
    },
  },
  hlg: {
    file: 'hlg.mp4',
    what: 'HDR by hybrid log-gamma',
    steps: [
      {
        ffmpeg: [
          ...[...picture('320x240', 25, 1), '-vf', `${hlg.filter},format=yuv420p10le`],
          ...[...x265(), ...hlg.options, '-tag:v', 'hvc1', 'hlg.mp4'],
        ],
      },
    ],
    facts: { streams: [{ ...pqTags, color_transfer: 'arib-std-b67' }] },
  },
  'dolby-vision-8': {
    file: 'dolby-vision-8.mp4',
    what: 'Marked as Dolby Vision 8.1: its base is HDR10, which any player shows',
    needs: ['hdr10'],
    steps: [
      {
        write: 'dolby-vision-8.mp4',
        from: ['hdr10.mp4'],
        by: (file) => appendedTo(hevcEntry, file, dolbyVisionBox(8, 1)),
      },
    ],
    facts: {
      streams: [
        {
          ...pqTags,
          side_data_list: [
            { side_data_type: 'DOVI configuration record', dv_profile: 8, dv_bl_signal_compatibility_id: 1 },
            displayFacts,
          ],
        },
      ],
    },
  },
  'dolby-vision-5': {
    file: 'dolby-vision-5.mp4',
    what: 'Marked as Dolby Vision 5: its base is no picture that others can show',
    needs: ['hdr10-in-stream'],
    steps: [
      {
        write: 'dolby-vision-5.mp4',
        from: ['hdr10-in-stream.mp4'],
        by: (file) => renamed(hevcEntry, 'dvh1', appendedTo(hevcEntry, file, dolbyVisionBox(5, 0))),
      },
    ],
    facts: {
      streams: [
        {
          codec_name: 'hevc',
          codec_tag_string: 'dvh1',
          side_data_list: [
            { side_data_type: 'DOVI configuration record', dv_profile: 5, dv_bl_signal_compatibility_id: 0 },
          ],
        },
      ],
    },
  },
  'pal-sd': {
    file: 'pal-sd.mp4',
    what: 'PAL, 4:3, tagged as BT.601 of 625 lines',
    steps: [
      {
        ffmpeg: [
          ...[...picture('720x576', 25, 1), ...tone(1), '-vf', `${pal.filter},setsar=16/15`],
          ...[...x264(), ...pal.options, '-c:a', 'aac', 'pal-sd.mp4'],
        ],
      },
    ],
    facts: {
      streams: [
        {
          width: 720,
          height: 576,
          sample_aspect_ratio: '16:15',
          display_aspect_ratio: '4:3',
          color_space: 'bt470bg',
          color_primaries: 'bt470bg',
          color_transfer: 'smpte170m',
        },
        { codec_name: 'aac' },
      ],
    },
  },
  'ntsc-sd': {
    file: 'ntsc-sd.mkv',
    what: 'NTSC tagged as BT.601 of 525 lines',
    steps: [
      {
        ffmpeg: [
          ...[...picture('720x480', '30000/1001', 1), '-vf', `${ntsc.filter},setsar=8/9`],
          ...[...x264(), ...ntsc.options, 'ntsc-sd.mkv'],
        ],
      },
    ],
    facts: {
      streams: [
        {
          r_frame_rate: '30000/1001',
          sample_aspect_ratio: '8:9',
          color_space: 'smpte170m',
          color_primaries: 'smpte170m',
          color_transfer: 'smpte170m',
        },
      ],
    },
  },
  'ntsc-untagged': {
    file: 'ntsc-untagged.mpg',
    what: 'NTSC that does not say its colours, in an MPEG programme stream',
    steps: [
      {
        ffmpeg: [
          ...[...picture('720x480', '30000/1001', 1), ...tone(1), '-vf', 'setsar=8/9'],
          ...['-c:v', 'mpeg2video', '-q:v', '4', '-pix_fmt', 'yuv420p', '-c:a', 'mp2', 'ntsc-untagged.mpg'],
        ],
      },
    ],
    facts: {
      format: { format_name: 'mpeg', duration: about(1, 0.1) },
      streams: [
        {
          codec_name: 'mpeg2video',
          height: 480,
          sample_aspect_ratio: '8:9',
          color_space: undefined,
          color_primaries: undefined,
          color_transfer: undefined,
        },
        { codec_name: 'mp2' },
      ],
    },
  },
  'full-range': {
    file: 'full-range.mp4',
    what: 'Luma from 0 to 255, as cameras write it',
    steps: [
      {
        ffmpeg: [
          ...[...picture('320x240', 25, 1), '-vf', 'scale=out_range=pc,format=yuvj420p'],
          ...[...x264('yuvj420p'), '-color_range', 'pc', 'full-range.mp4'],
        ],
      },
    ],
    facts: { streams: [{ pix_fmt: 'yuvj420p', color_range: 'pc' }] },
  },
  rgb: {
    file: 'rgb.mkv',
    what: 'H.264 of RGB, as screens are recorded',
    steps: [
      { ffmpeg: [...picture('320x240', 25, 1), '-c:v', 'libx264rgb', '-preset', 'ultrafast', 'rgb.mkv'] },
    ],
    facts: { streams: [{ codec_name: 'h264', pix_fmt: 'gbrp', color_space: 'gbr' }] },
  },
} as const satisfies Record<string, Trait>;
