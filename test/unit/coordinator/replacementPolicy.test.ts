import assert from 'node:assert/strict';
import { decideReplacement } from '../../../src/coordinator/replacementPolicy.ts';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import type { ProbeStream } from '../../../src/encoding/probe.ts';
import { losses, type Verdict } from '../../../src/encoding/verdict.ts';
import { preset, probe } from './fixtures.ts';

const pass: Verdict = { level: 'pass', findings: [] };

function decide(presetData: Preset, bytes = 400_000, verdict = pass, source = probe): string {
  const job = { id: 'j', presetData, probes: [source], sources: [{ path: '/clip.mov', bytes: 1_000_000 }] };
  const { state, reason } = decideReplacement(job, { bytes, verdict }, 5);
  return reason ? `${state}: ${reason.message}` : state;
}

describe('whether a result may replace its source', () => {
  it('may when it is verified, whole and smaller', () => {
    assert.equal(decide(preset), 'replacing');
    assert.equal(decide(preset, 950_000), 'replacing');
    const noted: Verdict = { level: 'pass', findings: [{ level: 'note', message: 'Subtitles left out.' }] };
    assert.equal(decide(preset, 400_000, noted), 'replacing');
  });

  it('never may when it is hardly smaller, or larger', () => {
    assert.match(decide(preset, 951_000), /^refused: .*only 4\.9 % smaller .*at least 5 %/);
    assert.match(decide(preset, 1_200_000), /^refused: .*20\.0 % larger/);
  });

  it('waits for a person when something of the source is not in it', () => {
    const warned: Verdict = { level: 'warn', findings: [{ level: 'warn', message: 'Two frames short.' }] };
    assert.match(decide(preset, 400_000, warned), /^held: .*Two frames short\./);
    assert.match(decide(builtinPresets.audio!), /^held: .*the result lacks its picture\.$/);
    assert.match(decide({ ...preset, video: false }), /^held: .*the result lacks its picture\.$/);
    assert.match(decide(builtinPresets.poster!), /^held: .*one picture/);
    assert.match(decide({ ...preset, trim: { start: 1 } }), /^held: .*a part of it/);
  });

  it('waits for a person when much of the source belongs to none of its tracks', () => {
    const streams = probe.streams.map((stream) => ({ ...stream, bitRate: 1_000_000, duration: 8 }));
    const bytes = streams.length * 1_000_000;
    const of = (all: number): string => decide(preset, 400_000, pass, { ...probe, bytes: all, streams });
    assert.equal(of(bytes * 1.2), 'replacing', 'an index');
    assert.match(of(bytes * 4), /^held: .* lacks 75 % of its bytes, which belong to none of its tracks\.$/);
    const [first, ...rest] = streams;
    assert.ok(first);
    const unknown = { ...probe, bytes: bytes * 4, streams: [{ ...first, bitRate: undefined }, ...rest] };
    assert.equal(decide(preset, 400_000, pass, unknown), 'replacing', 'the container does not say');
  });

  it('waits for a person with one sentence of all that is lost, whatever it is', () => {
    for (const loses of losses) {
      const verdict: Verdict = {
        level: 'pass',
        findings: [
          { level: 'note', message: 'One track is left out.', loses },
          { level: 'note', message: 'It is resampled.' },
          { level: 'note', message: 'Another one, too.', loses },
        ],
      };
      assert.match(
        decide(preset, 400_000, verdict),
        /^held: The source was kept, because the result lacks [a-zA-Z0-9° ]+\.$/,
      );
    }
  });

  it('names the largest loss first, and the picture before anything', () => {
    const of = (...kinds: readonly (typeof losses)[number][]): Verdict => ({
      level: 'pass',
      findings: kinds.map((loses) => ({ level: 'note', message: 'x', loses })),
    });
    assert.equal(
      decide(builtinPresets.audio!, 400_000, of('cover', 'chapters', 'sound')),
      'held: The source was kept, because the result lacks its picture, some of its sound, its chapters and a cover picture.',
    );
    assert.match(
      decide(preset, 400_000, of('data', 'channels', 'picture')),
      /lacks a part of its picture, some/,
    );
    const warned = { ...of('cover'), level: 'warn' as const };
    warned.findings.unshift({ level: 'warn', message: 'Two frames short.' });
    assert.equal(
      decide(builtinPresets.audio!, 400_000, warned),
      'held: The source was kept, because the result lacks its picture and a cover picture. Its check has a warning, too: Two frames short.',
    );
  });

  it('says of a result of the same size that it is about as large', () => {
    assert.match(decide(preset, 1_000_100), /^refused: .*the result is about as large \(/);
    assert.match(decide(preset, 999_900), /^refused: .*the result is about as large \(/);
  });

  it('waits for a person where the source has sound and the result has none', () => {
    const sound: ProbeStream = { ...probe.streams[0]!, index: 1, type: 'audio', codec: 'aac' };
    const withSound = { ...probe, streams: [...probe.streams, sound] };
    const muted = { ...preset, audio: false } as const;
    assert.match(decide(muted, 400_000, pass, withSound), /^held: .*the result lacks its sound\.$/);
    assert.match(decide(builtinPresets.gif!, 400_000, pass, withSound), /^held: .*lacks its sound/);
    assert.equal(decide(muted), 'replacing');
    assert.equal(decide(preset, 400_000, pass, withSound), 'replacing');
  });
});
