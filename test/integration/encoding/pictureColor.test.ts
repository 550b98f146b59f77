import assert from 'node:assert/strict';
import type { TraitName } from '../../media/traits.ts';
import { onEachFfmpeg } from './eachFfmpeg.ts';
import { frameAt } from './pictureRun.ts';
import type { Wish } from './pictureRun.ts';

const x264 = { codec: 'h264', encode: ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '4'] } as const;
const x265: Wish = {
  ...({ codec: 'hevc', pixelFormat: 'yuv420p10le' } as const),
  encode: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none'],
};
const still = (
  codec: 'png' | 'mjpeg' | 'webp',
  encoderPixelFormat: string,
  encode: readonly string[],
): Wish => ({
  ...{ kind: 'still', codec, encoderPixelFormat, encode },
  extension: codec === 'mjpeg' ? 'jpg' : codec,
});
const png = still('png', 'rgb24', ['-c:v', 'png']);
const jpeg = still('mjpeg', 'yuvj420p', ['-c:v', 'mjpeg', '-q:v', '2']);
const webp = still('webp', 'yuv420p', ['-c:v', 'libwebp', '-quality', '95']);

/** Large fields of colour: what is wrong is wrong everywhere, and sampling blurs little. */
const fields = 'smptehdbars=size=320x180:rate=25:duration=0.2';

