import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { audioEncoderTable } from '../../../src/encoding/audioEncoders.ts';
import { tagFilter } from '../../../src/encoding/colorTags.ts';
import { graphText } from '../../../src/encoding/pictureGraph.ts';
import { audioEncoders, speeds, videoEncoders } from '../../../src/encoding/presetNames.ts';
import type { PixelFormat, Profile, Tune, VideoEncoder } from '../../../src/encoding/presetNames.ts';
import {
  addFrameFacts,
  ffprobeArguments,
  ffprobeFrameArguments,
  parseProbe,
} from '../../../src/encoding/probeOutput.ts';
import { trialOutcome } from '../../../src/encoding/trialOutcome.ts';
import { videoEncoderTable } from '../../../src/encoding/videoEncoders.ts';
import type { VideoSettings } from '../../../src/encoding/videoEncoders.ts';
import { pixelFormatsOf } from '../../../src/encoding/videoPixelFormat.ts';

/** Another ffmpeg to hold the encoders against: `DFFMPEG_TEST_FFMPEG=/path/to/ffmpeg`. */
const ffmpeg = process.env['DFFMPEG_TEST_FFMPEG'] ?? 'ffmpeg';
const quiet = ['-hide_banner', '-nostdin', '-loglevel', '+level+info', '-y'];
const frames = 3;
const source = ['-f', 'lavfi', '-i', `testsrc2=size=256x144:rate=25:duration=${frames / 25}`];

const run = promisify(execFile);
const software = videoEncoders.filter((encoder) => videoEncoderTable[encoder].slot === 'cpu');
const usual = { speed: 'fastest', color: {} } as const;

