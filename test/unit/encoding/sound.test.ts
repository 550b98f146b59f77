import assert from 'node:assert/strict';
import fc from 'fast-check';
import { audioEncoderTable } from '../../../src/encoding/audioEncoders.ts';
import { layoutNames } from '../../../src/encoding/channelLayouts.ts';
import { containerTable } from '../../../src/encoding/containers.ts';
import type { Dialect } from '../../../src/encoding/dialect.ts';
import type { MeasuredLoudness } from '../../../src/encoding/plan.ts';
import { audioEncoders, containers } from '../../../src/encoding/presetNames.ts';
import type { AudioPreset, AudioRule } from '../../../src/encoding/presetTracks.ts';
import type { ProbeStream } from '../../../src/encoding/probe.ts';
import { bitrateRange } from '../../../src/encoding/soundBitrate.ts';
import { planSound } from '../../../src/encoding/sound.ts';
import type { SoundInput } from '../../../src/encoding/sound.ts';
import { audioStream, everything, probeOf, videoStream } from './probes.ts';

const dialect: Dialect = {
  ...{ version: '5.1', frameRateModeOption: '-fps_mode', sourceTimeBase: '-1' },
  ...{ demuxers: [], muxers: [], decoders: [], filters: ['loudnorm'], features: [], refusals: {} },
};

function tracks(...fields: Partial<ProbeStream>[]): SoundInput['probe'] {
  return probeOf([
    videoStream(),
    ...fields.map((own, position) => audioStream({ index: position + 1, default: position === 0, ...own })),
  ]);
}

const languages = tracks(
  { language: 'ger', codec: 'ac3', channels: 6, channelLayout: '5.1(side)' },
  { language: 'eng', codec: 'dts', channels: 6, channelLayout: '5.1(side)' },
  { language: 'eng', title: 'Director’s commentary' },
);

function planned(audio: AudioPreset, more: Partial<SoundInput> = {}) {
  return planSound({
    ...{ probe: tracks({}), container: 'mkv', span: { start: 0 }, dialect, capabilities: everything },
    ...{ measured: {}, inputArgv: ['-i', 'file:/a.mkv'], ...more },
    audio,
  });
}

function sound(audio: AudioPreset, more: Partial<SoundInput> = {}) {
  const outcome = planned(audio, more);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  return outcome.sound;
}

function problem(audio: AudioPreset, more: Partial<SoundInput> = {}) {
  const outcome = planned(audio, more);
  assert.ok(!outcome.ok, 'it is planned');
  return outcome.problem;
}

/** The value of an option. */
function option(argv: readonly string[], name: string): string | undefined {
  return argv[argv.indexOf(name) + 1 || argv.length];
}

const rules = (...list: AudioRule[]): AudioPreset => ({ encoder: 'aac', tracks: list });
const messages = (plan: ReturnType<typeof sound>) => plan.notes.map(({ message }) => message);

describe('which sound tracks are kept', () => {
  it('says where what is louder than full scale does not come through', () => {
    const floating = tracks({ codec: 'pcm_f32le' });
    const told = (encoder: AudioPreset['encoder']): boolean =>
      sound({ encoder }, { probe: floating }).notes.some(({ loses }) => loses === 'sound');
    assert.deepEqual((['aac', 'flac', 'libopus', 'ac3'] as const).map(told), [true, true, false, false]);
  });

  it('all where players offer them, the default one elsewhere', () => {
    assert.deepEqual(sound({ encoder: 'aac' }, { probe: languages, container: 'mkv' }).maps, [
      '0:1',
      '0:2',
      '0:3',
    ]);
    const one = sound({ encoder: 'aac' }, { probe: languages, container: 'mp4' });
    assert.deepEqual(one.maps, ['0:1']);
    assert.deepEqual(messages(one).slice(0, 1), [
      'Audio track 1 (ger, ac3) is kept, 2 others are left out; "tracks": "all" in the preset’s audio keeps them.',
    ]);
    assert.deepEqual(
      sound({ encoder: 'aac', tracks: 'all' }, { probe: languages, container: 'mp4' }).maps.length,
      3,
    );
  });

  it('a commentary is not the default one while there is another', () => {
    const probe = tracks({ title: 'Commentary', default: true }, { default: false });
    assert.deepEqual(sound({ encoder: 'aac', tracks: 'default' }, { probe }).maps, ['0:2']);
    const only = tracks({ commentary: true });
    assert.deepEqual(sound({ encoder: 'aac', tracks: 'default' }, { probe: only }).maps, ['0:1']);
  });

  it('two tracks of one channel stay two', () => {
    const probe = tracks({ channels: 1, channelLayout: 'mono' }, { channels: 1, channelLayout: 'mono' });
    assert.deepEqual(
      sound({ encoder: 'aac' }, { probe }).expected.map(({ channels }) => channels),
      [1, 1],
    );
  });

  it('a track without channels or a decoder is left out, and that is said', () => {
    const probe = tracks({ channels: undefined }, { codec: 'ac4' }, { codec: 'unknown' }, {});
    const plan = sound({ encoder: 'aac' }, { probe });
    assert.deepEqual(plan.maps, ['0:4']);
    assert.equal(
      messages(plan).filter((text) => text.endsWith('left out: ffmpeg cannot read it.')).length,
      3,
    );
  });

  it('more than the container’s one is refused at the field', () => {
    const refused = problem({ encoder: 'flac', tracks: 'all' }, { probe: languages, container: 'flac' });
    assert.deepEqual(refused.path, ['audio', 'tracks']);
    assert.match(refused.message, /flac holds one audio track, but the preset keeps 3/u);
  });
});

