import assert from 'node:assert/strict';
import { combed, crop } from '../../../media/inspect.ts';
import { coloursAt, likeness } from '../support/look.ts';
import { quick } from '../support/row.ts';
import type { Row } from '../support/row.ts';

const aac = { codec_name: 'aac' };
const plain8 = { codec_name: 'h264', pix_fmt: 'yuv420p' };

export const pictureRows: readonly Row[] = [
  {
    title: 'web makes 8-bit H.264 of 10-bit HEVC, which plays everywhere',
    from: 'ten-bit',
    preset: quick('web'),
    result: { streams: [{ ...plain8, profile: 'High', width: 320, height: 240, nb_frames: '25' }, aac] },
    proof: ({ result, source }) => alike(result, source, 0.95),
  },
  {
    title: 'hevc-archive keeps 10 bits, and the sound as it is',
    from: 'ten-bit',
    preset: quick('hevc-archive'),
    needs: ['libx265'],
    result: { streams: [{ codec_name: 'hevc', profile: 'Main 10', pix_fmt: 'yuv420p10le' }, aac] },
    proof: ({ result, source }) => alike(result, source, 0.95),
  },
  {
    title: 'web makes 4:2:0 of an editor’s 10-bit 4:2:2',
    from: 'prores',
    preset: quick('web'),
    result: { streams: [plain8, { ...aac, channels: 1 }] },
    proof: ({ result, source }) => alike(result, source, 0.95),
  },
  {
    title: 'prores-proxy keeps 10-bit 4:2:2 beside PCM',
    from: 'prores',
    preset: { extends: 'prores-proxy' },
    result: {
      streams: [
        { codec_name: 'prores', profile: 'Proxy', pix_fmt: 'yuv422p10le', codec_tag_string: 'apco' },
        { codec_name: 'pcm_s16le', sample_rate: '48000' },
      ],
    },
    proof: ({ result, source }) => alike(result, source, 0.95),
  },
  {
    title: 'dnxhr-proxy makes DNxHR LB of ProRes',
    from: 'prores',
    preset: { extends: 'dnxhr-proxy' },
    result: {
      streams: [
        { codec_name: 'dnxhd', profile: 'DNXHR LB', pix_fmt: 'yuv422p' },
        { codec_name: 'pcm_s16le' },
      ],
    },
    proof: ({ result, source }) => alike(result, source, 0.9),
  },
  {
    title: 'web makes odd sides of 4:4:4 even, and keeps the aspect',
    from: 'odd-444',
    preset: quick('web'),
    result: { streams: [{ ...plain8, width: 320, height: 180, sample_aspect_ratio: '3:4' }] },
    proof: ({ result, source }) => alike(result, source, 0.9, 'scale=320:180'),
  },
  {
    title: 'a pixel format without shared colour keeps odd sides',
    from: 'odd-444',
    preset: { ...quick('web', { pixelFormat: 'yuv444p' }), container: 'mkv' },
    result: { streams: [{ codec_name: 'h264', pix_fmt: 'yuv444p', width: 321, height: 181 }] },
  },
  {
    title: 'crop auto finds the black bars and cuts them off',
    from: 'letterboxed',
    preset: quick('web', { crop: 'auto' }),
    says: [/^Black bars that were found at 8 places of the film are cut off/],
    result: { streams: [{ ...plain8, width: 320, height: 180 }] },
    proof: async ({ result, source }) => {
      assert.equal(await crop(result), '320:180:0:0');
      await alike(result, source, 0.95, 'crop=320:180:0:30');
    },
  },
  {
    title: 'crop auto leaves a picture without bars alone',
    from: 'plain',
    preset: quick('web', { crop: 'auto' }),
    result: { streams: [{ ...plain8, width: 320, height: 240 }, aac] },
  },
  {
    title: 'web keeps pixels that are not square',
    from: 'anamorphic',
    preset: quick('web'),
    result: {
      streams: [{ width: 352, height: 288, sample_aspect_ratio: '16:11', display_aspect_ratio: '16:9' }],
    },
  },
  {
    title: 'a limit below the height scales wide pixels by their own aspect',
    from: 'anamorphic',
    preset: quick('web', { maxHeight: 144 }),
    result: { streams: [{ width: 176, height: 144, sample_aspect_ratio: '16:11' }] },
  },
  {
    title: 'squarePixels makes 1024 × 576 of 720 × 576 at 64:45',
    from: 'anamorphic-wide',
    preset: quick('web', { squarePixels: true }),
    result: { streams: [{ width: 1024, height: 576, sample_aspect_ratio: '1:1' }] },
    proof: ({ result, source }) => alike(result, source, 0.95, 'scale=1024:576'),
  },
  {
    title: 'web turns the picture of an upright telephone, and no mark stays',
    from: 'rotated-90',
    preset: quick('web'),
    result: { streams: [{ width: 240, height: 320, side_data_list: undefined }, aac] },
    proof: async ({ result, trait }) => alike(result, await trait('plain'), 0.95, 'transpose=clock'),
  },
  {
    title: 'web puts a picture upside down the right way round',
    from: 'rotated-180',
    preset: quick('web'),
    result: { streams: [{ width: 320, height: 240, side_data_list: undefined }, aac] },
    proof: async ({ result, trait }) => alike(result, await trait('plain'), 0.95, 'hflip,vflip'),
  },
  {
    title: 'a limit of height counts as the turned picture is seen',
    from: 'rotated-270',
    preset: quick('web', { maxHeight: 160 }),
    result: { streams: [{ width: 120, height: 160, side_data_list: undefined }, aac] },
    proof: async ({ result, trait }) =>
      alike(result, await trait('plain'), 0.9, 'transpose=cclock,scale=120:160'),
  },
  {
    title: 'remux keeps the mark that turns the picture',
    from: 'rotated-90',
    preset: { extends: 'remux' },
    result: { streams: [{ width: 320, height: 240, side_data_list: [{ rotation: -90 }] }, aac] },
  },
  {
    title: 'rotate and flip turn beyond what the source says',
    from: 'rotated-90',
    preset: quick('web', { rotate: 90, flip: 'horizontal' }),
    result: { streams: [{ width: 320, height: 240 }, aac] },
    proof: async ({ result, trait }) => alike(result, await trait('plain'), 0.95, 'hflip,vflip,hflip'),
  },
  {
    title: 'web makes whole frames of fields, top first',
    from: 'interlaced-tff',
    preset: quick('web'),
    result: {
      streams: [{ field_order: 'progressive', r_frame_rate: '25/1', nb_frames: '25' }],
      frame: { interlaced_frame: 0 },
    },
    proof: async ({ result }) => assert.equal(await combed(result), 'none'),
  },
  {
    title: 'web makes whole frames of a DV tape’s fields, bottom first',
    from: 'interlaced-bff',
    preset: quick('web'),
    result: {
      streams: [
        { field_order: 'progressive', width: 720, height: 576, sample_aspect_ratio: '16:15' },
        // The tape’s own time code.
        { codec_tag_string: 'tmcd' },
      ],
      frame: { interlaced_frame: 0 },
    },
    says: [/When each scene was recorded, which DV keeps/u],
    proof: async ({ result }) => assert.equal(await combed(result), 'none'),
  },
  {
    title: 'web makes whole frames of a broadcast’s fields, and AAC of its MP2',
    from: 'interlaced-mpeg2',
    preset: quick('web'),
    result: { streams: [{ ...plain8, field_order: 'progressive', r_frame_rate: '25/1' }, aac] },
    proof: async ({ result }) => assert.equal(await combed(result), 'none'),
  },
  {
    title: 'deinterlace never leaves the combs, and says so',
    from: 'interlaced-mpeg2',
    preset: quick('web', { deinterlace: 'never' }),
    says: [/moving edges will show combs/u],
    result: { streams: [plain8, aac] },
    proof: async ({ result }) => assert.notEqual(await combed(result), 'none'),
  },
  {
    title: 'detelecine brings film at 29.97 back to 23.976, without combs',
    from: 'telecined',
    preset: quick('web', { deinterlace: 'detelecine' }),
    result: { streams: [{ r_frame_rate: '24000/1001', avg_frame_rate: '24000/1001' }] },
    proof: async ({ result }) => assert.equal(await combed(result), 'none'),
  },
  {
    title: 'detelecine of 25 fps does nothing, and says so',
    from: 'no-sound',
    preset: quick('web', { deinterlace: 'detelecine' }),
    says: [/Detelecine is for film at 29\.97 .* has 25/u],
    result: { streams: [{ r_frame_rate: '25/1', nb_frames: '25' }] },
  },
  {
    title: 'web leaves transparency out: it becomes black, and that is said',
    from: 'alpha-prores',
    preset: quick('web'),
    says: [/transparen.* becomes black/u],
    result: { streams: [plain8] },
    proof: halfIsBlack,
  },
  {
    title: 'web leaves the transparency of RGB out in the same way',
    from: 'alpha-qtrle',
    preset: quick('web'),
    says: [/transparen.* becomes black/u],
    result: { streams: [plain8] },
    proof: halfIsBlack,
  },
  {
    title: 'ProRes 4444 keeps transparency',
    from: 'alpha-prores',
    preset: {
      container: 'mov',
      video: { encoders: ['prores_ks'], profile: '4444', pixelFormat: 'yuva444p10le' },
    },
    result: { streams: [{ codec_name: 'prores', codec_tag_string: 'ap4h', pix_fmt: /^yuva444p1[02]le$/u }] },
    proof: async ({ result, source }) => {
      const alpha = 'format=yuva444p10le,alphaextract,format=gray';
      assert.ok((await likeness(result, source, { filters: alpha, through: alpha, frames: 3 })) > 0.99);
    },
  },
  {
    title: 'web scales 2160 lines down to 1080',
    from: 'uhd',
    preset: quick('web'),
    result: { streams: [{ ...plain8, width: 1920, height: 1080, nb_frames: '5' }] },
  },
  {
    title: 'web never enlarges; an exact size that is not reached is said',
    from: 'no-sound',
    preset: quick('web', { height: 480 }),
    says: [/smaller than the preset’s 480 and stays so: 320 × 240/u],
    result: { streams: [{ width: 320, height: 240 }] },
  },
  {
    title: 'fit pad puts a 4:3 picture between bars',
    from: 'no-sound',
    preset: quick('web', { width: 320, height: 180, fit: 'pad' }),
    result: { streams: [{ width: 320, height: 180, sample_aspect_ratio: '1:1' }] },
    proof: async ({ result, source }) => {
      const [bar, picture] = await coloursAt(result, [
        { x: 0.03, y: 0.5 },
        { x: 0.5, y: 0.5 },
      ]);
      assert.ok(Math.max(...bar!) < 10, `the bar is ${String(bar)}`);
      assert.ok(Math.max(...picture!) > 10);
      await alike(result, source, 0.9, 'scale=240:180:flags=lanczos,pad=320:180:40:0');
    },
  },
  {
    title: 'fit fill cuts off what a 16:9 frame has no room for',
    from: 'no-sound',
    preset: quick('web', { width: 320, height: 180, fit: 'fill' }),
    says: [/cut at its edges/u],
    result: { streams: [{ width: 320, height: 180 }] },
    proof: ({ result, source }) => alike(result, source, 0.9, 'crop=320:180:0:30'),
  },
  {
    title: 'web goes on at the first size where a broadcast changes it half-way',
    from: 'size-changes',
    preset: quick('web'),
    level: 'warn',
    says: [/source is damaged: .* places/u],
    result: { streams: [{ width: 320, height: 240 }] },
  },
  {
    title: 'web makes a film of a moving GIF',
    from: 'gif',
    preset: quick('web'),
    says: [/transparen.* becomes black/u],
    result: { streams: [{ ...plain8, width: 160, height: 120 }] },
  },
  {
    title: 'a watermark stands in its corner, and nowhere else',
    from: 'no-sound',
    preset: quick('web', { watermark: { file: 'logo.png', position: 'top-left', width: 20 } }),
    beside: { 'logo.png': ['-f', 'lavfi', '-i', 'color=red:size=64x64', '-frames:v', '1'] },
    result: { streams: [{ ...plain8, width: 320, height: 240 }] },
    proof: async ({ result, source }) => {
      const [mark] = await coloursAt(result, [{ x: 0.05, y: 0.06, width: 0.1, height: 0.1 }]);
      assert.ok(mark![0]! > 240 && mark![1]! < 15 && mark![2]! < 15, `the mark is ${String(mark)}`);
      await alike(result, source, 0.95, 'crop=160:120:160:120', 'crop=160:120:160:120');
    },
  },
  {
    title: 'a watermark of half opacity lets the picture through',
    from: 'letterboxed',
    preset: quick('web', {
      watermark: { file: 'logo.png', position: 'top-right', width: 8, opacity: 0.5 },
    }),
    beside: { 'logo.png': ['-f', 'lavfi', '-i', 'color=white:size=64x64', '-frames:v', '1'] },
    proof: async ({ result }) => {
      const [mark] = await coloursAt(result, [{ x: 0.94, y: 0.05, width: 0.03, height: 0.03 }]);
      for (const value of mark!) assert.ok(Math.abs(value - 127) < 6, `the mark is ${String(mark)}`);
    },
  },
  {
    title: 'a colour table is applied: this one swaps red and blue',
    from: 'no-sound',
    preset: quick('web', { lut: 'swap.cube' }),
    beside: { 'swap.cube': cubeThatSwapsRedAndBlue() },
    result: { streams: [plain8] },
    proof: ({ result, source }) =>
      alike(result, source, 0.93, 'format=gbrp,colorchannelmixer=0:0:1:0:0:1:0:0:1:0:0'),
  },
  {
    title: 'saturation 0 leaves grey',
    from: 'no-sound',
    preset: quick('web', { saturation: 0, contrast: 1 }),
    proof: async ({ result }) => {
      const seen = await coloursAt(result, [
        { x: 0.2, y: 0.2 },
        { x: 0.6, y: 0.5 },
      ]);
      for (const [r, g, b] of seen) assert.ok(Math.abs(r! - g!) < 4 && Math.abs(g! - b!) < 4);
    },
  },
];

async function alike(
  result: string,
  source: string,
  least: number,
  filters?: string,
  through?: string,
): Promise<void> {
  const score = await likeness(result, source, { filters, through });
  assert.ok(score > least, `the picture is like its source by ${score} only`);
}

async function halfIsBlack({ result }: { result: string }): Promise<void> {
  const [left, right] = await coloursAt(result, [
    { x: 0.02, y: 0.02, width: 0.45, height: 0.96 },
    { x: 0.53, y: 0.02, width: 0.45, height: 0.96 },
  ]);
  assert.ok(Math.max(...left!) < 6, `what is transparent is ${String(left)}`);
  assert.ok(Math.max(...right!) > 60, `what is not is ${String(right)}`);
}

/** https://kono.phpage.fr/images/a/a1/Adobe-cube-lut-specification-1.0.pdf: red changes fastest. */
function cubeThatSwapsRedAndBlue(): string {
  const lines: string[] = ['LUT_3D_SIZE 2'];
  for (const blue of [0, 1])
    for (const green of [0, 1]) for (const red of [0, 1]) lines.push(`${blue} ${green} ${red}`);
  return `${lines.join('\n')}\n`;
}
