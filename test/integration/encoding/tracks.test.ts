import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { audioEncoderTable } from '../../../src/encoding/audioEncoders.ts';
import { layoutNames } from '../../../src/encoding/channelLayouts.ts';
import { containerTable } from '../../../src/encoding/containers.ts';
import { readLoudness } from '../../../src/encoding/loudness.ts';
import type { MeasuredLoudness } from '../../../src/encoding/plan.ts';
import { audioEncoders, containers } from '../../../src/encoding/presetNames.ts';
import type { AudioEncoder, Container } from '../../../src/encoding/presetNames.ts';
import type { AudioPreset } from '../../../src/encoding/presetTracks.ts';
import type { Probe, ProbeStream } from '../../../src/encoding/probe.ts';
import { planSound } from '../../../src/encoding/sound.ts';
import type { SoundPlan } from '../../../src/encoding/sound.ts';
import {
  dialect,
  everything,
  hasEncoder,
  inputOf,
  loudnessOf,
  notesOf,
  probeOf,
  resultOf,
  run,
} from './trackRun.ts';

/** Sound on a real ffmpeg: no layout, rate, bit rate or container that may meet is refused by it. */

/** Those that hold films or sound; a still or an animation has none. */
const holders = containers.filter((name) => ['film', 'sound'].includes(containerTable[name].kind));

let folder: string;
let encoders: AudioEncoder[];

before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-tracks-'));
  const there = await Promise.all(audioEncoders.map(hasEncoder));
  encoders = audioEncoders.filter((_, index) => there[index]);
  const missing = audioEncoders.filter((name) => !encoders.includes(name));
  if (missing.length > 0) console.error(`NOT TESTED: this ffmpeg has no ${missing.join(', ')}`);
});

after(() => rmSync(folder, { recursive: true, force: true }));

function plan(
  probe: Probe,
  audio: AudioPreset,
  container: Container,
  more: Partial<Parameters<typeof planSound>[0]> = {},
): SoundPlan {
  const outcome = planSound({
    ...{ probe, audio, container, dialect, capabilities: everything, measured: {} },
    ...{ span: { start: 0 }, inputArgv: [], ...more },
  });
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.sound;
}

const mapped = (sound: SoundPlan): string[] => sound.maps.flatMap((map) => ['-map', map]);

/** A source of one track that a filter of ffmpeg's makes, as the probe of a file would have it. */
function made(fields: Partial<ProbeStream>): Probe {
  const stream: ProbeStream = {
    ...{ index: 0, type: 'audio', codec: 'pcm_s16le', sampleRate: 48_000 },
    ...{ attachedPicture: false, default: true, ...fields },
  };
  return { formatName: 'wav', bytes: 0, streams: [stream] };
}

/** A note for each channel, 300 Hz and up. */
function chord(layout: string, channels: number, seconds: number): string[] {
  const notes = Array.from({ length: channels }, (_, at) => `0.2*sin(2*PI*${noteOf(at)}*t)`);
  return ['-f', 'lavfi', '-i', `aevalsrc=exprs='${notes.join('|')}':c=${layout}:s=48000:d=${seconds}`];
}

const noteOf = (channel: number): number => 300 + 150 * channel;

function noise(seconds: number, rate: number, layout: string, level = 0.5): string[] {
  const source = `anoisesrc=d=${seconds}:r=${rate}:a=${level}:seed=1`;
  return ['-f', 'lavfi', '-i', `${source},aformat=channel_layouts=${layout}`];
}