describe('rules for sound tracks', () => {
  const keptBy = (when: AudioRule['when']) => sound(rules({ when, do: 'encode' }), { probe: languages }).maps;

  it('fit by number, language in any code, codec, default, commentary and channels', () => {
    assert.deepEqual(keptBy({ number: 2 }), ['0:2']);
    assert.deepEqual(keptBy({ language: ['deu'] }), ['0:1']);
    assert.deepEqual(keptBy({ language: ['en', 'de'] }), ['0:1', '0:2', '0:3']);
    assert.deepEqual(keptBy({ codec: ['dts', 'ac3'] }), ['0:1', '0:2']);
    assert.deepEqual(keptBy({ default: false }), ['0:2', '0:3']);
    assert.deepEqual(keptBy({ commentary: true }), ['0:3']);
    assert.deepEqual(keptBy({ commentary: false, language: ['eng'] }), ['0:2']);
    assert.deepEqual(keptBy({ channelsAbove: 2 }), ['0:1', '0:2']);
    assert.deepEqual(keptBy({ language: ['und'] }), []);
  });

  it('the first that fits decides; what none fits is left out, and that is said', () => {
    const plan = sound(
      rules({ when: { commentary: true }, do: 'drop' }, { when: { language: ['eng'] }, do: 'encode' }),
      { probe: languages },
    );
    assert.deepEqual(plan.maps, ['0:2']);
    assert.ok(messages(plan).includes('1 audio track is left out: no rule of the preset fits.'));
  });

  it('keep copies what the container holds and encodes the rest', () => {
    const plan = sound(rules({ do: 'keep' }), { probe: languages, container: 'mp4' });
    assert.deepEqual(
      plan.expected.map(({ codec }) => codec),
      ['ac3', 'aac', 'aac'],
    );
    assert.equal(option(plan.argv, '-c:a:0'), 'copy');
    assert.equal(option(plan.argv, '-c:a:1'), 'aac');
  });

  it('keep with fewer channels encodes what has more', () => {
    const plan = sound(rules({ do: 'keep', maxChannels: 2 }), { probe: languages });
    assert.deepEqual(
      plan.expected.map(({ codec, channels }) => [codec, channels]),
      [
        ['aac', 2],
        ['aac', 2],
        ['aac', 2],
      ],
    );
    assert.equal(option(plan.argv, '-c:a:2'), 'copy');
  });

  it('copy of what the container cannot hold is refused at the rule', () => {
    const refused = problem(rules({ when: { number: 9 }, do: 'drop' }, { do: 'copy' }), {
      probe: languages,
      container: 'mp4',
    });
    assert.deepEqual(refused.path, ['audio', 'tracks', 1, 'do']);
    assert.match(
      refused.message,
      /Audio track 2 \(eng, dts\) cannot be copied: the container mp4 holds no dts/u,
    );
    assert.match(refused.hint, /"keep"/u);
  });

  it('each has its own encoder, bit rate and channels', () => {
    const plan = sound(
      {
        ...{ encoder: 'aac', bitrate: '160k', maxChannels: 2 },
        tracks: [
          { when: { number: 1 }, do: 'encode', encoder: 'ac3', bitrate: '448k', maxChannels: 6 },
          { do: 'encode' },
        ],
      },
      { probe: languages },
    );
    assert.equal(option(plan.argv, '-c:a:0'), 'ac3');
    assert.equal(option(plan.argv, '-b:a:0'), '448000');
    assert.equal(option(plan.argv, '-b:a:1'), '160000');
    assert.deepEqual(
      plan.expected.map(({ channels }) => channels),
      [6, 2, 2],
    );
    assert.deepEqual(plan.encoders, ['ac3', 'aac']);
  });
});

