import assert from 'node:assert/strict';
import type { Expectation } from '../../../src/encoding/expectation.ts';
import { judge } from '../../../src/encoding/judge.ts';
import fc from 'fast-check';
import { demuxerFamilies, demuxerFamilyOf } from '../../../src/encoding/demuxers.ts';
import { probeSchema } from '../../../src/encoding/probe.ts';
import {
  addFrameFacts,
  ffprobeArguments,
  ffprobeFrameArguments,
  parseProbe,
} from '../../../src/encoding/probeOutput.ts';

const format = {
  format_name: 'mov,mp4,m4a,3gp,3g2,mj2',
  duration: '5.3',
  start_time: '0.000',
  size: '1055736',
};
const video = {
  index: 0,
  codec_name: 'h264',
  codec_type: 'video',
  width: 1920,
  height: 1080,
  sample_aspect_ratio: '1:1',
  pix_fmt: 'yuv420p',
  r_frame_rate: '30000/1001',
  avg_frame_rate: '30000/1001',
  duration: '5.28',
  nb_frames: '132',
  disposition: { default: 1, attached_pic: 0 },
  tags: { language: 'und' },
  side_data_list: [{ side_data_type: 'Display Matrix', rotation: -90 }],
};

function streamOf(fields: object) {
  const parsed = parseProbe(JSON.stringify({ format, streams: [{ ...video, ...fields }] }));
  if (!parsed.ok) assert.fail(parsed.problem.message);
  return parsed.probe.streams[0]!;
}

