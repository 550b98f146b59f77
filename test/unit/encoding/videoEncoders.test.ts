import assert from 'node:assert/strict';
import { audioEncoderTable } from '../../../src/encoding/audioEncoders.ts';
import { hdr10Note } from '../../../src/encoding/hdr10Metadata.ts';
import type { ColorPlan } from '../../../src/encoding/colorPlan.ts';
import { containerTable } from '../../../src/encoding/containers.ts';
import type { Capabilities } from '../../../src/encoding/dialect.ts';
import { audioEncoders, profiles, speeds, tunes, videoEncoders } from '../../../src/encoding/presetNames.ts';
import type { VideoEncoder } from '../../../src/encoding/presetNames.ts';
import { chooseVideoEncoder } from '../../../src/encoding/videoEncoderChoice.ts';
import { videoEncoderTable } from '../../../src/encoding/videoEncoders.ts';
import type { VideoSettings } from '../../../src/encoding/videoEncoders.ts';
import { pixelFormatOf, pixelFormatsOf } from '../../../src/encoding/videoPixelFormat.ts';
import { resolveRate, targetBytes } from '../../../src/encoding/videoRate.ts';

const allFeatures = ['svtav1-crf', 'svtav1-params'];

/** Option (without its specifier) → value. */
function optionsOf(encoder: VideoEncoder, settings: Partial<VideoSettings> = {}): Record<string, string> {
  const argv = videoEncoderTable[encoder].arguments({
    rate: { mode: 'crf', crf: 30 },
    speed: 'medium',
    color: {},
    features: allFeatures,
    ...settings,
  });
  const pairs = argv.flatMap((name, index) => (index % 2 === 0 ? [[name, argv[index + 1] ?? '']] : []));
  for (const [name = ''] of pairs) assert.match(name, /^-[a-z0-9_-]+(?::v:0)?$/u);
  return Object.fromEntries(
    pairs.map(([name = '', value = '']) => [name.replace(/^-/u, '').replace(/:v:0$/u, ''), value]),
  );
}

/** `a=1:b=2` */
function parametersOf(text: string | undefined): Record<string, string> {
  return Object.fromEntries(
    (text ?? '').split(':').map((pair) => pair.split(/=(.*)/su).slice(0, 2) as [string, string]),
  );
}

