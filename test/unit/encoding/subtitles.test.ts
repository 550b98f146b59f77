import assert from 'node:assert/strict';
import fc from 'fast-check';
import { containerTable } from '../../../src/encoding/containers.ts';
import type { Dialect } from '../../../src/encoding/dialect.ts';
import { containers } from '../../../src/encoding/presetNames.ts';
import type { Container } from '../../../src/encoding/presetNames.ts';
import type { SubtitleRule, SubtitlesPreset } from '../../../src/encoding/presetTracks.ts';
import type { Probe, ProbeStream } from '../../../src/encoding/probe.ts';
import { planSubtitles } from '../../../src/encoding/subtitles.ts';
import { audioStream, probeOf, videoStream } from './probes.ts';

const dialect: Dialect = {
  ...{ version: '5.1', frameRateModeOption: '-fps_mode', sourceTimeBase: '-1' },
  ...{ demuxers: [], muxers: [], decoders: [], filters: [], features: [], refusals: {} },
};

function source(...codecs: (string | Partial<ProbeStream>)[]): Probe {
  const tracks = codecs.map((own, position): ProbeStream => ({
    ...{ index: position + 2, type: 'subtitle', codec: 'subrip', attachedPicture: false, default: false },
    ...(typeof own === 'string' ? { codec: own } : own),
  }));
  return probeOf([videoStream(), audioStream(), ...tracks], { formatName: 'matroska,webm' });
}

function planned(
  probe: Probe,
  container: Container,
  subtitles: SubtitlesPreset | false | undefined = {},
  more: { burnt?: number; decoders?: string[] } = {},
) {
  const { burnt, decoders = [] } = more;
  return planSubtitles({ probe, container, subtitles, dialect: { ...dialect, decoders }, burnt });
}

function plan(...input: Parameters<typeof planned>) {
  const outcome = planned(...input);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  const { maps, argv, expected, notes } = outcome.subtitles;
  return { maps, argv: argv.join(' '), expected, notes: notes.map(({ message }) => message) };
}

function problem(...input: Parameters<typeof planned>) {
  const outcome = planned(...input);
  assert.ok(!outcome.ok, 'it is planned');
  return outcome.problem;
}

const rules = (...tracks: SubtitleRule[]): SubtitlesPreset => ({ tracks });

describe('subtitle tracks', () => {
  it('of text become the container’s kind of text', () => {
    assert.deepEqual(plan(source('subrip', 'webvtt', 'mov_text'), 'mp4'), {
      maps: ['0:2', '0:3', '0:4'],
      argv: '-c:s:0 mov_text -c:s:1 mov_text -c:s:2 copy -disposition:s:0 -default',
      expected: ['mov_text', 'mov_text', 'mov_text'],
      notes: [],
    });
    assert.deepEqual(plan(source('subrip', 'mov_text'), 'webm').expected, ['webvtt', 'webvtt']);
    assert.deepEqual(plan(source('mov_text', 'text'), 'mkv').expected, ['subrip', 'subrip']);
  });

  it('are copied where the container holds them', () => {
    const all = ['subrip', 'ass', 'ssa', 'webvtt', 'hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_subtitle'];
    const { argv, expected, notes } = plan(source(...all), 'mkv');
    assert.deepEqual(expected, all);
    assert.equal(argv.match(/ copy/gu)?.length, all.length);
    assert.deepEqual(notes, []);
  });

  it('that lose their styling are named', () => {
    assert.deepEqual(plan(source({ codec: 'ass', language: 'jpn' }), 'mp4').notes, [
      'Subtitle track 1 (jpn, ass) loses its fonts, colours and places as mov_text.',
    ]);
  });

  it('of pictures are left out of mp4 with a note, and the next track takes their place', () => {
    const { maps, argv, notes } = plan(source('hdmv_pgs_subtitle', 'subrip'), 'mp4');
    assert.deepEqual(maps, ['0:3']);
    assert.match(argv, /^-c:s:0 mov_text/u);
    assert.deepEqual(notes, [
      'Subtitle track 1 (hdmv_pgs_subtitle) is made of pictures, which the container mp4 cannot hold: it is left out; the container mkv keeps it.',
    ]);
  });

  it('of pictures are refused where the preset asks for all or for this one, with what to do', () => {
    const all = problem(source('subrip', 'dvd_subtitle'), 'mp4', { tracks: 'all' });
    assert.deepEqual(all.path, ['subtitles', 'tracks']);
    assert.match(all.message, /^Subtitle track 2 \(dvd_subtitle\) is made of pictures/u);
    assert.match(all.hint, /container mkv.*video\.burnSubtitles.*leave it out/u);
    const one = problem(
      source('subrip', 'hdmv_pgs_subtitle'),
      'webm',
      rules({ when: { codec: ['subrip'] }, do: 'keep' }, { do: 'keep' }),
    );
    assert.deepEqual(one.path, ['subtitles', 'tracks', 1, 'do']);
  });

  it('that ffmpeg cannot convert are left out with a note', () => {
    for (const codec of ['dvb_teletext', 'arib_caption', 'ttml', 'unknown'])
      assert.deepEqual(plan(source(codec), 'mp4').notes, [
        `Subtitle track 1 (${codec}) is of a kind that ffmpeg cannot convert: it is left out.`,
      ]);
    assert.deepEqual(plan(source('eia_608'), 'mkv').expected, []);
    assert.deepEqual(plan(source('eia_608'), 'mkv', {}, { decoders: ['cc_dec'] }).expected, ['subrip']);
  });

  it('have no place in a container without subtitles', () => {
    const { maps, notes } = plan(source('subrip'), 'ts');
    assert.deepEqual(maps, []);
    assert.match(notes[0] ?? '', /is text, which the container ts cannot hold/u);
    assert.deepEqual(plan(source('dvb_subtitle'), 'ts').expected, ['dvb_subtitle']);
  });

  it('one that is burnt into the picture is not kept beside it', () => {
    assert.deepEqual(plan(source('subrip', 'subrip'), 'mkv', {}, { burnt: 2 }).maps, ['0:3']);
  });

  it('are all left out on demand, which is said', () => {
    assert.deepEqual(plan(source('subrip', 'subrip'), 'mkv', false), {
      maps: [],
      argv: '',
      expected: [],
      notes: ['2 subtitle tracks are left out.'],
    });
  });
});

