import assert from 'node:assert/strict';
import { packets } from '../../../media/inspect.ts';
import { about } from '../../../media/match.ts';
import { beginsAtFrame, likeness } from '../support/look.ts';
import { quick } from '../support/row.ts';
import type { Row } from '../support/row.ts';

const aac = { codec_name: 'aac' };

export const timeRows: readonly Row[] = [
  {
    title: 'web keeps each frame of a variable rate at its time',
    from: 'vfr-mp4',
    preset: quick('web'),
    proof: ({ result, source }) => sameTimes(result, source, 0.0015),
  },
  {
    title: 'a variable rate in Matroska stays one, to the millisecond',
    from: 'vfr-mkv',
    preset: { ...quick('web'), container: 'mkv' },
    proof: ({ result, source }) => sameTimes(result, source, 0.0015),
  },
  {
    title: 'frameTiming constant gives a variable rate even steps',
    from: 'vfr-mkv',
    preset: quick('web', { frameTiming: 'constant' }),
    proof: async ({ result }) => {
      const times = await timesOf(result);
      const gaps = times.slice(1).map((time, at) => time - times[at]!);
      assert.ok(Math.max(...gaps) - Math.min(...gaps) < 0.001, `gaps are ${String(gaps)}`);
    },
  },
  {
    title: 'web-720 takes every second frame of 60 fps',
    from: 'fast',
    preset: quick('web-720'),
    result: { streams: [{ r_frame_rate: '30/1', avg_frame_rate: '30/1', nb_frames: '30' }] },
    proof: async ({ result, source }) =>
      assert.ok((await likeness(result, source, { filters: "select='not(mod(n,2))'" })) > 0.9),
  },
  {
    title: 'frameRate makes exactly 24 of 25 fps, and the film stays as long',
    from: 'plain',
    preset: quick('web', { frameRate: 24 }),
    result: {
      format: { duration: about(2, 0.05) },
      streams: [{ r_frame_rate: '24/1', nb_frames: '48' }, aac],
    },
  },
  {
    title: 'web makes a film of one frame of one',
    from: 'one-frame',
    preset: quick('web'),
    result: { streams: [{ nb_frames: '1', codec_name: 'h264' }] },
  },
  {
    title: 'web keeps every frame of open groups of pictures',
    from: 'open-gop',
    preset: quick('web'),
    result: { streams: [{ nb_frames: '50', duration: about(2, 0.02) }] },
    proof: async ({ result, source }) => assert.ok((await likeness(result, source, { frames: 50 })) > 0.95),
  },
  {
    title: 'web shows nothing of what an edit list hides',
    from: 'edit-list',
    preset: quick('web'),
    result: {
      format: { duration: about(1.5, 0.05) },
      streams: [{ duration: about(1.5, 0.05) }, { ...aac, duration: about(1.5, 0.05) }],
    },
    proof: async ({ result, trait }) => beginsAtFrame(result, await trait('plain'), 13),
  },
  {
    title: 'a film that begins before zero keeps all of itself',
    from: 'negative-start',
    preset: quick('web'),
    result: {
      streams: [
        { nb_frames: '50', start_time: '0.000000' },
        { ...aac, duration: about(2, 0.05) },
      ],
    },
  },
  {
    title: 'a transport stream that begins at 1.4 s begins at 0 in MP4',
    from: 'late-start',
    preset: quick('web'),
    result: {
      format: { duration: about(2, 0.1) },
      streams: [
        // The sound begins a little earlier; what is there then is the first frame.
        { nb_frames: /^5[01]$/u, start_time: about(0, 0.05) },
        { ...aac, start_time: about(0, 0.05) },
      ],
    },
  },
  {
    title: 'sound that begins late begins as late in the result',
    from: 'late-sound',
    preset: quick('web'),
    result: { streams: [{ start_time: about(0, 0.01) }, { ...aac, start_time: about(0.5, 0.03) }] },
  },
  {
    title: 'remux keeps sound that begins late where it is',
    from: 'late-sound',
    preset: { extends: 'remux', container: 'mkv' },
    result: {
      streams: [{ start_time: about(0, 0.01) }, { codec_name: 'flac', start_time: about(0.5, 0.03) }],
    },
  },
  {
    title: 'sound that is longer than the picture keeps its length',
    from: 'longer-sound',
    preset: quick('web'),
    result: {
      format: { duration: about(2, 0.05) },
      streams: [
        { duration: about(1, 0.05), nb_frames: '25' },
        { ...aac, duration: about(2, 0.05) },
      ],
    },
  },
  {
    title: 'a picture that is longer than the sound keeps its length',
    from: 'longer-picture',
    preset: quick('web'),
    result: {
      format: { duration: about(2, 0.05) },
      streams: [
        { duration: about(2, 0.05), nb_frames: '50' },
        { ...aac, duration: about(1, 0.05) },
      ],
    },
  },
  {
    title: 'a recording that does not say how long it is gets an index',
    from: 'no-duration',
    preset: quick('web'),
    result: { format: { duration: about(2, 0.1) }, streams: [{ nb_frames: /^5[01]$/u }, aac] },
  },
  {
    title: 'web makes a film of H.264 without a container',
    from: 'raw-h264',
    preset: quick('web'),
    result: { format: { duration: about(2, 0.1) }, streams: [{ r_frame_rate: '25/1', nb_frames: '50' }] },
  },
  {
    title: 'trim begins and ends at the frame that is asked for',
    from: 'plain',
    preset: { ...quick('web'), trim: { start: 0.52, duration: 0.6 } },
    result: {
      format: { duration: about(0.6, 0.05) },
      streams: [{ nb_frames: '15' }, { ...aac, duration: about(0.6, 0.03) }],
    },
    proof: ({ result, source }) => beginsAtFrame(result, source, 13, { frames: 15 }),
  },
  {
    title: 'trim between two frames begins at the nearer one, without repeating any',
    from: 'srt',
    preset: { ...quick('web'), subtitles: false, trim: { start: 1.29, end: 1.81 } },
    says: [/3 subtitle tracks are left out/u],
    result: { streams: [{ nb_frames: '13' }, { ...aac, duration: about(0.52, 0.03) }] },
    proof: ({ result, source }) => beginsAtFrame(result, source, 32, { frames: 13 }),
  },
  {
    title: 'trim of NTSC is exact to the frame too',
    from: 'ntsc-sd',
    preset: { ...quick('web', { maxHeight: 240 }), trim: { start: 0.5 } },
    result: { streams: [{ nb_frames: '15', r_frame_rate: '30000/1001' }] },
    proof: ({ result, source }) =>
      beginsAtFrame(result, source, 15, { filters: 'scale=360:240', frames: 14 }),
  },
  {
    title: 'trim counts from the beginning of a stream that begins late',
    from: 'late-start',
    preset: { ...quick('web'), trim: { start: 1 } },
    // The sound begins 21 ms before the picture, and the count with it.
    result: { streams: [{ nb_frames: '26' }, { ...aac, duration: about(1, 0.06) }] },
    proof: ({ result, source }) => beginsAtFrame(result, source, 24),
  },
  {
    title: 'trim of H.264 without a container begins at its frame',
    from: 'raw-h264',
    preset: { ...quick('web'), trim: { start: 1, duration: 0.6 } },
    result: { streams: [{ nb_frames: '15' }] },
    proof: ({ result, source }) => beginsAtFrame(result, source, 25),
  },
  {
    title: 'trim with copied sound and subtitles begins where it is asked to',
    from: 'srt',
    preset: {
      ...quick('web'),
      container: 'mkv',
      audio: { tracks: [{ do: 'keep' }] },
      trim: { start: 1.2, duration: 0.6 },
    },
    result: {
      format: { duration: about(0.6, 0.12) },
      streams: [
        { codec_name: 'h264' },
        { codec_name: 'flac' },
        { codec_name: 'subrip' },
        { codec_name: 'subrip' },
        { codec_name: 'subrip' },
      ],
    },
    proof: async ({ result, source }) => {
      const times = await timesOf(result);
      assert.equal(times.length, 15);
      assert.ok(times[0]! < 0.01, `the picture begins at ${times[0]}`);
      await beginsAtFrame(result, source, 30);
    },
  },
  {
    title: 'trim with subtitles that are converted begins where it is asked to',
    from: 'mov-text',
    preset: { ...quick('web'), container: 'mkv', trim: { start: 1.2, duration: 0.6 } },
    needs: ['drop-packets'],
    result: {
      format: { duration: about(0.6, 0.05) },
      streams: [{ codec_name: 'h264' }, aac, { codec_name: 'subrip' }],
    },
    proof: async ({ result }) => {
      const [first] = await timesOf(result);
      // AAC begins with 21 ms of nothing, before zero.
      assert.ok(first! < 0.03, `the picture begins at ${first}`);
    },
  },
  {
    title: 'remux of a part begins at the key frame before, and says so',
    from: 'srt',
    preset: { extends: 'remux', container: 'mkv', subtitles: false, trim: { start: 1.3, duration: 0.5 } },
    says: [/3 subtitle tracks are left out/u, /key frame/u],
    result: { streams: [{ codec_name: 'h264' }, { codec_name: 'flac' }] },
  },
  {
    title: 'trim keeps the chapters that lie in the part, at their new times',
    from: 'chapters',
    preset: { ...quick('web'), trim: { start: 0.4, end: 1.6 } },
    result: {
      format: { duration: about(1.2, 0.05) },
      chapters: [
        { start_time: about(0, 0.01), end_time: about(0.6, 0.03), tags: { title: 'First' } },
        { start_time: about(0.6, 0.03), end_time: about(1.2, 0.05), tags: { title: 'Second' } },
      ],
    },
  },
  {
    title: 'trim that ends within the first chapter has no second one',
    from: 'chapters',
    preset: { ...quick('web'), trim: { duration: 0.6 } },
    result: {
      format: { duration: about(0.6, 0.05) },
      chapters: [{ start_time: about(0, 0.01), end_time: about(0.6, 0.05), tags: { title: 'First' } }],
    },
  },
  {
    title: 'trim beyond the end is refused at its field',
    from: 'plain',
    preset: { ...quick('web'), trim: { start: 5 } },
    refused: { says: /begins at 5 s, but the source lasts 2/u, at: 'trim.start' },
  },
  {
    title: 'a film whose second half is missing: all there is, and a warning',
    from: 'truncated',
    preset: quick('web'),
    level: 'warn',
    says: [/video lasts .* ends early/u, /audio lasts .* ends early/u, /source is damaged/u],
  },
  {
    title: 'a film without its index cannot be read, and is refused',
    from: 'no-index',
    preset: quick('web'),
    refused: { says: /./u },
  },
];

async function timesOf(file: string): Promise<number[]> {
  return (await packets(file, 'v:0')).map(({ time }) => time).sort((a, b) => a - b);
}

async function sameTimes(result: string, source: string, within: number): Promise<void> {
  const [made, wanted] = [await timesOf(result), await timesOf(source)];
  assert.equal(made.length, wanted.length);
  const off = Math.max(...made.map((time, at) => Math.abs(time - made[0]! - (wanted[at]! - wanted[0]!))));
  assert.ok(off <= within, `a frame is off by ${off} s`);
}