describe('video encoders', () => {
  it('each make a codec that some container holds', () => {
    for (const encoder of videoEncoders) {
      const { codec } = videoEncoderTable[encoder];
      assert.ok(
        Object.values(containerTable).some(({ videoCodecs }) => videoCodecs.includes(codec)),
        encoder,
      );
    }
  });

  it('say everything as pairs of an option and its value', () => {
    for (const encoder of videoEncoders)
      for (const speed of speeds) {
        const entry = videoEncoderTable[encoder];
        optionsOf(encoder, {
          speed,
          tune: 'grain',
          quality: 85,
          width: 1920,
          frameRate: 25,
          level: entry.levels[0],
        });
      }
  });

  it('have no tune, profile or pixel format that a preset cannot name, and every profile a format it makes', () => {
    for (const encoder of videoEncoders) {
      const entry = videoEncoderTable[encoder];
      for (const tune of Object.keys(entry.tunes ?? {}))
        assert.ok((tunes as readonly string[]).includes(tune));
      for (const [profile, { pixelFormats }] of Object.entries(entry.profiles ?? {})) {
        assert.ok((profiles as readonly string[]).includes(profile));
        for (const format of pixelFormats)
          assert.ok(pixelFormatsOf(entry).includes(format), `${encoder} ${profile}`);
      }
    }
  });

  it('hold a constant quality', () => {
    assert.equal(optionsOf('libx264', { rate: { mode: 'crf', crf: 21.5 } })['crf'], '21.5');
    // Whole numbers alone.
    assert.equal(optionsOf('libsvtav1', { rate: { mode: 'crf', crf: 31.6 } })['crf'], '32');
    // Without -b:v 0 these hold a low bit rate of their own.
    for (const encoder of ['libvpx-vp9', 'libaom-av1', 'h264_nvenc'] as const)
      assert.equal(optionsOf(encoder)['b'], '0');
    // 0 would be automatic.
    assert.equal(optionsOf('hevc_nvenc', { rate: { mode: 'crf', crf: 0 } })['cq'], '1');
    const quality = (crf: number) =>
      Number(optionsOf('h264_videotoolbox', { rate: { mode: 'crf', crf } })['q']);
    assert.deepEqual([quality(0), quality(51)], [100, 1]);
  });

  it('hold a bit rate, and another that is not exceeded, over a buffer of two seconds', () => {
    for (const encoder of videoEncoders) {
      const { rateModes, maxBitrateWith } = videoEncoderTable[encoder];
      if (!rateModes.includes('bitrate')) continue;
      const rate = { mode: 'bitrate', bitsPerSecond: 2_500_000 } as const;
      assert.equal(optionsOf(encoder, { rate })['b'], '2500000', encoder);
      assert.equal(optionsOf(encoder, { rate })['crf'], undefined);
      if (!maxBitrateWith.includes('bitrate')) continue;
      const { maxrate, bufsize } = optionsOf(encoder, { rate, maxBitrate: 4_000_000 });
      assert.deepEqual([maxrate, bufsize], ['4000000', '8000000'], encoder);
    }
    assert.equal(optionsOf('libx264', { maxBitrate: 4_000_000 })['maxrate'], '4000000');
    // Beside a quality, libvpx and libaom take it as -b:v.
    assert.equal(optionsOf('libvpx-vp9', { maxBitrate: 4_000_000 })['b'], '4000000');
  });

  it('are each a word slower for each speed', () => {
    const words = (encoder: VideoEncoder, option: string) =>
      speeds.map((speed) => optionsOf(encoder, { speed })[option]);
    assert.deepEqual(words('libx264', 'preset'), ['superfast', 'fast', 'medium', 'slow', 'veryslow']);
    for (const [encoder, option] of [
      ['libsvtav1', 'preset'],
      ['libaom-av1', 'cpu-used'],
      ['libvpx-vp9', 'cpu-used'],
    ] as const) {
      const numbers = words(encoder, option).map(Number);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => b - a),
        encoder,
      );
      assert.equal(new Set(numbers).size, speeds.length);
    }
  });

  it('go without a tune that they do not know', () => {
    assert.equal(optionsOf('libx264', { tune: 'film' })['tune'], 'film');
    assert.equal(optionsOf('libx265', { tune: 'film' })['tune'], undefined);
    assert.equal(parametersOf(optionsOf('libsvtav1', { tune: 'grain' })['svtav1-params'])['film-grain'], '8');
    assert.deepEqual(optionsOf('prores_ks', { tune: 'film' }), optionsOf('prores_ks'));
  });

  it('write a level as their library counts it', () => {
    assert.equal(optionsOf('libx264', { level: '4.1' })['level'], '4.1');
    assert.equal(parametersOf(optionsOf('libx265', { level: '4.1' })['x265-params'])['level-idc'], '4.1');
    assert.equal(optionsOf('libsvtav1', { level: '5.1' })['level'], '51');
    assert.equal(optionsOf('h264_qsv', { level: '4' })['level'], '40');
  });

  it('put their statistics between two passes into a file of the working folder', () => {
    for (const encoder of ['libx264', 'libvpx-vp9', 'libaom-av1'] as const) {
      const { pass, passlogfile } = optionsOf(encoder, { pass: 1 });
      assert.deepEqual([pass, passlogfile], ['1', 'passlog'], encoder);
    }
    const second = parametersOf(optionsOf('libx265', { pass: 2 })['x265-params']);
    assert.deepEqual([second['pass'], second['stats']], ['2', 'passlog']);
    assert.equal(optionsOf('libx265', { pass: 2 })['pass'], undefined);
    for (const encoder of videoEncoders)
      if (videoEncoderTable[encoder].twoPassWith.length === 0)
        assert.deepEqual(optionsOf(encoder, { pass: 1 }), optionsOf(encoder), encoder);
  });

  it('set keyframes where asked, else as their guides say', () => {
    assert.equal(optionsOf('libx264')['g'], undefined);
    assert.equal(optionsOf('libsvtav1', { frameRate: 30 })['g'], '300');
    for (const encoder of [
      'libx264',
      'libx265',
      'libsvtav1',
      'libvpx-vp9',
      'hevc_nvenc',
      'h264_qsv',
    ] as const)
      assert.equal(optionsOf(encoder, { keyframeInterval: 48 })['g'], '48', encoder);
  });

  it('tile wide pictures', () => {
    const columns = (width: number) => optionsOf('libvpx-vp9', { width })['tile-columns'];
    assert.deepEqual([320, 640, 1280, 3840].map(columns), ['0', '1', '2', '3']);
    assert.equal(optionsOf('libaom-av1', { width: 1920 })['tiles'], '2x1');
    assert.equal(optionsOf('libaom-av1', { width: 640 })['tiles'], undefined);
  });

  describe('with HDR10’s metadata', () => {
    const color = {
      transfer: 'smpte2084',
      masteringDisplay: {
        red: [34_000, 16_000] as [number, number],
        green: [13_250, 34_500] as [number, number],
        blue: [7_500, 3_000] as [number, number],
        whitePoint: [15_635, 16_450] as [number, number],
        minLuminance: 1,
        maxLuminance: 10_000_000,
      },
      contentLight: { maxContent: 1000, maxAverage: 400 },
    };

    it('give them to x265 in the standard’s units, in one option', () => {
      const argv = videoEncoderTable.libx265.arguments({
        ...{ rate: { mode: 'crf', crf: 20 }, speed: 'slow', features: [], color, pass: 2, level: '5.1' },
      });
      assert.equal(argv.filter((each) => each.startsWith('-x265-params')).length, 1);
      const parameters = parametersOf(argv[argv.indexOf('-x265-params:v:0') + 1]);
      assert.deepEqual(parameters, {
        'log-level': 'warning',
        pass: '2',
        stats: 'passlog',
        'level-idc': '5.1',
        'repeat-headers': '1',
        hdr10: '1',
        'master-display': 'G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)',
        'max-cll': '1000,400',
      });
    });

    it('give them to SVT-AV1 in its own, if it takes parameters', () => {
      assert.deepEqual(parametersOf(optionsOf('libsvtav1', { color })['svtav1-params']), {
        tune: '0',
        'mastering-display': 'G(0.265,0.69)B(0.15,0.06)R(0.68,0.32)WP(0.3127,0.329)L(1000,0.0001)',
        'content-light': '1000,400',
      });
      assert.equal(optionsOf('libsvtav1', { color, features: ['svtav1-crf'] })['svtav1-params'], undefined);
    });

    it('say so beforehand where they cannot', () => {
      const said = (encoder: VideoEncoder, features: string[] = allFeatures, of: ColorPlan = color) =>
        hdr10Note(encoder, videoEncoderTable[encoder], of, features)?.message;
      assert.equal(said('libx265'), undefined);
      assert.equal(said('libsvtav1'), undefined);
      assert.match(said('libsvtav1', []) ?? '', /libsvtav1 is not told/u);
      assert.match(said('hevc_nvenc') ?? '', /hevc_nvenc is not told/u);
      assert.equal(said('hevc_nvenc', [], { transfer: 'smpte2084' }), undefined);
    });

    it('say nothing of them where there are none', () => {
      assert.equal(
        optionsOf('libx265', { color: { transfer: 'bt709' } })['x265-params'],
        'log-level=warning',
      );
    });
  });

  it('make intermediates of a usual profile for the pixel format', () => {
    assert.equal(optionsOf('prores_ks')['profile'], 'hq');
    assert.equal(optionsOf('prores_ks', { pixelFormat: 'yuva444p10le' })['profile'], '4444');
    assert.equal(optionsOf('prores_ks', { pixelFormat: 'yuva444p10le' })['alpha_bits'], '16');
    assert.equal(optionsOf('prores_ks', { profile: 'proxy' })['profile'], 'proxy');
    assert.equal(optionsOf('dnxhd')['profile'], 'dnxhr_hq');
    assert.equal(optionsOf('dnxhd', { pixelFormat: 'yuv422p10le' })['profile'], 'dnxhr_hqx');
  });

  it('make stills that are better and larger the higher the quality', () => {
    for (const [encoder, option, better] of [
      ['mjpeg', 'q', 'lower'],
      ['libaom-av1', 'crf', 'lower'],
      ['libsvtav1', 'crf', 'lower'],
      ['libwebp', 'quality', 'higher'],
    ] as const) {
      const values = [1, 25, 50, 75, 100].map((quality) =>
        Number(optionsOf(encoder, { quality, still: true })[option]),
      );
      const sorted = values.toSorted((a, b) => (better === 'lower' ? b - a : a - b));
      assert.deepEqual(values, sorted, encoder);
      assert.equal(new Set(values).size, values.length, `${encoder} ${values.join()}`);
    }
    assert.equal(optionsOf('mjpeg', { quality: 100 })['q'], '1');
    assert.equal(optionsOf('libaom-av1', { quality: 85, still: true })['still-picture'], '1');
  });
});