onEachFfmpeg('the colours of a picture', (bench) => {
  const tags = (name: TraitName, wish: Wish) =>
    bench()
      .source(name)
      .then((file) => bench().run.render(file, wish).stream)
      .then(({ colorRange, colorSpace, colorPrimaries, colorTransfer }) => [
        ...[colorRange, colorSpace, colorPrimaries, colorTransfer],
      ]);

  describe('by their tags', () => {
    it('stay what the source says, in MP4 and Matroska', async () => {
      for (const extension of ['mp4', 'mkv']) {
        assert.deepEqual(await tags('pal-sd', { ...x264, extension }), [
          'tv',
          'bt470bg',
          'bt470bg',
          'smpte170m',
        ]);
        const hdr = ['tv', 'bt2020nc', 'bt2020', 'smpte2084'];
        assert.deepEqual(await tags('hdr10', { ...x265, extension }), hdr);
        assert.deepEqual(await tags('hlg', { ...x265, extension }), [...hdr.slice(0, 3), 'arib-std-b67']);
      }
    });

    it('are not invented', async () => {
      const [, ...unsaid] = await tags('ntsc-untagged', x264);
      assert.deepEqual(unsaid, [undefined, undefined, undefined]);
    });

    it('do not claim what is left out: Dolby Vision, HDR10 of what is SDR', async () => {
      const { run, source } = bench();
      const dolby = await source('dolby-vision-8');
      const sdr = { video: { dynamicRange: 'sdr' } } as const;
      for (const extension of ['mp4', 'mkv']) {
        assert.equal(run.render(dolby, { ...x265, extension }).stream.dolbyVisionProfile, undefined);
        const { stream } = run.render(await source('hdr10-mkv'), { ...x264, ...sdr, extension });
        assert.deepEqual([stream.masteringDisplay, stream.contentLight], [undefined, undefined]);
      }
    });
  });

  describe('by their numbers', () => {
    /** How far a result is from what its source was made of, per component, as a player shows both. */
    const error = (result: string, reference: string) =>
      frameAt(result, 0, 'rgb24').distance(frameAt(reference, 0, 'rgb24'));
    const made = (name: string, filters: string, extra: readonly string[] = []) =>
      bench().run.make(name, ['-f', 'lavfi', '-i', fields, '-vf', filters, '-c:v', 'ffv1', ...extra]);
    const reference = () => made('reference.mkv', 'format=gbrp');
    const hd = [
      '-color_primaries',
      'bt709',
      '-color_trc',
      'bt709',
      '-colorspace',
      'bt709',
      '-color_range',
      'tv',
    ];
    const said709 = 'setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709';
    const of709 = () =>
      made(
        'of709.mkv',
        `format=gbrp,scale=out_color_matrix=bt709:out_range=tv,format=yuv444p,${said709}`,
        hd,
      );

    it('are those of RGB once that is YUV', () => {
      const file = reference();
      assert.ok(error(bench().run.render(file, { ...x264, pixelFormat: 'yuv444p' }).file, file) < 1.5);
    });

    it('are right in a still, whose kind has a matrix of its own: PNG, JPEG, WebP', () => {
      for (const [wish, most] of [
        [png, 1.5],
        [jpeg, 4],
        [webp, 5],
      ] as const) {
        const { file } = bench().run.render(of709(), wish);
        const off = error(file, reference());
        assert.ok(off < most, `${file}: ${off}`);
      }
    });

    it('are right in a still of HD that does not say its colours', () => {
      const { run } = bench();
      const filters = 'scale=1280:720,format=gbrp';
      const unsaid = made(
        'unsaid.mkv',
        `${filters},scale=out_color_matrix=bt709:out_range=tv,format=yuv444p,setparams=colorspace=unknown`,
      );
      const wanted = made('wanted.mkv', filters);
      assert.ok(error(run.render(unsaid, png).file, wanted) < 2);
      assert.ok(error(run.render(unsaid, jpeg).file, wanted) < 4);
    });

    it('become those of BT.709 where SD is scaled up to HD', () => {
      const { run } = bench();
      const said601 = 'setparams=range=tv:color_primaries=bt470bg:color_trc=smpte170m:colorspace=bt470bg';
      const sd = made(
        'sd.mkv',
        `scale=320:240,setsar=1,format=gbrp,scale=out_color_matrix=bt470:out_range=tv,format=yuv444p,${said601}`,
        ['-color_primaries', 'bt470bg', '-color_trc', 'smpte170m', '-colorspace', 'bt470bg'],
      );
      const { file, stream } = run.render(sd, {
        video: { height: 720, enlarge: true },
        pixelFormat: 'yuv444p',
      });
      assert.deepEqual(
        [stream.colorSpace, stream.colorPrimaries, stream.colorTransfer],
        ['bt709', 'bt709', 'bt709'],
      );
      // Another route to the same: the matrix by swscale, then the primaries by zimg, in linear light.
      const wanted = made(
        'wanted-hd.mkv',
        'scale=320:240,setsar=1,format=gbrp,' +
          'zscale=tin=709:pin=bt470bg:t=linear:p=bt709,zscale=tin=linear:t=709,scale=960:720:flags=lanczos,format=gbrp',
      );
      assert.ok(error(file, wanted) < 2.5, `${error(file, wanted)}`);
    });

    it('are of limited range for devices: black is 16, white 235', () => {
      const { run } = bench();
      const camera = run.make('camera.mkv', [
        ...['-f', 'lavfi', '-i', 'color=white:size=320x240:rate=25:duration=0.2'],
        ...['-vf', 'drawbox=w=160:color=black:t=fill,scale=out_range=pc,format=yuvj420p', '-c:v', 'mjpeg'],
      ]);
      const { file, stream } = run.render(camera, x264);
      assert.deepEqual([stream.pixelFormat, stream.colorRange], ['yuv420p', 'tv']);
      const raw = frameAt(file, 0, 'yuv420p10le', 'setparams=range=tv');
      assert.ok(Math.abs(raw.at(20, 20)[0]! / 4 - 16) <= 1 && Math.abs(raw.at(300, 20)[0]! / 4 - 235) <= 1);
      const archived = run.render(camera).stream;
      assert.equal(archived.colorRange, 'pc');
    });

    it('show black where the source was transparent', async () => {
      const { run, source } = bench();
      const frame = frameAt(run.render(await source('alpha-prores'), x264).file, 0, 'rgb24');
      assert.ok(
        frame.mean({ width: 70 }).every((value) => value < 3),
        'the half that can be seen through',
      );
      assert.ok(frame.mean({ x: 90 }).some((value) => value > 60));
    });

    it('pass a table of colours: one that changes nothing, one that turns all round', () => {
      const { run } = bench();
      const corners = [0, 1].flatMap((b) => [0, 1].flatMap((g) => [0, 1].map((r) => [r, g, b])));
      const cube = (rows: readonly number[][]) =>
        `LUT_3D_SIZE 2\n${rows.map((row) => row.join(' ')).join('\n')}\n`;
      run.write('same.cube', cube(corners));
      run.write('inverse.cube', cube(corners.map((row) => row.map((value) => 1 - value))));
      const file = of709();
      const fine = { pixelFormat: 'yuv444p' } as const;
      assert.ok(error(run.render(file, { ...fine, video: { lut: 'same.cube' } }).file, file) < 1);
      const inverse = run.render(file, { ...fine, video: { lut: 'inverse.cube' } });
      assert.equal(inverse.stream.colorSpace, 'bt709');
      const twice = run.render(inverse.file, { ...fine, video: { lut: 'inverse.cube' } }).file;
      assert.ok(error(inverse.file, file) > 50);
      assert.ok(error(twice, file) < 4);
    });
  });

  describe('of HDR', () => {
    /** A grey of so much light, by the part of the curve’s range that it takes. */
    const grey = (name: string, transfer: string, part: number) => {
      const level = Math.round(64 + 876 * part);
      return bench().run.make(name, [
        ...['-f', 'lavfi', '-i', 'color=black:size=64x64:rate=25:duration=0.2'],
        ...['-vf', `format=yuv420p10le,geq=lum=${level}:cb=512:cr=512`, '-c:v', 'ffv1', '-color_range', 'tv'],
        ...['-color_primaries', 'bt2020', '-color_trc', transfer, '-colorspace', 'bt2020nc'],
      ]);
    };
    const sdr = { ...x264, video: { dynamicRange: 'sdr' } } as const;
    /** Brightness of SDR, from 0 to 1. */
    const mapped = (file: string) =>
      (frameAt(bench().run.render(file, sdr).file, 0, 'yuv420p10le').at(32, 32)[0]! / 4 - 16) / 219;

    it('become SDR with its tags', async () => {
      for (const name of ['hdr10', 'hlg', 'hdr10-plus'] as const)
        assert.deepEqual(await tags(name, sdr), ['tv', 'bt709', 'bt709', 'bt709']);
    });

    it('keep a grey card as bright, and bend what is brighter than white', () => {
      // 18 % of reference white: 0.38 of HLG’s curve and of PQ’s, 0.41 of BT.709’s.
      for (const [name, transfer] of [
        ['hlg-grey.mkv', 'arib-std-b67'],
        ['pq-grey.mkv', 'smpte2084'],
      ] as const) {
        const brightness = mapped(grey(name, transfer, 0.38));
        assert.ok(Math.abs(brightness - 0.41) < 0.05, `${name}: ${brightness}`);
      }
      const white = mapped(grey('pq-white.mkv', 'smpte2084', 0.58));
      const brighter = mapped(grey('pq-bright.mkv', 'smpte2084', 0.7));
      assert.ok(white > 0.78 && white < brighter && brighter < 1, `${white} < ${brighter} < 1`);
    });

    it('are those of SDR in a PNG, which cannot say HDR', () => {
      const { file } = bench().run.render(grey('pq-card.mkv', 'smpte2084', 0.38), png);
      const [level = 0] = frameAt(file, 0, 'rgb24').at(32, 32);
      assert.ok(Math.abs(level / 255 - 0.41) < 0.05, `${level}`);
    });

    it('have logos and letters at reference white', () => {
      const { run } = bench();
      run.make('white.png', ['-f', 'lavfi', '-i', 'color=white:size=64x32:duration=0.04', '-frames:v', '1']);
      run.write('words.srt', '1\n00:00:00,000 --> 00:00:01,000\nHHHHHH\n\n');
      for (const [transfer, part] of [
        ['smpte2084', 0.58],
        ['arib-std-b67', 0.75],
      ] as const) {
        const dark = run.make(`dark-${transfer}.mkv`, [
          ...['-f', 'lavfi', '-i', 'color=black:size=320x240:rate=25:duration=0.4'],
          ...['-pix_fmt', 'yuv420p10le', '-c:v', 'ffv1', '-color_range', 'tv'],
          ...['-color_primaries', 'bt2020', '-color_trc', transfer, '-colorspace', 'bt2020nc'],
        ]);
        const video = { watermark: { file: 'white.png' }, burnSubtitles: { file: 'words.srt' } };
        const { file } = run.render(dark, { video, pixelFormat: 'yuv420p10le', span: { start: 0.2 } });
        const frame = frameAt(file, 0.04, 'yuv420p10le');
        const level = (value: number) => (value - 64) / 876;
        assert.ok(
          Math.abs(level(frame.at(300, 226)[0]!) - part) < 0.02,
          `logo: ${level(frame.at(300, 226)[0]!)}`,
        );
        const letters = Array.from(
          { length: 200 * 40 },
          (_, at) => frame.at(60 + (at % 200), 190 + Math.floor(at / 200))[0]!,
        );
        const brightest = level(Math.max(...letters));
        assert.ok(brightest > part - 0.1 && brightest < part + 0.02, `letters: ${brightest}`);
      }
    });
  });
});
