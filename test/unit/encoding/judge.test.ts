import assert from 'node:assert/strict';
import type { Expectation } from '../../../src/encoding/expectation.ts';
import { judge } from '../../../src/encoding/judge.ts';
import type { EncodeReport, JudgeInput } from '../../../src/encoding/judge.ts';
import type { Probe } from '../../../src/encoding/probe.ts';
import { audioStream, probeOf, videoStream } from './probes.ts';

const expected: Expectation = {
  kind: 'film',
  subtitles: [],
  coverArt: false,
  video: {
    codec: 'h264',
    width: 1280,
    height: 720,
    frameRate: 25,
    variableFrameRate: false,
    duration: 10,
    startOffset: 0,
    frames: 250,
  },
  audio: [{ codec: 'aac', channels: 2, duration: 10, startOffset: 0 }],
  duration: 10,
  durationEstimated: false,
  notes: [],
};

function result(video: object = {}, audio: object = {}, file: Partial<Probe> = {}): Probe {
  return probeOf([videoStream(video), audioStream(audio)], file);
}

function verdict(fields: Partial<JudgeInput>): { level: string; text: string } {
  const found = judge({
    expected,
    source: probeOf([]),
    read: { outTime: 10, frames: 250, damage: 0, truncated: false },
    result: result(),
    exit: { code: 0, signal: null },
    ...fields,
  });
  return { level: found.level, text: found.findings.map((finding) => finding.message).join(' ') };
}

const asRead = { outTime: 10, frames: 250, damage: 0, truncated: false };
/** As a plan of an MP3 without a header has it. */
const guessed: Expectation = {
  ...expected,
  ...{ kind: 'sound', video: undefined, duration: undefined, durationEstimated: true },
  audio: [{ codec: 'aac', channels: 2, startOffset: 0 }],
};
const lasts = (duration: number) => probeOf([audioStream({ duration })], { duration });
/** Of a source with two tracks, of which the second is kept: the seconds that decoders make of each. */
const heard = (
  sound: readonly (number | undefined)[],
  decoded: readonly (number | undefined)[],
  read: Partial<EncodeReport> = {},
): Partial<JudgeInput> => ({
  expected: { ...expected, audio: expected.audio.map((track) => ({ ...track, sourceIndex: 2 })) },
  source: probeOf([videoStream(), audioStream({ index: 1 }), audioStream({ index: 2 })]),
  read: { ...asRead, ...read, sound },
  decoding: { part: 'whole', decoded: 250, damage: 0, sound: decoded },
});
const truncated = { outTime: 4, damage: 3, truncated: true };