describe('the pixel format', () => {
  it('is what is asked for, or what the profile is for, or the encoder’s usual one', () => {
    const of = (video: Parameters<typeof pixelFormatOf>[0], encoder: VideoEncoder) =>
      pixelFormatOf(video, videoEncoderTable[encoder]);
    assert.equal(of({}, 'libx264'), 'yuv420p');
    assert.equal(of({ pixelFormat: 'yuv422p' }, 'libx264'), 'yuv422p');
    assert.equal(of({ profile: 'main10' }, 'hevc_qsv'), 'yuv420p10le');
    assert.equal(of({}, 'prores_ks'), 'yuv422p10le');
    assert.equal(of({ profile: '4444' }, 'prores_ks'), 'yuv444p10le');
    assert.equal(of({ profile: 'dnxhr_444' }, 'dnxhd'), 'yuv444p10le');
  });
});

describe('the choice of a video encoder', () => {
  const all: Capabilities = {
    h264_nvenc: { usable: true, pixelFormats: ['yuv420p'], maxSize: [4096, 2160] },
    h264_videotoolbox: { usable: true, pixelFormats: ['yuv420p'], refusals: { crf: 'not on this chip' } },
    hevc_qsv: { usable: false, refusal: '[hevc_qsv @ 0x1] no session' },
    libx264: { usable: true, pixelFormats: ['yuv420p', 'yuv420p10le', 'yuv444p'] },
  };
  const choose = (
    video: Parameters<typeof chooseVideoEncoder>[0],
    size?: { width: number; height: number },
  ) => {
    const choice = chooseVideoEncoder(video, all, size);
    return choice.ok ? choice.encoder : choice.problem.message;
  };

  it('falls on the first that was proved for what is asked', () => {
    assert.equal(choose({ encoders: ['hevc_qsv', 'h264_nvenc', 'libx264'] }), 'h264_nvenc');
    assert.equal(choose({ encoders: ['h264_nvenc', 'libx264'], pixelFormat: 'yuv420p10le' }), 'libx264');
    assert.equal(choose({ encoders: ['h264_nvenc', 'libx264'], profile: 'high444' }), 'libx264');
  });

  it('passes over a chip that cannot hold a constant quality, and takes it for a bit rate', () => {
    assert.equal(choose({ encoders: ['h264_videotoolbox', 'libx264'], crf: 22 }), 'libx264');
    assert.equal(choose({ encoders: ['h264_videotoolbox', 'libx264'], bitrate: '4M' }), 'h264_videotoolbox');
  });

  it('passes over a chip for pictures larger than those that it was proved with, upright ones too', () => {
    const encoders: VideoEncoder[] = ['h264_nvenc', 'libx264'];
    assert.equal(choose({ encoders }, { width: 7680, height: 4320 }), 'libx264');
    assert.equal(choose({ encoders }, { width: 2160, height: 3840 }), 'h264_nvenc');
  });

  it('says of each why not', () => {
    const message = choose({ encoders: ['hevc_qsv', 'h264_nvenc', 'libx265'], pixelFormat: 'yuv420p10le' });
    assert.match(message, /hevc_qsv failed its trial run/u);
    assert.match(message, /h264_nvenc cannot do yuv420p10le/u);
    assert.match(message, /libx265 has not been tried yet/u);
  });
});

