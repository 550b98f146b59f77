import assert from 'node:assert/strict';
import { combed, packets } from '../../media/inspect.ts';
import type { VideoPreset } from '../../../src/encoding/presetVideo.ts';
import { onEachFfmpeg } from './eachFfmpeg.ts';
import { frameAt } from './pictureRun.ts';
import type { Frame } from './pictureRun.ts';

/** The planned filters on real ffmpegs, by what the pixels of the result show. Colour: pictureColor.test.ts. */
onEachFfmpeg('a picture', (bench) => {
  const plain = () => bench().source('plain');
  /** A dot of white on black: where it is tells how the picture was turned. */
  const dot = () =>
    bench().run.make('dot.mkv', [
      ...['-f', 'lavfi', '-i', 'color=black:size=320x240:rate=25:duration=0.2'],
      ...['-vf', 'drawbox=x=8:y=8:w=16:h=16:color=white:t=fill', '-c:v', 'ffv1', '-pix_fmt', 'yuv420p'],
    ]);
  const bright = (frame: Frame, x: number, y: number) => (frame.at(x, y)[0] ?? 0) > 200;
  const dark = (frame: Frame, x: number, y: number) => (frame.at(x, y)[0] ?? 0) < 40;

  describe('its shape', () => {
    it('has the size and the pixel aspect that the plan says', async () => {
      const { run, source } = bench();
      const wide = await source('anamorphic-wide');
      const kept = run.render(wide, { video: { maxHeight: 288 } });
      assert.deepEqual([kept.stream.width, kept.stream.height], [360, 288]);
      assert.ok(Math.abs((kept.stream.sampleAspectRatio ?? 0) - 64 / 45) < 0.01);
      const square = run.render(wide, { video: { squarePixels: true } });
      assert.deepEqual(
        [square.stream.width, square.stream.height, square.stream.sampleAspectRatio],
        [1024, 576, 1],
      );
      const turned = run.render(await source('rotated-90'), { video: { maxHeight: 160 } });
      assert.deepEqual(
        [turned.stream.width, turned.stream.height, turned.stream.rotation],
        [120, 160, undefined],
      );
    });

    it('is even where it must be', async () => {
      const { run, source } = bench();
      const odd = await source('odd-444');
      const { stream } = run.render(odd);
      assert.deepEqual([stream.width, stream.height], [320, 180]);
      const fine = run.render(odd, { pixelFormat: 'yuv444p' });
      assert.deepEqual([fine.stream.width, fine.stream.height], [321, 181]);
    });

    it('is what ffmpeg makes of it where the plan cannot know', async () => {
      const video = { maxWidth: 200, crop: { top: 40 } };
      const { stream } = bench().run.render(await plain(), { video, stream: { width: undefined } });
      assert.deepEqual([stream.width, stream.height], [200, 124]);
    });

    it('has bars, or is cut, to fill a box', async () => {
      const { run } = bench();
      const source = await plain();
      const padded = frameAt(
        run.render(source, { video: { width: 160, height: 160, fit: 'pad' } }).file,
        0,
        'gray',
      );
      assert.deepEqual([padded.width, padded.height], [160, 160]);
      const bars = { width: 160, height: 20 };
      assert.ok(padded.spread(bars) < 1 && (padded.mean(bars)[0] ?? 99) < 20, 'a black bar above');
      assert.ok(padded.spread({ ...bars, y: 20 }) > 10, 'the picture below it');
      const filled = frameAt(
        run.render(source, { video: { width: 160, height: 160, fit: 'fill' } }).file,
        0,
        'gray',
      );
      assert.ok(filled.spread(bars) > 10);
    });

    it('is turned clockwise and mirrored', () => {
      const { run } = bench();
      const source = dot();
      const quarter = frameAt(run.render(source, { video: { rotate: 90 } }).file, 0, 'gray');
      assert.ok(bright(quarter, 240 - 16, 16) && dark(quarter, 16, 16));
      const half = frameAt(run.render(source, { video: { rotate: 180 } }).file, 0, 'gray');
      assert.ok(bright(half, 320 - 16, 240 - 16) && dark(half, 16, 16));
      const mirrored = frameAt(
        run.render(source, { video: { rotate: 90, flip: 'horizontal' } }).file,
        0,
        'gray',
      );
      assert.ok(bright(mirrored, 16, 16) && dark(mirrored, 240 - 16, 16));
    });

    it('loses its black bars when they are looked for', async () => {
      const { run, source } = bench();
      const { file, stream, picture } = run.render(await source('letterboxed'), { video: { crop: 'auto' } });
      assert.deepEqual([stream.width, stream.height], [320, 180]);
      assert.equal(picture.frames, 25);
      const cut = run.render(await source('letterboxed'), { video: { crop: { top: 30, bottom: 30 } } });
      assert.equal(frameAt(file, 0.5, 'gray').differing(frameAt(cut.file, 0.5, 'gray'), 0), 0);
    });

    it('keeps what is only dark', () => {
      const { run } = bench();
      const night = run.make('night.mkv', [
        ...['-f', 'lavfi', '-i', 'color=black:size=320x240:rate=25:duration=4'],
        ...[
          '-vf',
          "drawbox=x='100+10*t':y='60+10*t':w=60:h=60:color=white:t=fill",
          '-c:v',
          'ffv1',
          '-g',
          '25',
        ],
      ]);
      const { stream } = run.render(night, { video: { crop: 'auto' } });
      assert.deepEqual([stream.width, stream.height], [320, 240]);
    });
  });

  describe('its frames', () => {
    for (const name of ['interlaced-tff', 'interlaced-mpeg2', 'interlaced-bff'] as const)
      it(`show no combs after deinterlacing: ${name}`, async function () {
        const { run, source } = bench();
        const file = await source(name);
        if (name === 'interlaced-mpeg2' && !run.reads(file)) {
          console.error('Skipped: this ffmpeg crashes on any MPEG-2 in a transport stream.');
          return this.skip();
        }
        const result = run.render(file, { video: { deinterlace: 'auto' } });
        assert.equal(await combed(result.file), 'none');
        assert.equal(result.stream.frameRate, 25);
        assert.notEqual(await combed(run.render(file, { video: { deinterlace: 'never' } }).file), 'none');
      });

    it('are film again after detelecine', async () => {
      const { run, source } = bench();
      const { file, stream, picture } = run.render(await source('telecined'), {
        video: { deinterlace: 'detelecine' },
      });
      assert.equal(await combed(file), 'none');
      assert.ok(Math.abs((stream.frameRate ?? 0) - 24_000 / 1001) < 0.01);
      assert.ok(Math.abs((picture.frames ?? 0) - 48) <= 1);
    });

    it('come at the rate that is asked for, for as long', async () => {
      const { run, source } = bench();
      const fast = run.render(await source('fast'), { video: { maxFrameRate: 30 } });
      assert.equal(fast.stream.frameRate, 30);
      const exact = run.render(await plain(), { video: { frameRate: 29.97 } });
      assert.ok(Math.abs((exact.stream.frameRate ?? 0) - 30_000 / 1001) < 1e-3);
      assert.ok(Math.abs((exact.stream.duration ?? 0) - 2) < 0.05);
    });

    it('keep their irregular times unless a constant rate is asked for', async () => {
      const { run, source } = bench();
      const file = await source('vfr-mp4');
      const times = async (each: string) =>
        (await packets(each, 'v:0')).map(({ time }) => time).sort((a, b) => a - b);
      const before = await times(file);
      const after = await times(run.render(file).file);
      assert.equal(after.length, before.length);
      for (const [index, time] of after.entries())
        assert.ok(Math.abs(time - before[index]!) < 0.002, `${time}`);
      const constant = await times(run.render(file, { video: { frameTiming: 'constant' } }).file);
      const gaps = constant.slice(1).map((time, index) => time - constant[index]!);
      assert.ok(Math.max(...gaps) - Math.min(...gaps) < 0.003, gaps.join());
    });
  });

  describe('its looks', () => {
    const noisy = () =>
      bench().run.make('noisy.mkv', [
        ...['-f', 'lavfi', '-i', 'color=gray:size=160x120:rate=25:duration=0.4'],
        ...['-vf', 'noise=alls=8:allf=t', '-c:v', 'ffv1', '-pix_fmt', 'yuv420p'],
      ]);

    it('lose noise', () => {
      const { run } = bench();
      const source = noisy();
      const [before, light, strong] = [
        source,
        run.render(source, { video: { denoise: 'light' } }).file,
        run.render(source, { video: { denoise: 'strong' } }).file,
      ].map((file) => frameAt(file, 0.36, 'gray').spread());
      assert.ok(before! > light! * 1.05 && light! > strong! * 1.5, `${before} → ${light} → ${strong}`);
    });

    it('get sharper edges, without colour fringes', () => {
      const { run } = bench();
      const source = run.make('edge.mkv', [
        ...['-f', 'lavfi', '-i', 'color=gray:size=160x120:rate=25:duration=0.2'],
        ...['-vf', 'drawbox=x=80:y=0:w=80:h=120:color=0xb0b0b0:t=fill,gblur=sigma=2', '-c:v', 'ffv1'],
      ]);
      const slope = (file: string) => {
        const frame = frameAt(file, 0, 'gray');
        return frame.at(81, 60)[0]! - frame.at(78, 60)[0]!;
      };
      assert.ok(slope(run.render(source, { video: { sharpen: 'strong' } }).file) > slope(source) + 3);
    });

    it('get brighter, fuller of contrast and of colour by what is asked', () => {
      const { run } = bench();
      const flat = run.make('flat.mkv', [
        ...[
          '-f',
          'lavfi',
          '-i',
          'color=0x806040:size=64x64:rate=25:duration=0.2',
          '-c:v',
          'ffv1',
          '-pix_fmt',
          'yuv420p',
        ],
      ]);
      const color = (video: object) => frameAt(run.render(flat, { video }).file, 0, 'rgb24').at(32, 32);
      const [r = 0, g = 0, b = 0] = color({});
      const [brighter = 0] = color({ brightness: 0.1 });
      assert.ok(Math.abs(brighter - r - 25.5) < 3, `${r} → ${brighter}`);
      const grey = color({ saturation: 0 });
      assert.ok(Math.max(...grey) - Math.min(...grey) <= 2, `grey: ${grey.join()}`);
      const [strongRed = 0, , strongBlue = 0] = color({ saturation: 1.5 });
      assert.ok(Math.abs((strongRed - strongBlue) / (r - b) - 1.5) < 0.1);
      const darker = color({ contrast: 1.5 });
      assert.ok(darker[1]! < g - 8, 'what is below the middle goes down');
    });

    it('keep their 10 bits', () => {
      const { run } = bench();
      const ramp = run.make('ramp.mkv', [
        ...['-f', 'lavfi', '-i', 'color=black:size=896x32:rate=25:duration=0.2'],
        ...['-vf', 'format=yuv420p10le,geq=lum=64+X:cb=512:cr=512', '-c:v', 'ffv1'],
      ]);
      run.write('dot.srt', '1\n00:00:00,000 --> 00:00:01,000\n.\n\n');
      run.make('logo.png', ['-f', 'lavfi', '-i', 'color=red:size=64x32:duration=0.04', '-frames:v', '1']);
      const video: VideoPreset = {
        ...({ denoise: 'light', sharpen: 'light', contrast: 1.01, deinterlace: 'always' } as const),
        ...{ watermark: { file: 'logo.png', width: 2 }, burnSubtitles: { file: 'dot.srt' } },
      };
      const frame = frameAt(
        run.render(ramp, { video, pixelFormat: 'yuv420p10le' }).file,
        0.04,
        'yuv420p10le',
      );
      const shades = new Set(Array.from({ length: 800 }, (_, x) => frame.at(x + 20, 4)[0]));
      assert.ok(shades.size > 500, `${shades.size} shades`);
    });
  });

  describe('a watermark', () => {
    const logo = () =>
      bench().run.make('logo.png', [
        ...['-f', 'lavfi', '-i', 'color=red:size=64x32:duration=0.04', '-frames:v', '1'],
      ]);

    it('lies in its corner, as wide as it should be, and nowhere else', async () => {
      const { run } = bench();
      logo();
      const source = await plain();
      const { file } = run.render(source, { video: { watermark: { file: 'logo.png', width: 20 } } });
      const [marked, clean] = [frameAt(file, 1.5, 'rgb24'), frameAt(source, 1.5, 'rgb24')];
      // 64 × 32 pixels, 4 from the edges.
      const [r = 0, g = 0, b = 0] = marked.mean({ x: 254, y: 206, width: 60, height: 28 });
      assert.ok(r > 240 && g < 15 && b < 15, `red: ${r}, ${g}, ${b}`);
      assert.equal(marked.differing(clean, 2, { height: 200 }), 0);
      assert.equal(marked.differing(clean, 2, { y: 200, width: 248 }), 0);
    });

    it('lets the picture through by its opacity', () => {
      const { run } = bench();
      logo();
      const grey = run.make('grey.mkv', [
        '-f',
        'lavfi',
        '-i',
        'color=gray:size=320x240:rate=25:duration=0.2',
        '-c:v',
        'ffv1',
      ]);
      const watermark = { file: 'logo.png', position: 'top-left', opacity: 0.5 } as const;
      const [r = 0, g = 0] = frameAt(run.render(grey, { video: { watermark } }).file, 0, 'rgb24').at(20, 12);
      assert.ok(Math.abs(r - 191) < 8 && Math.abs(g - 64) < 8, `${r}, ${g}`);
    });

    it('leaves a picture alone that does not say its colours', () => {
      const { run } = bench();
      logo();
      const hd = run.make('hd.mkv', [
        ...[
          '-f',
          'lavfi',
          '-i',
          'testsrc2=size=1280x720:rate=25:duration=0.08',
          '-c:v',
          'ffv1',
          '-pix_fmt',
          'yuv420p',
        ],
      ]);
      const { file } = run.render(hd, { video: { watermark: { file: 'logo.png' } } });
      assert.equal(frameAt(file, 0, 'rgb24').differing(frameAt(hd, 0, 'rgb24'), 1, { height: 600 }), 0);
      const [r = 0, g = 0, b = 0] = frameAt(file, 0, 'rgb24', 'setparams=colorspace=bt709').at(1200, 690);
      assert.ok(r > 245 && g < 10 && b < 10, `red, as players see it: ${r}, ${g}, ${b}`);
    });

    it('may be a JPEG or a WebP, and is nothing else by another name', async () => {
      const { run } = bench();
      run.make('logo.jpg', ['-f', 'lavfi', '-i', 'color=red:size=64x32:duration=0.04', '-frames:v', '1']);
      run.make('logo.webp', ['-f', 'lavfi', '-i', 'color=red:size=64x32:duration=0.04', '-frames:v', '1']);
      const source = await plain();
      for (const file of ['logo.jpg', 'logo.webp'])
        assert.ok(
          (frameAt(run.render(source, { video: { watermark: { file } } }).file, 0, 'rgb24').at(300, 226)[0] ??
            0) > 200,
        );
      run.write('list.png', `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:${source}\n#EXT-X-ENDLIST\n`);
      assert.throws(() => run.render(source, { video: { watermark: { file: 'list.png' } } }));
    });
  });

  it('of a gif keeps its colours with 256 of them', () => {
    const { run } = bench();
    const source = run.make('bars.mkv', [
      ...[
        '-f',
        'lavfi',
        '-i',
        'smptebars=size=320x240:rate=25:duration=1',
        '-c:v',
        'ffv1',
        '-pix_fmt',
        'yuv444p',
      ],
    ]);
    const gif = {
      kind: 'animation',
      codec: 'gif',
      encoderPixelFormat: 'pal8',
      encode: ['-c:v', 'gif'],
      extension: 'gif',
    } as const;
    const { file, stream } = run.render(source, gif);
    assert.ok(Math.abs((stream.frameRate ?? 0) - 12) < 0.5);
    assert.ok(frameAt(file, 0, 'rgb24').distance(frameAt(source, 0, 'rgb24')) < 4);
    const long = run.render(source, { ...gif, stream: { duration: 3600 } });
    assert.match(long.picture.filters, /stats_mode=single/u);
    assert.ok(frameAt(long.file, 0.5, 'rgb24').distance(frameAt(source, 0.5, 'rgb24')) < 4);
  });
});