describe('ffprobe’s output', () => {
  it('becomes a probe', () => {
    const stream = streamOf({});
    assert.equal(stream.rotation, 90, 'clockwise');
    assert.equal(stream.variableFrameRate, false);
    assert.ok(Math.abs((stream.frameRate ?? 0) - 29.97) < 0.01);
    assert.equal(stream.frames, 132);
    assert.equal(stream.language, undefined);
    assert.equal(stream.default, true);
  });

  it('finds variable rates, also where Matroska calls the average a rate', () => {
    assert.equal(streamOf({ avg_frame_rate: '28/1', r_frame_rate: '30/1' }).variableFrameRate, true);
    assert.equal(streamOf({ avg_frame_rate: '2850/89', r_frame_rate: '2850/89' }).variableFrameRate, true);
    assert.equal(streamOf({ avg_frame_rate: '32/1', r_frame_rate: '32/1' }).variableFrameRate, true);
    assert.equal(streamOf({ avg_frame_rate: '0/0', r_frame_rate: '25/1' }).frameRate, 25);
  });

  it('reads the rotation of older versions and the duration of Matroska from tags', () => {
    const stream = streamOf({
      side_data_list: undefined,
      duration: undefined,
      tags: { rotate: '270', DURATION: '00:01:02.500000000' },
    });
    assert.equal(stream.rotation, 270);
    assert.equal(stream.duration, 62.5);
  });

  it('counts a duration of Matroska, which is an end, from the beginning; mkvmerge’s is one', () => {
    const late = { duration: undefined, start_time: '0.5', tags: { DURATION: '00:00:02.000000000' } };
    assert.equal(streamOf(late).duration, 1.5);
    const signed = { ...late.tags, _STATISTICS_WRITING_APP: 'mkvmerge v80' };
    assert.equal(streamOf({ ...late, tags: signed }).duration, 2);
    const early = { ...format, format_name: 'matroska,webm', duration: '1.5', start_time: '-0.5' };
    const parsed = parseProbe(JSON.stringify({ format: early, streams: [video] }));
    assert.ok(parsed.ok && parsed.probe.duration === 2);
  });

  it('knows no duration of a recording that says none, wherever its sound begins', () => {
    const live = { ...format, format_name: 'matroska,webm', duration: undefined, start_time: '-0.007' };
    const parsed = parseProbe(JSON.stringify({ format: live, streams: [video] }));
    assert.ok(parsed.ok);
    assert.equal(parsed.probe.duration, undefined);
  });

  it('learns from the first frames of a Matroska that they come at any time', () => {
    const file = { format: { ...format, format_name: 'matroska,webm' }, streams: [video] };
    const parsed = parseProbe(JSON.stringify(file));
    assert.ok(parsed.ok && ffprobeFrameArguments('/a.mkv', parsed.probe));
    const looked = (times: number[]) => {
      const frames = times.map((time) => ({ best_effort_timestamp_time: String(time) }));
      return addFrameFacts(parsed.probe, JSON.stringify({ frames })).streams[0]?.variableFrameRate;
    };
    assert.equal(looked([0, 0.033, 0.067, 0.1, 0.133, 0.167]), false, 'rounded to milliseconds');
    assert.equal(looked([0, 0.033, 0.067, 0.133, 0.167, 0.2]), false, 'one is missing');
    assert.equal(looked([0, 0.033, 0.1, 0.133, 0.2, 0.267]), true);
  });

  it('holds a result against whatever else is said of a picture beside its data, whatever that is called', () => {
    const said = (...types: string[]) => {
      const side_data_list = types.map((side_data_type) => ({ side_data_type }));
      const parsed = parseProbe(JSON.stringify({ format, streams: [{ ...video, side_data_list }] }));
      assert.ok(parsed.ok);
      return parsed.probe;
    };
    const plain = said('CPB properties', 'Display Matrix', 'Stereo 3D');
    const lit = said('Ambient viewing environment', 'CPB properties');
    assert.equal(plain.streams[0]?.otherSideData, undefined);
    assert.deepEqual(lit.streams[0]?.otherSideData, ['Ambient viewing environment']);
    const expected: Expectation = {
      ...{ kind: 'film', audio: [], subtitles: [], coverArt: false, durationEstimated: false, notes: [] },
      video: { codec: 'h264', variableFrameRate: true, startOffset: 0 },
    };
    const lost = (source: typeof lit, result: typeof lit) =>
      judge({
        ...{ expected, source, result, read: { damage: 0, truncated: false } },
        exit: { code: 0, signal: null },
      })
        .findings.filter(({ loses }) => loses === 'data')
        .map(({ message }) => message);
    assert.deepEqual(lost(lit, plain), [
      'The source’s picture has “Ambient viewing environment”, which the result does not have.',
    ]);
    assert.deepEqual(lost(lit, lit), []);
    assert.deepEqual(lost(plain, plain), []);
  });

  it('knows cover art and seek-bar thumbnails', () => {
    assert.equal(streamOf({ disposition: { attached_pic: 1 } }).attachedPicture, true);
    assert.equal(streamOf({ disposition: { timed_thumbnails: 1 } }).attachedPicture, true);
  });

  it('refuses what is not a media file', () => {
    for (const text of ['', '{}', 'null', '[]', JSON.stringify({ format, streams: [] })]) {
      const parsed = parseProbe(text);
      assert.ok(!parsed.ok && parsed.problem.code === 'source-not-media');
    }
  });

  it('gives a valid probe or a refusal, whatever it is fed (property)', () => {
    const field = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.constant(null), fc.constant('N/A'));
    const stream = fc.dictionary(fc.constantFrom(...Object.keys(video), 'channels', 'sample_rate'), field);
    fc.assert(
      fc.property(fc.array(stream), (streams) => {
        const numbered = streams.map((fields, index) => ({ ...fields, index }));
        const parsed = parseProbe(JSON.stringify({ format, streams: numbered }));
        if (parsed.ok) probeSchema.parse(parsed.probe);
      }),
    );
  });
});

describe('demuxers', () => {
  it('are named once, and none names other files', () => {
    const names = demuxerFamilies.flatMap((family) => family.names);
    assert.equal(new Set(names).size, names.length);
    for (const name of [
      'hls',
      'dash',
      'concat',
      'image2',
      'lavfi',
      'applehttp',
      'rtsp',
      'sdp',
      'avisynth',
      'imf',
    ])
      assert.equal(demuxerFamilyOf(name), undefined);
  });

  it('are all that ffprobe may open, from a path taken literally', () => {
    const argv = ffprobeArguments('/a/concat:x.mp4');
    assert.equal(argv.at(-1), 'file:/a/concat:x.mp4');
    assert.equal(argv[argv.indexOf('-protocol_whitelist') + 1], 'file');
    assert.ok(!argv[argv.indexOf('-format_whitelist') + 1]?.includes('hls'));
  });
});