describe('flags, languages and titles of sound tracks', () => {
  it('exactly one track is the default', () => {
    const flags = (probe: SoundInput['probe'], audio: AudioPreset) => {
      const { argv, tracks: kept } = sound(audio, { probe });
      return kept.map((stream, position) => {
        const changed = option(argv, `-disposition:a:${position}`) ?? '';
        return changed.includes('+default') || (stream.default && !changed.includes('-default'));
      });
    };
    assert.deepEqual(flags(tracks({ default: false }, { default: false }), { encoder: 'aac' }), [
      true,
      false,
    ]);
    assert.deepEqual(flags(tracks({ default: true }, { default: true }), { encoder: 'aac' }), [true, false]);
    assert.deepEqual(flags(tracks({ default: false }, { default: true }), { encoder: 'aac' }), [false, true]);
    assert.deepEqual(
      flags(languages, rules({ when: { language: ['eng'] }, do: 'encode', default: true }, { do: 'encode' })),
      [false, true, false],
    );
    assert.deepEqual(flags(languages, rules({ do: 'encode', default: false })), [false, false, false]);
  });

  it('a rule may force and name a track; other flags stay', () => {
    const { argv } = sound(rules({ do: 'encode', forced: true, title: 'Stereo' }), {
      probe: tracks({ default: false, forced: false }),
    });
    assert.equal(option(argv, '-disposition:a:0'), '+default+forced');
    assert.ok(argv.includes('title=Stereo'));
  });

  it('mp4 and mpegts get three letters, and mp4 the title where players look', () => {
    const probe = tracks({ language: 'de', title: 'Original' });
    const mp4 = sound({ encoder: 'aac' }, { probe, container: 'mp4' });
    assert.ok(mp4.argv.includes('language=deu'));
    assert.ok(mp4.argv.includes('handler_name=Original'));
    assert.equal(mp4.expected[0]?.language, 'deu');
    const mkv = sound({ encoder: 'aac' }, { probe, container: 'mkv' });
    assert.ok(mkv.argv.includes('language=de'));
  });

  it('the title of an ogg file is no title of its track', () => {
    const probe = probeOf([audioStream({ index: 0, codec: 'vorbis', title: 'Song' })], { formatName: 'ogg' });
    assert.ok(!sound({ encoder: 'aac' }, { probe, container: 'm4a' }).argv.join(' ').includes('Song'));
  });
});

