import assert from 'node:assert/strict';
import { firstFrame } from '../../../media/inspect.ts';
import { bars, coloursAt, farthest, lumaOfBars } from '../support/look.ts';
import { quick } from '../support/row.ts';
import type { Made, Row } from '../support/row.ts';

const bt709 = {
  color_range: 'tv',
  color_space: 'bt709',
  color_transfer: 'bt709',
  color_primaries: 'bt709',
};
const pq = {
  color_range: 'tv',
  color_space: 'bt2020nc',
  color_transfer: 'smpte2084',
  color_primaries: 'bt2020',
};
/** As colourTraits.ts writes it. */
const display = {
  side_data_type: 'Mastering display metadata',
  red_x: /^(?:34000\/50000|17\/25)$/u,
  max_luminance: /^(?:10000000\/10000|1000\/1)$/u,
};
const light = { side_data_type: 'Content light level metadata', max_content: 1000, max_average: 400 };
const tenBit = { codec_name: 'hevc', profile: 'Main 10', pix_fmt: 'yuv420p10le' };

export const colourRows: readonly Row[] = [
  {
    title: 'hevc-archive keeps HDR10: tags, mastering display and light level',
    from: 'hdr10',
    preset: quick('hevc-archive'),
    needs: ['libx265'],
    result: { streams: [{ ...tenBit, ...pq }], frame: { side_data_list: [display, light] } },
    proof: sameColours,
  },
  {
    title: 'hevc-archive keeps HDR10 that only the frames tell of',
    from: 'hdr10-in-stream',
    preset: quick('hevc-archive'),
    needs: ['libx265'],
    result: { streams: [{ ...tenBit, ...pq }], frame: { side_data_list: [display, light] } },
  },
  {
    title: 'av1-archive keeps HDR10 in AV1',
    from: 'hdr10-mkv',
    preset: quick('av1-archive', { encoders: ['libsvtav1'] }),
    needs: ['libsvtav1'],
    result: { streams: [{ codec_name: 'av1', pix_fmt: 'yuv420p10le', ...pq }] },
    proof: sameColours,
  },
  {
    title: 'web makes HDR fit for ordinary screens: 10, 50 and 100 cd/m² are where SDR has them',
    from: 'pq-steps',
    preset: quick('web', { crf: 10 }),
    needs: ['tonemap'],
    says: [/source is HDR, the result is not/u],
    result: {
      streams: [{ codec_name: 'h264', pix_fmt: 'yuv420p', ...bt709 }],
    },
    proof: async ({ result }) => {
      assert.doesNotMatch(JSON.stringify(await firstFrame(result)), /Mastering|Content light/u);
      const [black, ten, fifty, hundred, thousand] = await lumaOfBars(result, 5);
      const all = String([black, ten, fifty, hundred, thousand]);
      assert.ok(black! <= 2, all);
      // A tenth of SDR’s white, by BT.709’s curve.
      assert.ok(Math.abs(ten! - 74) <= 3, all);
      assert.ok(ten! < fifty! && fifty! < hundred! && hundred! < thousand!, all);
      assert.ok(thousand! >= 247, all);
    },
  },
  {
    title: 'HDR10 that stays HDR in 8 bits: what is lost is said',
    from: 'hdr10',
    preset: quick('web', { dynamicRange: 'keep' }),
    says: [/8-bit: expect banding/u, /mastering display, content light\) may be lost/u],
    result: { streams: [{ codec_name: 'h264', ...pq }] },
    proof: sameColours,
  },
  {
    title: 'hevc-archive keeps hybrid log-gamma',
    from: 'hlg',
    preset: quick('hevc-archive'),
    needs: ['libx265'],
    result: { streams: [{ ...tenBit, ...pq, color_transfer: 'arib-std-b67' }] },
    proof: sameColours,
  },
  {
    title: 'web makes SDR of hybrid log-gamma',
    from: 'hlg',
    preset: quick('web'),
    needs: ['tonemap'],
    says: [/source is HDR, the result is not/u],
    result: { streams: [{ codec_name: 'h264', ...bt709 }] },
  },
  {
    title: 'poster makes SDR of HDR: a JPEG could not say otherwise',
    from: 'hdr10',
    preset: { extends: 'poster' },
    needs: ['tonemap'],
    says: [/source is HDR, the result is not/u],
    result: { streams: [{ codec_name: 'mjpeg', pix_fmt: 'yuvj420p', width: 320, height: 240 }] },
  },
  {
    title: 'HDR10+ loses what changes from scene to scene, and keeps the rest',
    from: 'hdr10-plus',
    preset: quick('hevc-archive'),
    needs: ['libx265'],
    says: [/HDR10\+ data.* left out/u],
    result: { streams: [{ ...tenBit, ...pq }], frame: { side_data_list: [display] } },
  },
  {
    title: 'Dolby Vision over HDR10: the layer is left out and said, HDR10 stays',
    from: 'dolby-vision-8',
    preset: quick('hevc-archive'),
    needs: ['libx265'],
    says: [/Dolby Vision \(profile 8\) is left out/u],
    result: { streams: [{ ...tenBit, ...pq }], frame: { side_data_list: [display] } },
  },
  {
    title: 'Dolby Vision without a picture below: a warning',
    from: 'dolby-vision-5',
    preset: quick('hevc-archive'),
    needs: ['libx265'],
    level: 'warn',
    says: [/profile 5, whose colours are wrong/u],
  },
  {
    title: 'SD that becomes HD becomes BT.709, numbers and tags',
    from: 'pal-sd',
    preset: quick('web', { height: 720, enlarge: true, crf: 12 }),
    result: {
      streams: [{ ...bt709, width: 960, height: 720, sample_aspect_ratio: '1:1' }, { codec_name: 'aac' }],
    },
    proof: ({ result }) => hasBars(result, ebuToBt709),
  },
  {
    title: 'SD that stays SD keeps BT.601 of 625 lines',
    from: 'pal-sd',
    preset: quick('web', { crf: 12 }),
    result: {
      streams: [
        {
          color_space: 'bt470bg',
          color_primaries: 'bt470bg',
          color_transfer: 'smpte170m',
          sample_aspect_ratio: '16:15',
        },
        { codec_name: 'aac' },
      ],
    },
    proof: sameColours,
  },
  {
    title: 'NTSC keeps BT.601 of 525 lines when it is made smaller',
    from: 'ntsc-sd',
    preset: quick('web', { maxHeight: 240, crf: 12 }),
    result: {
      streams: [
        { height: 240, color_space: 'smpte170m', color_primaries: 'smpte170m', r_frame_rate: '30000/1001' },
      ],
    },
    proof: sameColours,
  },
  {
    title: 'NTSC that says nothing and becomes HD becomes BT.709 too',
    from: 'ntsc-untagged',
    preset: quick('web', { height: 720, enlarge: true, crf: 12 }),
    result: { streams: [{ ...bt709, height: 720 }, { codec_name: 'aac' }] },
    proof: ({ result }) => hasBars(result, smpteToBt709),
  },
  {
    title: 'the full range of a camera becomes the limited one that players expect',
    from: 'full-range',
    preset: quick('web', { crf: 12 }),
    // Who says nothing means the limited range.
    result: { streams: [{ pix_fmt: 'yuv420p', color_range: /^(?:tv|undefined)$/u }] },
    proof: sameColours,
  },
  {
    title: 'a recorded screen of RGB becomes BT.709',
    from: 'rgb',
    preset: quick('web', { crf: 12 }),
    result: { streams: [{ codec_name: 'h264', pix_fmt: 'yuv420p', ...bt709 }] },
    proof: sameColours,
  },
  {
    title: 'a still as PNG has the film’s colours',
    from: 'pal-sd',
    preset: { container: 'png', still: { at: 0 } },
    result: { streams: [{ codec_name: 'png', pix_fmt: 'rgb24' }] },
    proof: sameColours,
  },
  {
    title: 'a still as JPEG has the film’s colours, which it cannot name',
    from: 'rgb',
    preset: { container: 'jpg', still: { at: 0, quality: 95 } },
    result: { streams: [{ codec_name: 'mjpeg' }] },
    proof: sameColours,
  },
];