describe('the rate', () => {
  const rate = (
    video: Parameters<typeof resolveRate>[0],
    facts: Partial<Parameters<typeof resolveRate>[2]> = {},
  ) => resolveRate(video, videoEncoderTable.libx264, { otherBitsPerSecond: 0, ...facts });

  it('is what the preset says, or the encoder’s usual quality', () => {
    assert.deepEqual(rate({ crf: 19 }), { ok: true, rate: { mode: 'crf', crf: 19 }, needsQuality: false });
    assert.deepEqual(rate({}), { ok: true, rate: { mode: 'crf', crf: 23 }, needsQuality: false });
    assert.deepEqual(rate({ bitrate: '2.5M', maxBitrate: '4M' }), {
      ok: true,
      rate: { mode: 'bitrate', bitsPerSecond: 2_500_000 },
      maxBitrate: 4_000_000,
      needsQuality: false,
    });
  });

  it('of a size is what is left of it for each second beside the sound', () => {
    const sized = rate({ targetSize: '25MB' }, { duration: 100, otherBitsPerSecond: 160_000 });
    assert.ok(sized.ok && sized.rate.mode === 'bitrate');
    const bytes = ((sized.rate.bitsPerSecond + 160_000) * 100) / 8;
    assert.ok(bytes <= 25e6 * 0.98 && bytes > 25e6 * 0.97, String(bytes));
    assert.equal(targetBytes({ video: { targetSize: '25MB' } }), 25e6);
    const modest = rate(
      { targetSize: '25MB' },
      { duration: 5, source: { codec: 'h264', bitsPerSecond: 1_400_000 } },
    );
    assert.deepEqual(modest.ok && modest.rate, { mode: 'bitrate', bitsPerSecond: 2_100_000 });
    const bounded = rate({ targetSize: '25MB', maxBitrate: '1M' }, { duration: 100 });
    assert.deepEqual(bounded.ok && bounded.rate, { mode: 'bitrate', bitsPerSecond: 1e6 });
  });

  it('of a size is refused where nothing sensible is left, with the size that would do', () => {
    const film = { duration: 7200, otherBitsPerSecond: 160_000 };
    const small = rate({ targetSize: '100MB' }, film);
    assert.ok(!small.ok);
    assert.deepEqual(small.problem.path, ['targetSize']);
    const enough = /at least (\d+MB)/u.exec(small.problem.hint)?.[1];
    assert.ok(enough !== undefined && rate({ targetSize: enough }, film).ok, enough);
    assert.ok(!rate({ targetSize: '100MB' }, { otherBitsPerSecond: 0 }).ok, 'unknown duration');
  });

  it('of a quality is to be searched first', () => {
    const target = { targetQuality: { score: 0.98 } };
    assert.deepEqual(rate(target), { ok: true, rate: { mode: 'crf', crf: 23 }, needsQuality: true });
    assert.deepEqual(rate(target, { crf: 20.5 }), {
      ok: true,
      rate: { mode: 'crf', crf: 20.5 },
      needsQuality: false,
    });
  });
});