function channelsOf(layout: string): number {
  const words: Record<string, number> = {
    ...{ mono: 1, stereo: 2, downmix: 2, quad: 4, 'quad(side)': 4, hexagonal: 6, octagonal: 8 },
  };
  const [main = '', low = '0'] = layout.replace(/\(.*/u, '').split('.');
  return words[layout] ?? Number(main) + Number(low);
}

/** One run of ffmpeg with a result for each of these; gives what ffmpeg itself says of each result's sound. */
async function encodeAll(
  input: readonly string[],
  results: readonly { sound: SoundPlan; container: Container }[],
): Promise<string[]> {
  const place = path.join(folder, 'all');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  const { stderr } = await run(
    [
      ...['-loglevel', 'info', '-y', ...input],
      ...results.flatMap(({ sound, container }, index) => [
        ...mapped(sound),
        ...sound.argv,
        ...resultOf(container, place, String(index)),
      ]),
    ],
    folder,
  );
  // The first is the source's. Since ffmpeg 7 results are opened side by side, and said in any order.
  const [, ...said] = stderr.matchAll(/Stream #(\d+):0.*?: Audio: (.*)/gu);
  const lines: string[] = [];
  for (const [, number, line] of said) lines[Number(number)] = line ?? '';
  return lines.filter((line) => line !== undefined);
}

describe('channel layouts on a real ffmpeg', function () {
  this.timeout(60_000);

  const pairs = (): { encoder: AudioEncoder; container: Container }[] =>
    encoders.flatMap((encoder) =>
      holders
        .filter((container) =>
          containerTable[container].audioCodecs.includes(audioEncoderTable[encoder].codec),
        )
        .map((container) => ({ encoder, container })),
    );

  for (const layout of layoutNames)
    it(`${layout} is taken by every encoder in every container that may meet`, async () => {
      const channels = channelsOf(layout);
      const probe = made({ channels, channelLayout: layout });
      const results = pairs().map(({ encoder, container }) => ({
        ...{ encoder, container },
        sound: plan(probe, { encoder }, container),
      }));
      const lines = await encodeAll(chord(layout, channels, 0.12), results);
      assert.equal(lines.length, results.length);
      for (const [index, { encoder, sound }] of results.entries()) {
        const wanted = filterOf(sound)?.split(/[=:]/u).at(-1) ?? layout;
        const said = lines[index]?.split(', ')[2];
        assert.equal(said, wanted, `${encoder}: ${lines[index]}`);
      }
    });

  for (const channels of [1, 2, 4, 6, 8, 12])
    it(`${channels} channels without a layout are taken too`, async () => {
      const probe = made({ channels, channelLayout: undefined });
      const results = pairs().map(({ encoder, container }) => ({
        container,
        sound: plan(probe, { encoder }, container),
      }));
      // Raw sound names no speakers.
      const input = ['-f', 's16le', '-ar', '48000', '-ac', String(channels), '-t', '0.12', '-i', '/dev/zero'];
      assert.equal((await encodeAll(input, results)).length, results.length);
    });

  const moves: [string, AudioEncoder, Container, (number | undefined)[]][] = [
    ['5.1(side)', 'libopus', 'mkv', [0, 1, 2, undefined, 4, 5]],
    ['5.1(side)', 'flac', 'flac', [0, 1, 2, 3, 4, 5]],
    ['quad(side)', 'flac', 'mkv', [0, 1, 2, 3]],
    // FL FR FC LFE BL BR BC becomes FL FR FC LFE BC SL SR.
    ['6.1(back)', 'flac', 'flac', [0, 1, 2, 3, 6, 4, 5]],
    // FL FR LFE becomes FL FR FC LFE BL BR, three of them silent.
    ['2.1', 'flac', 'flac', [0, 1, -1, 2, -1, -1]],
    // FL FR FC BC SL SR becomes FL FR FC LFE BC SL SR.
    ['6.0', 'flac', 'flac', [0, 1, 2, -1, 3, 4, 5]],
    ['4.0', 'aac', 'mp4', [0, 1, 2, 3]],
  ];
  for (const [layout, encoder, container, order] of moves)
    it(`${layout} to ${encoder}: each channel is heard where it was`, async function () {
      if (!encoders.includes(encoder)) return this.skip();
      const channels = channelsOf(layout);
      const sound = plan(made({ channels, channelLayout: layout }), { encoder }, container);
      const result = path.join(folder, `moved.${container}`);
      await run(
        [
          '-loglevel',
          'error',
          '-y',
          ...chord(layout, channels, 0.6),
          ...sound.argv,
          ...resultOf(container, folder, 'moved'),
        ],
        folder,
      );
      const found = await notesOf(result, folder);
      assert.equal(found.length, order.length);
      for (const [place, channel] of order.entries()) {
        if (channel === undefined) continue;
        const wanted = channel < 0 ? 0 : noteOf(channel);
        assert.ok(
          Math.abs((found[place] ?? 0) - wanted) <= 12,
          `${String(found)} Hz, wanted ${wanted} at ${place}`,
        );
      }
    });
});

function filterOf(sound: SoundPlan): string | undefined {
  const at = sound.argv.indexOf('-filter:a:0');
  return at < 0 ? undefined : sound.argv[at + 1];
}

describe('rates on a real ffmpeg', function () {
  this.timeout(60_000);
  const layouts = ['mono', 'stereo', '5.1'];

  for (const rate of [8000, 22_050, 44_100, 48_000, 192_000])
    it(`${rate} Hz at the lowest, the usual and the highest bit rate of every encoder`, async () => {
      for (const layout of layouts) {
        const probe = made({ channels: channelsOf(layout), channelLayout: layout, sampleRate: rate });
        const results = encoders.flatMap((encoder) =>
          ['1k', undefined, '90M'].map((bitrate) => ({
            container: 'mkv' as const,
            sound: plan(probe, { encoder, bitrate }, 'mkv'),
          })),
        );
        const lines = await encodeAll(noise(0.15, rate, layout), results);
        assert.equal(lines.length, results.length);
      }
    });

  for (const sampleRate of [32_000, 44_100, 48_000, 96_000] as const)
    it(`${sampleRate} Hz where the preset asks for it and the encoder takes it`, async () => {
      const takes = encoders.filter(
        (name) => audioEncoderTable[name].sampleRates?.includes(sampleRate) ?? true,
      );
      const probe = made({ channels: 2, channelLayout: 'stereo', sampleRate: 22_050 });
      const results = takes.map((encoder) => ({
        container: 'mkv' as const,
        sound: plan(probe, { encoder, sampleRate }, 'mkv'),
      }));
      for (const line of await encodeAll(noise(0.15, 22_050, 'stereo'), results))
        assert.match(line, new RegExp(`, ${sampleRate} Hz, `, 'u'));
    });
});

describe('copies on a real ffmpeg', function () {
  this.timeout(60_000);

  /** ffmpeg's encoder → ffprobe's name of what it makes. */
  const sources: [string, string][] = [
    ...ownEncoders(),
    ['mp2', 'mp2'],
    ['dca', 'dts'],
    ['truehd', 'truehd'],
    ['wmav2', 'wmav2'],
    ['pcm_s32le', 'pcm_s32le'],
    ['pcm_f32le', 'pcm_f32le'],
    ['pcm_s16be', 'pcm_s16be'],
    ['pcm_s24be', 'pcm_s24be'],
  ];
  for (const [encoder, codec] of sources)
    it(`${codec} is copied into every container that claims to hold it`, async function () {
      if (!(await hasEncoder(encoder))) return this.skip();
      const file = path.join(folder, `${codec}.mkv`);
      await run(
        ['-loglevel', 'error', '-y', ...noise(0.3, 48_000, 'stereo'), '-c:a', encoder, '-strict', '-2', file],
        folder,
      );
      const probe = await probeOf(file);
      const claims = holders.filter((container) => {
        const { audioCodecs, copyAudio = [] } = containerTable[container];
        return [...audioCodecs, ...copyAudio].includes(codec);
      });
      const results = claims.map((container) => ({
        container,
        sound: plan(probe, { tracks: [{ do: 'copy' }] }, container),
      }));
      const lines = await encodeAll(inputOf(file, probe), results);
      assert.equal(lines.length, claims.length);
      for (const [index, { container }] of results.entries()) {
        const [copied] = (await probeOf(path.join(folder, 'all', `${index}.${container}`))).streams;
        assert.equal(copied?.codec, codec, container);
        assert.equal(copied?.channels, 2, container);
      }
    });
});

function ownEncoders(): [string, string][] {
  return audioEncoders.map((name) => [name, audioEncoderTable[name].codec]);
}

describe('loudness on a real ffmpeg', function () {
  this.timeout(60_000);

  const table: [string, string[], number][] = [
    ['quiet noise', noise(4, 48_000, 'stereo', 0.02), -16],
    ['loud noise', noise(4, 44_100, 'stereo', 0.9), -23],
    ['5.1(side)', noise(4, 48_000, '5.1(side)', 0.05), -18],
    ['one channel', noise(4, 48_000, 'mono', 0.05), -16],
    [
      // A click each second leaves no room for one gain.
      'quiet sound with peaks',
      ['-f', 'lavfi', '-i', "aevalsrc=exprs='0.02*sin(2*PI*700*t)+0.9*lt(mod(t,1),0.002)':s=48000:d=6"],
      -16,
    ],
  ];
  for (const [title, input, goal] of table)
    it(`${title} comes within 1 LU of ${goal} LUFS`, async () => {
      const file = path.join(folder, 'level.wav');
      await run(['-loglevel', 'error', '-y', ...input, '-c:a', 'pcm_s24le', file], folder);
      const result = await normalized(file, { encoder: 'flac', loudness: goal }, 'flac');
      const level = await loudnessOf(result, folder);
      assert.ok(Math.abs(level - goal) <= 1, `${level} LUFS`);
      const [stream] = (await probeOf(result)).streams;
      assert.equal(stream?.sampleRate, (await probeOf(file)).streams[0]?.sampleRate);
    });

  it('of a part is that of the part alone', async () => {
    const file = path.join(folder, 'halves.wav');
    const halves = [
      '-f',
      'lavfi',
      '-i',
      "aevalsrc=exprs='if(lt(t,5),0.8,0.01)*sin(2*PI*700*t)':s=48000:d=10",
    ];
    await run(['-loglevel', 'error', '-y', ...halves, '-c:a', 'pcm_s24le', file], folder);
    const result = await normalized(file, { encoder: 'flac', loudness: -20 }, 'flac', { start: 5 });
    const level = await loudnessOf(result, folder);
    assert.ok(Math.abs(level + 20) <= 1, `${level} LUFS`);
  });

  it('of silence stays silence', async () => {
    const file = path.join(folder, 'silence.wav');
    const silence = ['-f', 'lavfi', '-t', '2', '-i', 'anullsrc=r=48000:cl=stereo'];
    await run(['-loglevel', 'error', '-y', ...silence, file], folder);
    const result = await normalized(file, { encoder: 'flac', loudness: -16 }, 'flac');
    assert.deepEqual(await notesOf(result, folder), [0, 0]);
  });

  /** Measures, plans again with what was measured, encodes. */
  async function normalized(
    file: string,
    audio: AudioPreset,
    container: Container,
    span: { start: number } = { start: 0 },
  ): Promise<string> {
    const probe = await probeOf(file);
    const seek = span.start > 0 ? ['-ss', String(span.start)] : [];
    const inputArgv = [...seek, ...inputOf(file, probe)];
    const [analysis] = plan(probe, audio, container, { inputArgv, span }).analyses;
    assert.ok(analysis?.kind === 'loudness');
    const loudness: Record<number, MeasuredLoudness> = {};
    for (const { argv } of analysis.commands) {
      const { stderr } = await run(argv, folder);
      const measured = readLoudness(stderr);
      assert.ok(measured, stderr);
      loudness[analysis.track] = measured;
    }
    const sound = plan(probe, audio, container, { inputArgv, span, measured: { loudness } });
    assert.deepEqual(sound.analyses, []);
    await run(
      [
        '-loglevel',
        'error',
        '-y',
        ...inputArgv,
        ...mapped(sound),
        ...sound.argv,
        ...resultOf(container, folder),
      ],
      folder,
    );
    return path.join(folder, `result.${container}`);
  }
});
