import { about } from '../../../media/match.ts';
import { decodes } from '../support/look.ts';
import { quick } from '../support/row.ts';
import type { Row } from '../support/row.ts';
import assert from 'node:assert/strict';

const film = [{ codec_name: 'h264' }, { codec_name: 'aac' }] as const;
const chapters = [
  { start_time: '0.000000', end_time: about(1, 0.01), tags: { title: 'First' } },
  { start_time: about(1, 0.01), end_time: about(2, 0.05), tags: { title: 'Second' } },
];

export const containerRows: readonly Row[] = [
  {
    title: 'web carries chapters and the title of a Matroska into MP4',
    from: 'chapters',
    preset: quick('web'),
    result: { format: { tags: { title: 'Two halves' } }, chapters },
  },
  {
    title: 'Matroska keeps the chapters of an MP4, and not their text track',
    from: 'chapters-mp4',
    preset: { ...quick('web'), container: 'mkv' },
    result: { format: { tags: { title: 'Two halves' } }, streams: [...film], chapters },
  },
  {
    title: 'chapters are left out where the preset says so',
    from: 'chapters',
    preset: { ...quick('web'), chapters: false },
    says: [/chapters are left out\.$/u],
    result: { streams: [...film], chapters: [] },
  },
  {
    title: 'a transport stream has no chapters and no tags, which is said',
    from: 'chapters',
    preset: { ...quick('web'), container: 'ts' },
    says: [
      /chapters are left out: the container ts has none/u,
      /Tags of the source are not in the result: “title”/u,
    ],
    result: { format: { format_name: 'mpegts' }, chapters: [] },
  },
  {
    title: 'tags are written, and others taken away',
    from: 'chapters',
    preset: { ...quick('web'), metadata: { keep: false, set: { artist: 'Nobody' } } },
    result: { format: { tags: { title: undefined, artist: 'Nobody' } } },
  },
  {
    title: 'web keeps the cover of a film beside its picture',
    from: 'cover-mp4',
    preset: quick('web'),
    result: {
      streams: [...film, { codec_name: 'png', disposition: { attached_pic: 1 } }],
    },
  },
  {
    title: 'Matroska keeps the cover of a film as an attached file',
    from: 'cover-mp4',
    preset: { ...quick('web'), container: 'mkv' },
    result: { streams: [...film, { codec_name: 'png', tags: { filename: 'cover.png' } }] },
  },
  {
    title: 'web makes one film of the larger of two programmes, with its sound',
    from: 'two-programs',
    preset: quick('web'),
    says: [/1 other video track is left out/u, /Audio track 1 .* is kept, 1 other is left out/u],
    result: { streams: [{ codec_name: 'h264', width: 320 }, { codec_name: 'aac' }] },
  },
  {
    title: 'data beside picture and sound is left out, and said',
    from: 'data-stream',
    preset: quick('web'),
    says: [/1 data track is left out/u],
    result: { streams: [...film] },
  },
  {
    title: 'a time code track is left out, and said',
    from: 'timecode',
    preset: quick('web'),
    says: [/1 timecode track is left out/u],
    result: { streams: [{ codec_type: 'video' }, { codec_type: 'audio' }] },
  },
  {
    title: 'a folder of numbered pictures is no film, and is refused',
    from: 'image-sequence',
    preset: quick('web'),
    refused: { says: /./u },
  },
  {
    title: 'one picture is no film either',
    from: 'picture',
    preset: quick('web'),
    refused: { says: /./u },
  },
  {
    title: 'web makes a film of a DVD’s MPEG-2 and AC-3',
    from: 'program-stream',
    preset: quick('web'),
    result: {
      format: { duration: about(1, 0.1) },
      streams: [
        { codec_name: 'h264', sample_aspect_ratio: '64:45' },
        { codec_name: 'aac', channels: 2 },
      ],
    },
  },
  {
    title: 'web makes a film of an AVI of long ago, at its own rate',
    from: 'avi',
    preset: quick('web'),
    result: {
      streams: [
        { codec_name: 'h264', r_frame_rate: '15/1' },
        { codec_name: 'aac', channels: 1 },
      ],
    },
  },
  {
    title: 'remux keeps VP9 and AV1 as they are, and makes AAC of Opus',
    from: 'webm',
    preset: { extends: 'remux' },
    result: { streams: [{ codec_name: 'vp9' }, { codec_name: 'aac' }] },
  },
  {
    title: 'remux keeps picture and sound of a transport stream, bit by bit',
    from: 'late-start',
    preset: { extends: 'remux' },
    result: { streams: [{ codec_name: 'h264', nb_frames: '50' }, { codec_name: 'aac' }] },
  },
  {
    title: 'remux is refused where MP4 cannot hold the picture',
    from: 'odd-ffv1',
    preset: { extends: 'remux' },
    refused: { says: /container mp4 cannot hold ffv1/u, at: 'video.copy' },
  },
  {
    title: 'HEVC in MP4 has the mark that Apple’s players look for',
    from: 'ten-bit',
    preset: { extends: 'remux' },
    result: { streams: [{ codec_name: 'hevc', codec_tag_string: 'hvc1' }, { codec_name: 'aac' }] },
  },
  {
    title: 'an MP4 in fragments becomes one with an index, first',
    from: 'fragmented',
    preset: quick('web'),
    result: { format: { duration: about(2, 0.05) }, streams: [{ nb_frames: '50' }, { codec_name: 'aac' }] },
    proof: async ({ result }) => assert.equal(await decodes(result), ''),
  },
  {
    title: 'VP9 and Opus make a WebM, in two passes',
    from: 'no-sound',
    preset: quick('vp9'),
    needs: ['libvpx-vp9'],
    result: {
      format: { format_name: 'matroska,webm' },
      streams: [{ codec_name: 'vp9', pix_fmt: 'yuv420p' }],
    },
  },
  {
    title: 'AV1 and Opus in 10 bits make a Matroska to keep',
    from: 'av1',
    preset: quick('av1'),
    needs: ['libsvtav1', 'libaom-av1', 'libopus'],
    result: { streams: [{ codec_name: 'av1', pix_fmt: 'yuv420p10le' }, { codec_name: 'opus' }] },
  },
];