describe('rules for subtitle tracks', () => {
  const probe = source(
    { language: 'ger', default: true },
    { language: 'en', forced: true },
    { language: 'eng', title: 'Commentary' },
    { codec: 'hdmv_pgs_subtitle', language: 'fre' },
  );

  it('the first that fits decides; what none fits is left out, and that is said', () => {
    const { maps, notes } = plan(
      probe,
      'mp4',
      rules({ when: { commentary: true }, do: 'drop' }, { when: { language: ['eng'] }, do: 'keep' }),
    );
    assert.deepEqual(maps, ['0:3']);
    assert.deepEqual(notes, [
      '2 subtitle tracks are left out: no rule of the preset fits.',
      '1 subtitle track is left out by a rule of the preset.',
    ]);
  });

  it('a default of theirs takes the flag from the source’s', () => {
    const { argv } = plan(
      probe,
      'mkv',
      rules({ when: { language: ['eng'] }, do: 'keep', default: true }, { do: 'keep' }),
    );
    assert.match(argv, /-disposition:s:0 -default/u);
    assert.match(argv, /-disposition:s:1 \+default/u);
    assert.equal(argv.match(/\+default/gu)?.length, 1);
  });

  it('that are all off stay so: ffmpeg is told of the first that it is', () => {
    assert.match(plan(source({}, {}), 'mkv', { tracks: 'all' }).argv, /-disposition:s:0 -default/u);
    assert.doesNotMatch(plan(source({ default: true }, {}), 'mkv', { tracks: 'all' }).argv, /-disposition/u);
  });

  it('force and name a track, and leave the flags alone that they do not name', () => {
    const { argv } = plan(
      source({ default: true, forced: true, language: 'deu' }, {}),
      'mp4',
      rules({ when: { number: 1 }, do: 'keep' }, { do: 'keep', forced: true, title: 'Signs' }),
    );
    assert.equal(
      argv,
      '-c:s:0 mov_text -metadata:s:s:0 language=deu -c:s:1 mov_text -disposition:s:1 +forced -metadata:s:s:1 title=Signs -metadata:s:s:1 handler_name=Signs',
    );
  });
});

it('any subtitles give a plan that the container holds, or a refusal at a field', () => {
  const codec = fc.constantFrom(
    ...['subrip', 'ass', 'webvtt', 'mov_text', 'hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_teletext', 'none'],
  );
  const rule = fc.record({
    when: fc.record({ codec: fc.array(codec, { minLength: 1, maxLength: 2 }) }, { requiredKeys: [] }),
    do: fc.constantFrom('keep' as const, 'drop' as const),
    default: fc.option(fc.boolean(), { nil: undefined }),
  });
  const asked = fc.oneof(
    fc.constantFrom('all' as const, 'possible' as const),
    fc.array(rule, { minLength: 1, maxLength: 3 }),
  );
  fc.assert(
    fc.property(
      fc.array(codec, { maxLength: 4 }),
      asked,
      fc.constantFrom(...containers),
      (codecs, tracks, container) => {
        const outcome = planned(source(...codecs), container, { tracks });
        if (!outcome.ok) {
          assert.equal(outcome.problem.path?.[0], 'subtitles');
          return;
        }
        const { maps, expected, argv } = outcome.subtitles;
        const { textSubtitles, copySubtitles } = containerTable[container];
        assert.equal(maps.length, expected.length);
        assert.equal(argv.length % 2, 0);
        assert.ok(expected.every((result) => result === textSubtitles || copySubtitles.includes(result)));
        assert.ok((argv.join(' ').match(/\+default/gu)?.length ?? 0) <= 1);
      },
    ),
  );
});