describe('judge', () => {
  const table: [string, Partial<JudgeInput>, string, RegExp][] = [
    ['what was asked for', {}, 'pass', /^$/u],
    ['exit code 1', { exit: { code: 1, signal: null } }, 'fail', /exit code 1/u],
    [
      'a source whose sound changes, of which all is there',
      { read: { ...asRead, changes: { shapes: [], channels: [2, 1], rewinds: false } } },
      'pass',
      /^$/u,
    ],
    [
      'a source whose sound changes',
      { read: { ...asRead, changes: { shapes: [], channels: [2, 6], rewinds: false } } },
      'pass',
      /changes between 2 and 6 channels: all of the result has 2/u,
    ],
    [
      'a source whose frames carry captions later, to H.264',
      {
        read: {
          ...asRead,
          changes: { shapes: [], channels: [], rewinds: false, frameData: ['captions', 'stereo-3d'] },
        },
      },
      'pass',
      /^$/u,
    ],
    [
      'a source whose frames carry captions later, to H.264 of another frame rate',
      {
        expected: {
          ...expected,
          ...(expected.video && { video: { ...expected.video, changesFrames: true } }),
        },
        read: {
          ...asRead,
          changes: { shapes: [], channels: [], rewinds: false, frameData: ['captions'] },
        },
      },
      'pass',
      /captions .* are cut to pieces/u,
    ],
    [
      'a source whose frames carry captions later, to HEVC',
      {
        expected: { ...expected, ...(expected.video && { video: { ...expected.video, codec: 'hevc' } }) },
        result: result({ codec: 'hevc' }),
        read: {
          ...asRead,
          changes: { shapes: [], channels: [], rewinds: false, frameData: ['captions', 'stereo-3d'] },
        },
      },
      'pass',
      /there are captions, which may be lost.* is 3D/u,
    ],
    [
      'a source whose frames carry the date of the camera and, later, HDR data',
      {
        read: {
          ...asRead,
          changes: { shapes: [], channels: [], rewinds: false, frameData: ['camera-date', 'dynamic-hdr'] },
        },
      },
      'pass',
      /HDR data that change .*AVCHD/u,
    ],
    [
      'a source without times whose sampling rate changes',
      {
        source: probeOf([], { formatName: 'aac' }),
        read: { ...asRead, changes: { shapes: [], channels: [], rewinds: false, changesRate: true } },
      },
      'pass',
      /sampling rate of the source changes/u,
    ],
    [
      'a source with times whose sampling rate changes',
      { read: { ...asRead, changes: { shapes: [], channels: [], rewinds: false, changesRate: true } } },
      'pass',
      /^$/u,
    ],
    [
      'a source whose sound changes, copied',
      {
        read: {
          ...asRead,
          changes: { shapes: [], channels: [6, 2], rewinds: false, copiesSound: true },
        },
      },
      'pass',
      /changes in its middle, and is copied/u,
    ],
    [
      'a copy that cannot be decoded where the source can',
      { read: { ...asRead, copyDamage: 365 } },
      'warn',
      /cannot be decoded in 365 places of the result/u,
    ],
    [
      'a source with XMP',
      { read: { ...asRead, uncopied: [{ name: 'XMP', loses: 'tags' }] } },
      'pass',
      /not in the result: “XMP”/u,
    ],
    ['a few dropped frames', { read: { ...asRead, droppedFrames: 12 } }, 'pass', /^$/u],
    [
      'a second of dropped frames',
      { read: { ...asRead, droppedFrames: 25 } },
      'warn',
      /^25 frames .* left out/u,
    ],
    [
      'a source whose times begin anew',
      { read: { ...asRead, changes: { shapes: [], channels: [], rewinds: true } } },
      'warn',
      /begin anew in its middle/u,
    ],
    [
      'a source whose picture changes',
      {
        read: {
          ...asRead,
          changes: {
            shapes: [
              { width: 720, height: 576, aspect: 4 / 3 },
              { width: 720, height: 576, aspect: 16 / 9 },
            ],
            channels: [],
            rewinds: false,
          },
        },
      },
      'pass',
      /from 720×576 \(1\.33:1\) to 720×576 \(1\.78:1\)/u,
    ],
    ['a signal', { exit: { code: null, signal: 'SIGKILL' } }, 'fail', /SIGKILL/u],
    ['a source of which ffmpeg reads a part', { read: { ...asRead, partRead: 0.271 } }, 'warn', /only 27 %/u],
    ['nothing to read back', { result: undefined }, 'fail', /cannot be read back/u],
    ['zero bytes', { result: result({}, {}, { bytes: 0 }) }, 'fail', /empty/u],
    ['a missing track', { result: probeOf([videoStream()]) }, 'fail', /0 audio tracks instead of 1/u],
    [
      'a track too many',
      { result: probeOf([videoStream(), audioStream(), audioStream({ index: 2 })]) },
      'fail',
      /2 audio tracks instead of 1/u,
    ],
    ['another codec', { result: result({ codec: 'mpeg4' }) }, 'fail', /mpeg4 instead of h264/u],
    ['another size', { result: result({ width: 720 }) }, 'fail', /720×720 instead of 1280×720/u],
    ['other channels', { result: result({}, { channels: 1 }) }, 'fail', /1 channels instead of 2/u],
    ['another rate', { result: result({ frameRate: 20 }) }, 'warn', /20 fps instead of 25 fps/u],
    [
      'fewer bits',
      {
        expected: { ...expected, video: { ...expected.video!, pixelFormat: 'yuv420p10le' } },
        result: result({ pixelFormat: 'yuv420p' }),
      },
      'warn',
      /yuv420p instead of yuv420p10le/u,
    ],
    [
      'more bits, as a decoder of ProRes gives them',
      {
        expected: { ...expected, video: { ...expected.video!, pixelFormat: 'yuv420p10le' } },
        result: result({ pixelFormat: 'yuv420p12le' }),
      },
      'pass',
      /^$/u,
    ],
    [
      'an end that stands still',
      { decoding: { part: 'end', decoded: 50, damage: 0, frozen: true } },
      'fail',
      /stands still at its end/u,
    ],
    [
      'an end that cannot be decoded',
      { decoding: { part: 'end', decoded: 0, damage: 0 } },
      'fail',
      /end .* cannot be decoded/u,
    ],
    [
      'damage anywhere, where all of it was decoded',
      { decoding: { part: 'whole', decoded: 250, damage: 2 } },
      'fail',
      /The result is damaged in 2 places/u,
    ],
    [
      'words that would be a tag in WebVTT',
      {
        expected: { ...expected, subtitles: ['webvtt'] },
        result: probeOf([
          ...result().streams,
          { ...audioStream({ index: 2 }), type: 'subtitle', codec: 'webvtt' },
        ]),
        read: { ...asRead, changes: { shapes: [], channels: [], rewinds: false, openTexts: true } },
      },
      'pass',
      /words behind a “<”/u,
    ],
    [
      'a result in which less sound can be decoded than in its source',
      heard([10, 10], [7]),
      'fail',
      /^Of audio track 1 7\.0+ s of sound can be decoded in the result, and 10\.0+ s in the source\.$/u,
    ],
    ['a result in which a little less can be decoded', heard([10, 10], [9.8]), 'warn', /9\.80? s/u],
    [
      'sound that begins late, of a source that says when it ends',
      { ...heard([0, 4], [4.02]), result: result({}, { duration: 4, startTime: 6 }) },
      'pass',
      /^$/u,
    ],
    [
      'sound that begins late, where nobody has looked whether it is all',
      { result: result({}, { duration: 4, startTime: 6 }) },
      'warn',
      /it begins at 6\.0/u,
    ],
    ['a result that pads its sound', heard([0, 10], [10.05]), 'pass', /^$/u],
    [
      'less sound of a source that is damaged',
      heard([10, 10], [7], { damage: 3 }),
      'warn',
      /^Of audio track 1 7\.0+ s .* The source is damaged/u,
    ],
    ['sound of which nobody knows how much can be decoded', heard([10, undefined], [7]), 'pass', /^$/u],
    ['a frame less', { result: result({ duration: 9.96 }) }, 'pass', /^$/u],
    ['three frames less', { result: result({ duration: 9.88 }) }, 'warn', /9.88 s of the 10.00 s/u],
    ['half of it', { result: result({ duration: 5 }) }, 'fail', /5.00 s of the 10.00 s/u],
    [
      'sound that begins late, as a source in Matroska does not say',
      { result: result({}, { duration: 5, startTime: 5 }) },
      'warn',
      /audio lasts 5.00 s of the 10.00 s that the source announces: it begins at 5.00 s/u,
    ],
    [
      'sound that begins late and lacks its end as well',
      { result: result({}, { duration: 3, startTime: 2 }) },
      'fail',
      /audio lasts 3.00 s/u,
    ],
    ['half of the sound', { result: result({}, { duration: 5 }) }, 'fail', /audio lasts 5.00 s/u],
    ['twice of it', { result: result({ duration: 20 }) }, 'fail', /longer/u],
    [
      'a source that ends early',
      { result: result({ duration: 4 }, { duration: 4 }), read: truncated },
      'warn',
      /ends early.*3 places/u,
    ],
    ['a damaged source, of full length', { read: { damage: 1, truncated: false } }, 'warn', /1 place that/u],
    [
      'an estimated duration',
      { expected: { ...expected, durationEstimated: true }, result: result({ duration: 9.6 }) },
      'pass',
      /^$/u,
    ],
    [
      'an estimated duration, far off',
      { expected: { ...expected, durationEstimated: true }, result: result({ duration: 3 }) },
      'fail',
      /3.00 s/u,
    ],
    [
      'a guessed duration, and all that there was',
      { expected: guessed, read: { ...asRead, outTime: 6 }, result: lasts(6), source: probeOf([]) },
      'pass',
      /^$/u,
    ],
    [
      'a guessed duration, and less than was read',
      { expected: guessed, read: { ...asRead, outTime: 6 }, result: lasts(3), source: probeOf([]) },
      'fail',
      /3.00 s of the 6.00 s/u,
    ],
    [
      'a track that begins late and was filled up',
      {
        expected: { ...expected, video: { ...expected.video!, startOffset: 0.4, duration: 9.6 } },
      },
      'pass',
      /^$/u,
    ],
    [
      'tracks that do not say, in a file that is short',
      { result: result({ duration: undefined }, { duration: undefined }, { duration: 5 }) },
      'fail',
      /file lasts 5.00 s/u,
    ],
    [
      'notes alone',
      { expected: { ...expected, notes: [{ level: 'note', message: 'Subtitles left out.' }] } },
      'pass',
      /Subtitles/u,
    ],
  ];
  for (const [name, fields, level, text] of table)
    it(`${name}: ${level}`, () => {
      const found = verdict(fields);
      assert.equal(found.level, level, found.text);
      assert.match(found.text, text);
    });
});
