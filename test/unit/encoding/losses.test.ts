import assert from 'node:assert/strict';
import fc from 'fast-check';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import { outputKind } from '../../../src/encoding/output.ts';
import type { OutputPreset } from '../../../src/encoding/output.ts';
import { planOutput } from '../../../src/encoding/planOutput.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import type { Probe, ProbeStream } from '../../../src/encoding/probe.ts';
import { pickVideo } from '../../../src/encoding/streams.ts';
import type { VideoPreset } from '../../../src/encoding/presetVideo.ts';
import type { Loss } from '../../../src/encoding/verdict.ts';
import { goldenPresets } from './goldenPresets.ts';
import { measureAll } from './goldenPlan.ts';
import { audioStream, dialects, everything, probeOf, videoStream } from './probes.ts';

/** Films and other outputs whose picture is encoded or copied, by the name of their preset. */
const films: Readonly<Record<string, OutputPreset>> = Object.fromEntries(
  Object.entries({ ...builtinPresets, ...goldenPresets }).flatMap(([name, preset]: [string, Preset]) =>
    outputsOf(preset)
      .filter((output) => outputKind(output) === 'film' && output.video)
      .map((output) => [`${name} ${output.name ?? ''}`, output]),
  ),
);

const layouts = { 1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1' } as const;

const stream = fc.oneof(
  fc
    .record({ codec: fc.constantFrom('h264', 'mpeg2video'), default: fc.boolean() })
    .map((fields) => videoStream(fields)),
  fc
    .record({ channels: fc.constantFrom(1, 2, 6, 8), commentary: fc.boolean(), default: fc.boolean() })
    .map((fields) => audioStream({ ...fields, channelLayout: layouts[fields.channels] })),
  fc
    .constantFrom('subrip', 'ass', 'hdmv_pgs_subtitle', 'dvb_teletext')
    .map((codec) => audioStream({ type: 'subtitle', codec, channels: undefined })),
  fc.constantFrom('mjpeg', 'png').map((codec) => videoStream({ codec, attachedPicture: true })),
  fc.constantFrom('gpmd', 'tmcd').map((codecTag) => videoStream({ type: 'data', codec: 'none', codecTag })),
);

const sources: fc.Arbitrary<Probe> = fc
  .record({
    others: fc.array(stream, { maxLength: 6 }),
    picture: fc.constantFrom(
      {},
      { colorTransfer: 'smpte2084', colorPrimaries: 'bt2020', pixelFormat: 'yuv420p10le' },
      { pixelFormat: 'yuva444p' },
    ),
    chapters: fc.constantFrom(0, 3),
    formatName: fc.constantFrom('matroska,webm', 'mov,mp4,m4a,3gp,3g2,mj2'),
  })
  .map(({ others, picture, ...fields }) =>
    probeOf(
      [videoStream(picture), ...others].map((each, index) => ({ ...each, index })),
      fields,
    ),
  );

function planned(name: string, probe: Probe) {
  const { planned: outcome } = measureAll((measured) =>
    planOutput({
      output: films[name]!,
      sources: [{ path: '/a.mov', probe }],
      dialect: dialects['ffmpeg-8'],
      capabilities: everything,
      measured,
    }),
  );
  return outcome.ok ? outcome.plan : undefined;
}

describe('what a result lacks of its source', () => {
  it('is a finding of the plan, whatever the source and the preset', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(films)), sources, (name, probe) => {
        const plan = planned(name, probe);
        fc.pre(plan !== undefined);
        const { expected } = plan;
        const { video } = films[name] ?? {};
        const said = new Set(expected.notes.map(({ loses }) => loses));
        const of = (test: (each: ProbeStream) => boolean) => probe.streams.filter(test);
        const audio = of(({ type }) => type === 'audio');
        const must: Loss[] = [];
        if (of(({ type, attachedPicture }) => type === 'video' && !attachedPicture).length > 1)
          must.push('picture');
        if (expected.audio.length < audio.length) must.push('sound');
        else if (audio.some(({ channels = 0 }, index) => (expected.audio[index]?.channels ?? 0) < channels))
          must.push('channels');
        // In the picture it is not lost.
        const burnt = video && video.burnSubtitles ? 1 : 0;
        if (expected.subtitles.length + burnt < of(({ type }) => type === 'subtitle').length)
          must.push('subtitles');
        if (of(({ attachedPicture }) => attachedPicture).length > (expected.coverArt ? 1 : 0))
          must.push('cover');
        if (of(({ codecTag }) => codecTag === 'gpmd').length > 0) must.push('data');
        const isCopied = video && video.copy === true;
        if (
          !isCopied &&
          pickVideo(probe)?.pixelFormat === 'yuva444p' &&
          !expected.video?.pixelFormat?.includes('a4')
        )
          must.push('transparency');
        if (
          !isCopied &&
          pickVideo(probe)?.colorTransfer === 'smpte2084' &&
          expected.video?.colorTransfer !== 'smpte2084'
        )
          must.push('dynamic-range');
        for (const each of must) assert.ok(said.has(each), `${name}: ${each}`);
      }),
      { numRuns: 500 },
    );
  });

  it('is nothing where everything is kept', () => {
    const probe = probeOf([videoStream(), audioStream()], { chapters: 2 });
    for (const name of ['web ', 'small ', 'av1 ', 'hevc-archive '])
      assert.deepEqual(planned(name, probe)?.expected.notes, [], name);
  });

  it('is told from what is only smaller, slower or shallower: those are what a preset is for', () => {
    const large = videoStream({ width: 3840, height: 2160, frameRate: 60, pixelFormat: 'yuv422p10le' });
    const notes = planned('small ', probeOf([large, audioStream({ sampleRate: 96_000 })]))?.expected.notes;
    assert.deepEqual(
      notes?.map(({ loses }) => loses).filter((loses) => loses !== undefined),
      [],
    );
  });

  it('is an edge of the picture, also one that was black where it was looked at', () => {
    const lost = (video: VideoPreset) => {
      const outcome = measureAll((measured) =>
        planOutput({
          output: { container: 'mp4', video: { encoders: ['libx264'], ...video }, audio: false },
          sources: [{ path: '/a.mov', probe: probeOf([videoStream()]) }],
          dialect: dialects['ffmpeg-8'],
          capabilities: everything,
          measured,
        }),
      ).planned;
      assert.ok(outcome.ok);
      return outcome.plan.expected.notes.map(({ loses }) => loses);
    };
    assert.deepEqual(lost({ crop: { top: 100 } }), ['picture']);
    assert.deepEqual(lost({ width: 640, height: 640, fit: 'fill' }), ['picture']);
    // Nobody has looked everywhere.
    assert.deepEqual(lost({ crop: 'auto' }), ['picture']);
    assert.deepEqual(lost({ width: 640, height: 640, fit: 'pad' }), []);
  });
});
