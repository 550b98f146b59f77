import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { inspect } from '../../../media/inspect.ts';
import { about } from '../../../media/match.ts';
import { bars, beginsAtFrame, coloursAt, decodes, farthest, likeness } from '../support/look.ts';
import { quick } from '../support/row.ts';
import type { Row } from '../support/row.ts';

const ladder = {
  rungs: [
    { height: 240, bitrate: '400k' },
    { height: 120, bitrate: '150k' },
    { height: 1080, bitrate: '5M' },
  ],
  segmentSeconds: 1,
};
const aac = { codec_name: 'aac' };

export const outputRows: readonly Row[] = [
  {
    title: 'gif makes an animation that plays for ever, at 12 or so frames a second',
    from: 'no-sound',
    preset: { extends: 'gif', video: { maxWidth: 160 } },
    result: {
      format: { format_name: 'gif', duration: about(1, 0.1) },
      streams: [{ codec_name: 'gif', width: 160, height: 120 }],
    },
    proof: async ({ result, source }) => {
      assert.ok(readFileSync(result).includes('NETSCAPE2.0'), 'it does not say that it goes on for ever');
      assert.ok((await likeness(result, source, { filters: 'scale=160:120', frames: 1 })) > 0.8);
    },
  },
  {
    title: 'poster takes a typical frame near the beginning',
    from: 'plain',
    preset: { extends: 'poster' },
    result: { streams: [{ codec_name: 'mjpeg', pix_fmt: 'yuvj420p', width: 320, height: 240 }] },
  },
  {
    title: 'a still takes the frame at the named time',
    from: 'plain',
    preset: { container: 'png', still: { at: 1.2 } },
    result: { streams: [{ codec_name: 'png' }] },
    proof: ({ result, source }) => beginsAtFrame(result, source, 30, { frames: 1 }),
  },
  {
    title: 'a still at the very end is the last frame',
    from: 'plain',
    preset: { container: 'png', still: { at: '100%' } },
    proof: async ({ result, source }) =>
      assert.ok((await likeness(result, source, { filters: 'trim=start_frame=49', frames: 1 })) > 0.99),
  },
  {
    title: 'a still of a transport stream is the frame at its time, not at the next key frame',
    from: 'late-start',
    preset: { container: 'png', still: { at: 1.2 } },
    proof: ({ result, source }) => beginsAtFrame(result, source, 30, { frames: 1 }),
  },
  {
    title: 'a still of a turned picture is upright',
    from: 'rotated-90',
    preset: { container: 'png', still: { at: 0 } },
    result: { streams: [{ width: 240, height: 320 }] },
    proof: async ({ result, trait }) =>
      assert.ok(
        (await likeness(result, await trait('plain'), { filters: 'transpose=clock', frames: 1 })) > 0.98,
      ),
  },
  {
    title: 'a still of wide pixels has square ones',
    from: 'anamorphic-wide',
    preset: { container: 'jpg', video: { squarePixels: true } },
    result: { streams: [{ width: 1024, height: 576 }] },
  },
  {
    title: 'webp makes a still of the film’s colours',
    from: 'plain',
    preset: { extends: 'webp', still: { at: 0 } },
    needs: ['libwebp'],
    result: { streams: [{ codec_name: 'webp', width: 320, height: 240 }] },
    proof: async ({ result, source }) => {
      const far = farthest(await coloursAt(result, bars), await coloursAt(source, bars));
      assert.ok(far <= 12, `a colour is off by ${far}`);
    },
  },
  {
    title: 'avif makes a still of 10 bits',
    from: 'plain',
    preset: { extends: 'avif', still: { at: 0 }, video: { speed: 'fastest' } },
    needs: ['libaom-av1', 'libsvtav1', 'avif'],
    result: { streams: [{ codec_name: 'av1', pix_fmt: 'yuv420p10le', width: 320, height: 240 }] },
    proof: async ({ result, source }) => assert.ok((await likeness(result, source, { frames: 1 })) > 0.9),
  },
  {
    title: 'contact-sheet shows frames from all over the film, in order',
    from: 'plain',
    preset: { extends: 'contact-sheet', contactSheet: { columns: 2, rows: 2, tileWidth: 160 } },
    result: { streams: [{ codec_name: 'mjpeg', width: 2 * 164 + 4, height: 2 * 124 + 4 }] },
    proof: async ({ result, source }) => {
      for (const [tile, frame] of [6, 18, 31, 43].entries()) {
        const through = `crop=160:120:${4 + (tile % 2) * 164}:${4 + Math.floor(tile / 2) * 124}`;
        const filters = `trim=start_frame=${frame},scale=160:120`;
        const score = await likeness(result, source, { through, filters, frames: 1 });
        assert.ok(score > 0.9, `tile ${tile + 1} is like its frame by ${score}`);
      }
    },
  },
  {
    title: 'hls makes a folder that plays: two sizes, the sound beside them, pieces of a second',
    from: 'plain',
    preset: { extends: 'hls', video: { speed: 'fastest' }, ladder },
    proof: async ({ result, plan }) => {
      const master = path.join(result, 'master.m3u8');
      assert.equal(plan.expected.rungs, 2);
      const text = readFileSync(master, 'utf8');
      assert.match(text, /RESOLUTION=320x240/u);
      assert.match(text, /RESOLUTION=160x120/u);
      assert.match(text, /EXT-X-MEDIA:TYPE=AUDIO/u);
      for (const rung of ['240p', '120p']) {
        const list = readFileSync(path.join(result, `${rung}.m3u8`), 'utf8');
        assert.match(list, /#EXT-X-ENDLIST/u);
        assert.deepEqual(list.match(/(?<=#EXTINF:)[\d.]+/gu)?.map(Number), [1, 1]);
      }
      assert.equal(await decodes(master), '');
      const { streams } = await inspect(master);
      const kinds = streams.map(({ codec_name }) => codec_name).sort();
      assert.deepEqual([...new Set(kinds)], ['aac', 'h264']);
    },
  },
  {
    title: 'hls of HEVC has pieces of fragmented MP4',
    from: 'no-sound',
    preset: { extends: 'hls', video: { encoders: ['libx265'], speed: 'fastest' }, ladder },
    needs: ['libx265'],
    proof: async ({ result }) => {
      assert.ok(readdirSync(result).some((name) => name.endsWith('.m4s')));
      assert.equal(await decodes(path.join(result, 'master.m3u8'), ['-allowed_extensions', 'ALL']), '');
    },
  },
  {
    title: 'dash makes a folder that plays',
    from: 'plain',
    preset: { extends: 'hls', container: 'dash', video: { speed: 'fastest' }, ladder },
    proof: async ({ result }) => {
      const manifest = path.join(result, 'manifest.mpd');
      const text = readFileSync(manifest, 'utf8');
      assert.match(text, /type="static"/u);
      assert.equal(text.match(/<Representation /gu)?.length, 3);
      assert.equal(await decodes(manifest), '');
    },
  },
  {
    title: 'two passes meet a size to 3 %',
    from: 'grainy',
    preset: quick('under-25mb', { targetSize: '400kB', speed: 'fast' }),
    result: { streams: [{ codec_name: 'h264' }, aac] },
    proof: ({ result }) => {
      const { size } = statSync(result);
      assert.ok(Math.abs(size / 400_000 - 1) < 0.03, `it has ${size} bytes`);
    },
  },
  {
    title: 'a size that leaves no room for a picture is refused at its field',
    from: 'grainy',
    preset: quick('under-25mb', { targetSize: '40kB' }),
    refused: { says: /too little is left for a picture/u, at: 'video.targetSize' },
  },
  {
    title: 'a likeness that is asked for is reached, by no more than needed',
    from: 'no-sound',
    preset: quick('web', { targetQuality: { metric: 'ssim', score: 0.97 } }),
    says: [/crf [\d.]+ was chosen for SSIM 0\.97/u],
    result: { streams: [{ codec_name: 'h264' }] },
    proof: async ({ result, source }) => {
      const score = await likeness(result, source, { frames: 25 });
      assert.ok(score >= 0.965 && score < 0.985, `it is like its source by ${score}`);
    },
  },
  {
    title: 'unlike sources are joined into one: size, rate and sound of the first',
    from: ['plain', 'no-sound', 'pal-sd', 'fast'],
    preset: quick('web'),
    result: {
      format: { duration: about(5, 0.1) },
      streams: [
        { codec_name: 'h264', width: 320, height: 240, r_frame_rate: '25/1', nb_frames: about(125, 1) },
        { ...aac, duration: about(5, 0.1), channels: 2 },
      ],
    },
    proof: async ({ result, sources }) => {
      const at = async (source: string, frame: number, filters = 'null') => {
        const through = `trim=start_frame=${frame}`;
        const score = await likeness(result, source, { through, filters, frames: 5 });
        assert.ok(score > 0.9, `from frame ${frame} on it is like its source by ${score}`);
      };
      await at(sources[0]!, 0);
      await at(sources[1]!, 50);
      await at(sources[2]!, 75, 'scale=320:240');
    },
  },
  {
    title: 'sources that agree are joined by copying',
    from: ['plain', 'plain'],
    preset: { extends: 'remux' },
    result: {
      format: { duration: about(4, 0.1) },
      streams: [
        { codec_name: 'h264', nb_frames: '100' },
        { ...aac, duration: about(4, 0.1) },
      ],
    },
    proof: async ({ result }) => assert.equal(await decodes(result), ''),
  },
  {
    title: 'sources that do not agree cannot be copied together',
    from: ['plain', 'pal-sd'],
    preset: { extends: 'remux' },
    refused: { says: /size of the picture|number of tracks|profile/u, at: 'video.copy' },
  },
  {
    title: 'sound files are joined into one',
    from: ['studio', 'telephone'],
    preset: { extends: 'audio' },
    result: { format: { duration: about(3, 0.1) }, streams: [{ codec_name: 'aac', channels: 2 }] },
  },
  {
    title: 'further arguments reach the encoder',
    from: 'no-sound',
    preset: { ...quick('web'), extraArguments: ['-x264-params', 'keyint=5:min-keyint=5:scenecut=0'] },
    proof: ({ result }) => assert.ok(readFileSync(result).includes('keyint=5 ')),
  },
];