describe('encoding of sound tracks', () => {
  it('a sample rate that the encoder refuses becomes the next that it takes', () => {
    const rate = (
      encoder: (typeof audioEncoders)[number],
      sampleRate: number,
      container: SoundInput['container'],
    ) => option(sound({ encoder }, { probe: tracks({ sampleRate }), container }).argv, '-ar:a:0');
    assert.equal(rate('libopus', 44_100, 'mkv'), '48000');
    assert.equal(rate('libmp3lame', 22_050, 'mp3'), '32000');
    assert.equal(rate('aac', 44_100, 'mp4'), undefined);
    assert.equal(rate('aac', 96_000, 'mp4'), '48000');
    assert.equal(rate('aac', 88_200, 'mp4'), '44100');
    assert.equal(rate('ac3', 8000, 'mkv'), '32000');
    assert.equal(rate('flac', 192_000, 'flac'), undefined);
  });

  it('a bit rate beyond the encoder’s is brought within, and that is said', () => {
    const plan = sound(
      { encoder: 'libopus', bitrate: '600k' },
      { probe: tracks({ channels: 1, channelLayout: 'mono' }) },
    );
    assert.equal(option(plan.argv, '-b:a:0'), '256000');
    assert.deepEqual(messages(plan), ['Audio track 1 (aac): opus has at most 256k here, not 600k.']);
  });

  it('without a bit rate more channels get more', () => {
    const bits = (channels: number, channelLayout: string) =>
      sound({ encoder: 'aac' }, { probe: tracks({ channels, channelLayout }) }).bitsPerSecond;
    assert.ok(bits(1, 'mono') < bits(2, 'stereo'));
    assert.ok(bits(2, 'stereo') < bits(6, '5.1'));
  });

  it('an inherited bit rate means nothing to an encoder without loss', () => {
    const { argv } = sound({ encoder: 'flac', bitrate: '160k' });
    assert.equal(argv.includes('-b:a:0'), false);
  });

  it('what is lost of the room is said, and whether it was asked for', () => {
    const probe = tracks({ channels: 8, channelLayout: '7.1', profile: 'Dolby TrueHD + Dolby Atmos' });
    assert.deepEqual(messages(sound({ encoder: 'aac' }, { probe })), [
      'Audio track 1 (aac): 7.1 is mixed down to 5.1, the nearest that aac takes.',
      'Audio track 1 (aac): its sound objects (Dolby TrueHD + Dolby Atmos) are lost; "do": "copy" keeps them.',
    ]);
    const plain = tracks({ channels: 8, channelLayout: '7.1' });
    assert.deepEqual(messages(sound({ encoder: 'aac', maxChannels: 2 }, { probe: plain })), [
      'Audio track 1 (aac): 7.1 is mixed down to stereo, as the preset says.',
    ]);
  });

  it('an encoder that was not proved here is refused at its field', () => {
    const missing = problem({ encoder: 'aac' }, { capabilities: {} });
    assert.equal(missing.code, 'encoder-unavailable');
    assert.deepEqual(missing.path, ['audio', 'encoder']);
    const failed = problem(rules({ do: 'encode', encoder: 'libopus' }), {
      capabilities: { libopus: { usable: false, refusal: 'no' } },
    });
    assert.deepEqual(failed.path, ['audio', 'tracks', 0, 'encoder']);
    assert.match(failed.message, /libopus failed its trial run/u);
  });

  it('copies need no encoder', () => {
    assert.ok(planned(rules({ do: 'copy' }), { capabilities: {} }).ok);
  });

  it('without an encoder the container’s usual one is used', () => {
    assert.equal(sound({}, { container: 'webm' }).expected[0]?.codec, 'opus');
  });

  it('a part has its own duration and offset', () => {
    const plan = sound(
      { encoder: 'aac' },
      { probe: tracks({ startTime: 3, duration: 7 }), span: { start: 1, duration: 4 } },
    );
    assert.equal(plan.expected[0]?.startOffset, 2);
    assert.equal(plan.expected[0]?.duration, 4);
  });
});

describe('loudness of sound tracks', () => {
  const measured: MeasuredLoudness = {
    ...{ inputI: -30, inputTp: -20, inputLra: 5, inputThresh: -40, targetOffset: 0 },
  };
  const probe = tracks({ channels: 6, channelLayout: '5.1(side)' }, {});

  it('is measured first, of each encoded track, through what it will go through', () => {
    const plan = sound(
      { encoder: 'libopus', loudness: -16, tracks: [{ when: { number: 2 }, do: 'copy' }, { do: 'encode' }] },
      { probe, span: { start: 2, duration: 5 }, inputArgv: ['-ss', '2', '-i', 'file:/a.mkv'] },
    );
    assert.equal(plan.analyses.length, 1);
    const [analysis] = plan.analyses;
    assert.ok(analysis?.kind === 'loudness');
    assert.equal(analysis.track, 0);
    const argv = analysis.commands[0]?.argv ?? [];
    assert.equal(option(argv, '-ss'), '2');
    assert.equal(option(argv, '-map'), '0:1');
    assert.match(
      option(argv, '-filter:a:0') ?? '',
      /^channelmap=.*:5\.1,loudnorm=I=-16:.*print_format=json$/u,
    );
    assert.equal(analysis.commands[0]?.duration, 5);
  });

  it('is then changed, at the source’s sample rate', () => {
    const plan = sound(
      { encoder: 'aac', loudness: -16 },
      { probe, measured: { loudness: { 0: measured, 1: { ...measured, inputTp: -1 } } } },
    );
    assert.deepEqual(plan.analyses, []);
    assert.match(option(plan.argv, '-filter:a:0') ?? '', /volume=14\.00dB$/u);
    assert.match(option(plan.argv, '-filter:a:1') ?? '', /^loudnorm=I=-16:/u);
    assert.equal(option(plan.argv, '-ar:a:1'), '48000');
    assert.equal(messages(plan).length, 1);
  });

  it('is refused at its field where this ffmpeg cannot measure it', () => {
    const without = { ...dialect, filters: [] };
    const refused = problem({ encoder: 'aac', loudness: -16 }, { dialect: without });
    assert.equal(refused.code, 'ffmpeg-lacks');
    assert.deepEqual(refused.path, ['audio', 'loudness']);
    assert.ok(planned({ loudness: -16, tracks: [{ do: 'copy' }] }, { dialect: without }).ok);
  });

  it('of silence stays as it is', () => {
    const plan = sound(
      { encoder: 'aac', loudness: -16 },
      { measured: { loudness: { 0: { ...measured, inputI: -99 } } } },
    );
    assert.equal(option(plan.argv, '-filter:a:0'), undefined);
    assert.deepEqual(plan.analyses, []);
    assert.deepEqual(messages(plan), ['Audio track 1 (aac): it is silent, so its loudness stays as it is.']);
  });
});

