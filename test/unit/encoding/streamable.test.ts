import assert from 'node:assert/strict';
import type { PlanSource } from '../../../src/encoding/planInput.ts';
import { planOutput } from '../../../src/encoding/planOutput.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import type { Probe } from '../../../src/encoding/probe.ts';
import { isStreamable } from '../../../src/encoding/streamable.ts';
import { audioStream, dialects, everything, probeOf, videoStream } from './probes.ts';

const film = probeOf([videoStream(), audioStream()]);
const base: Preset = {
  container: 'mp4',
  video: { encoders: ['libx264'], crf: 20 },
  audio: { encoder: 'aac' },
};

function input(preset: Preset, sources: readonly [PlanSource, ...PlanSource[]]) {
  const [output] = outputsOf(preset);
  assert.ok(output);
  return { output, sources, dialect: dialects['ffmpeg-8'], capabilities: everything };
}
const source = (probe: Probe = film): PlanSource => ({ path: '/in.mp4', probe });

describe('a source that is encoded while it comes', () => {
  const rows: readonly [string, Preset, Probe | undefined, { auto: boolean; stream: boolean }][] = [
    ['a film', base, undefined, { auto: true, stream: true }],
    ['one in Matroska', base, { ...film, formatName: 'matroska,webm' }, { auto: true, stream: true }],
    ['a recording', base, { ...film, formatName: 'mpegts' }, { auto: true, stream: true }],
    ['one whose index is of no use', base, { ...film, formatName: 'avi' }, { auto: false, stream: true }],
    ['a part of it', { ...base, trim: { start: 2 } }, undefined, { auto: false, stream: true }],
    [
      'in two passes',
      { ...base, video: { encoders: ['libx264'], bitrate: '1M', passes: 2 } },
      undefined,
      { auto: false, stream: true },
    ],
    [
      'its sound',
      { container: 'mp3', audio: { encoder: 'libmp3lame' } },
      undefined,
      { auto: false, stream: true },
    ],
    [
      'beside a watermark',
      { ...base, video: { encoders: ['libx264'], crf: 20, watermark: { file: 'logo.png' } } },
      undefined,
      { auto: false, stream: true },
    ],
    [
      'without its black bars',
      { ...base, video: { encoders: ['libx264'], crf: 20, crop: 'auto' } },
      undefined,
      { auto: false, stream: false },
    ],
    [
      'at a loudness',
      { ...base, audio: { encoder: 'aac', loudness: -23 } },
      undefined,
      { auto: false, stream: false },
    ],
    [
      'with its subtitles in the picture',
      { ...base, video: { encoders: ['libx264'], crf: 20, burnSubtitles: { track: 1 } } },
      probeOf(
        [
          videoStream(),
          audioStream(),
          { index: 2, type: 'subtitle', codec: 'ass', attachedPicture: false, default: true },
        ],
        { formatName: 'matroska,webm' },
      ),
      { auto: false, stream: false },
    ],
  ];
  for (const [title, preset, probe, expected] of rows)
    it(`${title}: ${JSON.stringify(expected)}`, () => {
      const planned = input(preset, [source(probe)]);
      assert.ok(planOutput(planned).ok);
      assert.equal(isStreamable(planned, 'auto'), expected.auto);
      assert.equal(isStreamable(planned, 'stream'), expected.stream);
      assert.equal(isStreamable(planned, 'whole'), false);
    });

  it('several of them are not', () => {
    assert.equal(isStreamable(input(base, [source(), source()]), 'stream'), false);
  });

  it('is opened over HTTP alone, by its demuxer alone; all else stays as it is', () => {
    const url = 'http://127.0.0.1:1/secret';
    const argvOf = (of: PlanSource): readonly string[] => {
      const planned = planOutput(input(base, [of]));
      assert.ok(planned.ok);
      return planned.plan.commands[0]?.argv ?? [];
    };
    const [there, comes] = [argvOf(source()), argvOf({ ...source(), url })];
    const at = there.indexOf('-i');
    assert.equal(there[at + 1], 'file:/in.mp4');
    const expected = there
      .with(at + 1, url)
      .with(there.indexOf('-protocol_whitelist') + 1, 'http,tcp')
      .toSpliced(at, 0, '-seekable', '1', '-multiple_requests', '1');
    assert.deepEqual(comes, expected);
    assert.equal(comes[comes.indexOf('-f') + 1], 'mov');
    assert.equal(comes.at(-1), 'file:result.mp4');
  });
});