/** As both are seen by their own tags. Chroma is coarse and encoders lose a little: 8 of 255. */
async function sameColours({ result, source }: Made): Promise<void> {
  const [made, wanted] = await Promise.all([coloursAt(result, bars), coloursAt(source, bars)]);
  const far = farthest(made, wanted);
  assert.ok(far <= 8, `a colour is off by ${far}: ${JSON.stringify(made)} for ${JSON.stringify(wanted)}`);
}

type Matrix = readonly (readonly [number, number, number])[];

/** Between linear lights, from SMPTE RP 177 and the primaries of the standards: C of 525 lines, EBU of 625. */
const smpteToBt709: Matrix = [
  [0.9395, 0.0502, 0.0103],
  [0.0178, 0.9658, 0.0164],
  [-0.0016, -0.0044, 1.006],
];
const ebuToBt709: Matrix = [
  [1.044, -0.044, 0],
  [0, 1, 0],
  [0, 0.0118, 0.9882],
];

/** The source's bars are full red, green, … of its own primaries; what BT.709 has for the same lights. */
async function hasBars(result: string, matrix: Matrix): Promise<void> {
  const lights = [[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 1]]; // prettier-ignore
  const wanted = lights.map((light) =>
    matrix.map((row) => 255 * curve(row.reduce((sum, part, at) => sum + part * light[at]!, 0))),
  );
  const made = await coloursAt(result, bars);
  const far = farthest(made, wanted);
  assert.ok(far <= 8, `a colour is off by ${far}: ${JSON.stringify(made)} for ${JSON.stringify(wanted)}`);
}

/** BT.709's, of light between black and white. */
function curve(light: number): number {
  const inside = Math.min(1, Math.max(0, light));
  return inside < 0.018 ? 4.5 * inside : 1.099 * inside ** 0.45 - 0.099;
}