describe('audio encoders', () => {
  it('each make a codec that some container holds', () => {
    for (const encoder of audioEncoders) {
      const { codec } = audioEncoderTable[encoder];
      assert.ok(
        Object.values(containerTable).some(({ audioCodecs }) => audioCodecs.includes(codec)),
        encoder,
      );
    }
  });

  it('have a layout and a usual bit rate within their range for each number of channels', () => {
    for (const encoder of audioEncoders) {
      const { maxChannels, layouts, bitrates, defaultBitrate, lossless } = audioEncoderTable[encoder];
      for (let channels = 1; channels <= maxChannels; channels += 1) {
        if (Object.keys(layouts).length > 0) assert.ok(layouts[channels], `${encoder} ${channels}`);
        const usual = defaultBitrate(channels);
        if (lossless) {
          assert.equal(usual, 0);
          continue;
        }
        assert.ok(bitrates);
        const factor = bitrates.perChannel ? channels : 1;
        assert.ok(usual >= bitrates.min * factor && usual <= bitrates.max * factor, `${encoder} ${channels}`);
      }
    }
  });

  it('keep 24 bits of a source that has them', () => {
    const flac = (bitsPerSample?: number) =>
      audioEncoderTable.flac.arguments({ channels: 2, bitsPerSample, stream: 'a:1' }).join(' ');
    assert.match(flac(24), /-sample_fmt:a:1 s32/u);
    assert.match(flac(16), /-sample_fmt:a:1 s16/u);
    assert.match(flac(), /-sample_fmt:a:1 s16/u);
  });
});