describe('encoders on a real ffmpeg', function () {
  this.timeout(120_000);
  let folder: string;
  let present: Set<string>;
  /** What this ffmpeg tells libsvtav1. */
  let features: string[];

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-encoders-'));
    const { stdout } = await run(ffmpeg, ['-hide_banner', '-encoders']);
    present = new Set(
      [...stdout.matchAll(/^ [VAS][F.][S.][X.][B.][D.] (\S+)/gmu)].map((match) => match[1] ?? ''),
    );
    features = present.has('libsvtav1') ? ['svtav1-crf', 'svtav1-params'] : [];
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** One run with a result for each wish; returns the stream that ffmpeg says it makes for each. */
  async function encode(encoder: VideoEncoder, wishes: readonly Partial<VideoSettings>[], to = 'null') {
    const entry = videoEncoderTable[encoder];
    const outputs = wishes.map((wish, index) => {
      const pixelFormat = wish.pixelFormat ?? pixelFormatsOf(entry)[0];
      assert.ok(pixelFormat);
      const settings: VideoSettings = {
        rate: { mode: 'crf', crf: entry.defaultCrf },
        ...usual,
        features,
        ...{ width: 256, height: 144, frameRate: 25 },
        ...wish,
        pixelFormat,
      };
      return [
        ...['-map', '0:v', '-c:v:0', encoder, ...entry.arguments(settings)],
        ...(encoder === 'gif'
          ? ['-vf', 'split[a][b];[a]palettegen[p];[b][p]paletteuse']
          : ['-vf', graphText(tagFilter(settings.color)) || 'null']),
        ...['-pix_fmt:v:0', entry.pixelFormats[pixelFormat] ?? ''],
        ...['-f', to, to === 'null' ? '-' : `${encoder}-${index}.${to}`],
      ];
    });
    const { stderr } = await run(ffmpeg, [...quiet, ...source, ...outputs.flat()], { cwd: folder });
    const outcome = trialOutcome({ code: 0, stderr });
    assert.ok(outcome.worked, outcome.worked ? '' : outcome.refusal);
    // They are printed as they are ready, in any order.
    const made = new Map(
      [...stderr.matchAll(/Output #(\d+)[^]*?Video: (.*)/gu)].map(([, index, text]) => [
        Number(index),
        text ?? '',
      ]),
    );
    assert.equal(made.size, wishes.length);
    return wishes.map((_, index) => made.get(index) ?? '');
  }

  function each(
    title: string,
    encoders: readonly VideoEncoder[],
    test: (encoder: VideoEncoder) => Promise<void>,
  ) {
    describe(title, () => {
      for (const encoder of encoders)
        it(encoder, async function () {
          if (!present.has(encoder)) {
            console.log(`      ${ffmpeg} has no ${encoder}: not tried.`);
            this.skip();
          }
          await test(encoder);
        });
    });
  }

  each('make each of their pixel formats, in each rate control', software, async (encoder) => {
    const entry = videoEncoderTable[encoder];
    const { stdout: help } = await run(ffmpeg, ['-hide_banner', '-h', `encoder=${encoder}`]);
    const compiledIn = /Supported pixel formats: (.*)/u.exec(help)?.[1]?.split(' ') ?? [];
    const formats = pixelFormatsOf(entry).filter((format) =>
      compiledIn.includes(entry.pixelFormats[format] ?? ''),
    );
    const missing = pixelFormatsOf(entry).filter((format) => !formats.includes(format));
    if (missing.length > 0)
      console.log(`      ${encoder} of ${ffmpeg} makes no ${missing.join(', ')}: not tried.`);
    assert.ok(formats.length > 0);
    const rates: Partial<VideoSettings>[] =
      entry.rateModes.length === 0
        ? [{}]
        : entry.rateModes.map((mode) => ({
            rate: mode === 'crf' ? { mode, crf: entry.defaultCrf } : { mode, bitsPerSecond: 400_000 },
            ...(entry.maxBitrateWith.includes(mode) ? { maxBitrate: 800_000 } : {}),
          }));
    const wishes = rates.flatMap((rate) => formats.map((pixelFormat) => ({ ...rate, pixelFormat })));
    const made = await encode(encoder, wishes);
    for (const [index, { pixelFormat }] of wishes.entries())
      assert.match(
        made[index] ?? '',
        new RegExp(`\\b${entry.pixelFormats[pixelFormat] ?? ''}\\b`),
        pixelFormat,
      );
  });

  const moving = software.filter((encoder) => videoEncoderTable[encoder].rateModes.includes('bitrate'));

  each('take each speed', moving, async (encoder) => {
    // One a run: SVT-AV1 shares tables between all encodes of a process, and breaks when their speeds differ.
    for (const speed of speeds) await encode(encoder, [{ speed }]);
  });

  each('take each of their tunes, profiles and levels', software, async (encoder) => {
    const { tunes, profiles, levels } = videoEncoderTable[encoder];
    const wishes: Partial<VideoSettings>[] = [
      ...Object.keys(tunes ?? {}).map((tune) => ({ tune: tune as Tune })),
      ...Object.entries(profiles ?? {}).flatMap(([profile, entry]) =>
        entry.pixelFormats.map((pixelFormat: PixelFormat) => ({ profile: profile as Profile, pixelFormat })),
      ),
      // The lowest are for pictures still slower than this one.
      ...levels.filter((level) => Number(level) >= 2).map((level) => ({ level })),
    ];
    if (wishes.length > 0) await encode(encoder, wishes);
  });

  each('do what they say in two passes', moving, async (encoder) => {
    const entry = videoEncoderTable[encoder];
    for (const mode of entry.twoPassWith) {
      const rate = mode === 'crf' ? { mode, crf: 40 } : { mode, bitsPerSecond: 300_000 };
      await encode(encoder, [{ rate, pass: 1 }]);
      await encode(encoder, [{ rate, pass: 2 }], 'matroska');
    }
  });

  each(
    'make a still of a quality',
    ['mjpeg', 'png', 'libwebp', 'libaom-av1', 'libsvtav1'],
    async (encoder) => {
      await encode(
        encoder,
        [1, 50, 85, 100].map((quality) => ({ quality, still: true })),
      );
    },
  );

  each('carry HDR10’s metadata', ['libx265', 'libsvtav1'], async (encoder) => {
    const masteringDisplay = {
      red: [34_000, 16_000] as [number, number],
      green: [13_250, 34_500] as [number, number],
      blue: [7_500, 3_000] as [number, number],
      whitePoint: [15_635, 16_450] as [number, number],
      minLuminance: 50,
      maxLuminance: 10_000_000,
    };
    const color = {
      ...{ primaries: 'bt2020', transfer: 'smpte2084', space: 'bt2020nc', range: 'tv' as const },
      masteringDisplay,
      contentLight: { maxContent: 1000, maxAverage: 400 },
    };
    await encode(encoder, [{ color, pixelFormat: 'yuv420p10le' }], 'matroska');
    const file = path.join(folder, `${encoder}-0.matroska`);
    const probed = parseProbe((await run('ffprobe', ffprobeArguments(file))).stdout);
    assert.ok(probed.ok);
    const more = ffprobeFrameArguments(file, probed.probe);
    assert.ok(more, 'the transfer curve is not in the file');
    const [stream] = addFrameFacts(probed.probe, (await run('ffprobe', more)).stdout).streams;
    assert.deepEqual(stream?.contentLight, color.contentLight);
    const close = (a = 0, b = 0) => Math.abs(a - b) <= 2;
    const found = stream?.masteringDisplay;
    assert.ok(found);
    for (const name of ['red', 'green', 'blue', 'whitePoint'] as const)
      for (const axis of [0, 1] as const)
        assert.ok(close(found[name][axis], masteringDisplay[name][axis]), `${name} ${found[name].join()}`);
    assert.ok(close(found.minLuminance, masteringDisplay.minLuminance), String(found.minLuminance));
    assert.equal(found.maxLuminance, masteringDisplay.maxLuminance);
  });

  describe('of sound', () => {
    for (const encoder of audioEncoders)
      it(`${encoder} takes every number of channels, its usual bit rate and the ends of its range`, async function () {
        if (!present.has(encoder)) {
          console.log(`      ${ffmpeg} has no ${encoder}: not tried.`);
          this.skip();
        }
        const {
          layouts,
          bitrates,
          arguments: argumentsOf,
          sampleRates = [48_000],
          maxChannels,
        } = audioEncoderTable[encoder];
        const outputs: string[] = [];
        const make = (
          channels: number,
          layout: string,
          bitsPerSecond?: number,
          sampleRate = sampleRates[0],
        ) => {
          outputs.push(
            ...['-map', '0:a', '-af', `aformat=channel_layouts=${layout}`, '-ar', String(sampleRate)],
            ...[
              '-c:a:0',
              encoder,
              ...argumentsOf({ channels, bitsPerSecond, bitsPerSample: 24, stream: 'a:0' }),
            ],
            ...['-f', 'null', '-'],
          );
        };
        for (const [channels, layout] of Object.entries(layouts)) make(Number(channels), layout);
        assert.ok(Object.keys(layouts).length === 0 || Object.hasOwn(layouts, maxChannels));
        for (const end of ['min', 'max'] as const)
          if (bitrates) make(2, 'stereo', bitrates[end] * (bitrates.perChannel ? 2 : 1));
        for (const sampleRate of sampleRates) make(2, 'stereo', undefined, sampleRate);
        const silence = ['-f', 'lavfi', '-i', 'anoisesrc=sample_rate=48000:duration=0.2'];
        const { stderr } = await run(ffmpeg, [...quiet, ...silence, ...outputs], { cwd: folder });
        const outcome = trialOutcome({ code: 0, stderr });
        assert.ok(outcome.worked, outcome.worked ? '' : outcome.refusal);
      });
  });
});