describe('any sound', () => {
  const stream = fc.record({
    channels: fc.option(fc.integer({ min: 1, max: 24 }), { nil: undefined }),
    channelLayout: fc.option(fc.constantFrom(...layoutNames), { nil: undefined }),
    sampleRate: fc.option(fc.integer({ min: 8000, max: 384_000 }), { nil: undefined }),
    codec: fc.constantFrom('aac', 'ac3', 'dts', 'opus', 'pcm_s24le', 'unknown', 'truehd'),
    language: fc.option(fc.string(), { nil: undefined }),
    title: fc.option(fc.string(), { nil: undefined }),
    default: fc.boolean(),
  });
  const rule = fc.record({
    when: fc.record({ number: fc.integer({ min: 1, max: 4 }) }, { requiredKeys: [] }),
    do: fc.constantFrom('encode' as const, 'copy' as const, 'keep' as const, 'drop' as const),
    maxChannels: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  });
  const audio = fc.record({
    encoder: fc.constantFrom(...audioEncoders),
    bitrate: fc.option(
      fc.integer({ min: 1, max: 9000 }).map((kilobits) => `${kilobits}k`),
      { nil: undefined },
    ),
    maxChannels: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
    tracks: fc.oneof(
      fc.constantFrom('all' as const, 'default' as const),
      fc.array(rule, { minLength: 1, maxLength: 4 }),
    ),
  });

  it('gives options that its encoders take, or a refusal at a field', () => {
    fc.assert(
      fc.property(
        fc.array(stream, { maxLength: 5 }),
        audio,
        fc.constantFrom(...containers),
        (streams, preset, container) => {
          const outcome = planned(preset, { probe: tracks(...streams), container });
          if (!outcome.ok) {
            assert.equal(outcome.problem.path?.[0], 'audio');
            return;
          }
          const { sound: plan } = outcome;
          assert.equal(plan.argv.length % 2, 0);
          assert.equal(plan.maps.length, plan.expected.length);
          assert.ok(Number.isFinite(plan.bitsPerSecond));
          for (const [position, expected] of plan.expected.entries()) {
            const encoder = audioEncoders.find((name) => name === option(plan.argv, `-c:a:${position}`));
            const { audioCodecs, copyAudio = [] } = containerTable[container];
            assert.ok([...audioCodecs, ...copyAudio].includes(expected.codec));
            if (encoder === undefined) continue;
            const { maxChannels, sampleRates } = audioEncoderTable[encoder];
            assert.ok((expected.channels ?? 0) <= maxChannels);
            const rate = Number(option(plan.argv, `-ar:a:${position}`) ?? plan.tracks[position]?.sampleRate);
            assert.ok(sampleRates?.includes(rate) ?? true, `${encoder} takes no ${rate} Hz`);
            const bits = option(plan.argv, `-b:a:${position}`);
            if (bits === undefined) continue;
            const range = bitrateRange(encoder, expected.channels ?? 1, rate);
            assert.ok(range && Number(bits) <= range.max && Number(bits) >= range.min, `${encoder} ${bits}`);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
