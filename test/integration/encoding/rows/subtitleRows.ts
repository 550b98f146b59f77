import assert from 'node:assert/strict';
import { coloursAt, likeness } from '../support/look.ts';
import type { Region } from '../support/look.ts';
import { quick } from '../support/row.ts';
import type { Row } from '../support/row.ts';

const film = [{ codec_name: 'h264' }, { codec_name: 'aac' }] as const;
const filmIntoMkv = [{ codec_name: 'h264' }, { codec_type: 'audio' }] as const;

/** A pattern of the whole picture at a moment at which no words are shown, and at one at which they are. */
const silent = 0;

export const subtitleRows: readonly Row[] = [
  {
    title: 'Matroska keeps subtitles that are pictures',
    from: 'pgs',
    preset: { ...quick('web'), container: 'mkv' },
    result: { streams: [...filmIntoMkv, { codec_name: 'hdmv_pgs_subtitle', tags: { language: 'eng' } }] },
  },
  {
    title: 'web leaves subtitles that are pictures out of MP4, and says who keeps them',
    from: 'pgs',
    preset: quick('web'),
    says: [/Subtitle track 1 \(eng, hdmv_pgs_subtitle\) is made of pictures.*the container mkv keeps it/u],
    result: { streams: [...film] },
  },
  {
    title: 'whoever wants all subtitles in MP4 is refused where one cannot be kept',
    from: 'pgs',
    preset: { ...quick('web'), subtitles: { tracks: 'all' } },
    refused: { says: /made of pictures, which the container mp4 cannot hold/u, at: 'subtitles.tracks' },
  },
  {
    title: 'pictures of subtitles are burnt in: white where the box stands, only then',
    from: 'pgs',
    preset: quick('web', { burnSubtitles: { track: 1 }, crf: 8 }),
    result: { streams: [...film] },
    proof: async ({ result, source }) => {
      await whiteAt(result, 0.5, { x: 0.3, y: 0.82 });
      await unchangedAt(result, source, silent);
    },
  },
  {
    title: 'a DVD’s subtitles stay in Matroska',
    from: 'vobsub',
    preset: { ...quick('web'), container: 'mkv' },
    result: { streams: [...filmIntoMkv, { codec_name: 'dvd_subtitle' }] },
  },
  {
    title: 'web makes MP4’s own text of SRT: languages, default and forced stay',
    from: 'srt',
    preset: quick('web'),
    result: {
      streams: [
        ...film,
        { codec_name: 'mov_text', tags: { language: 'eng' }, disposition: { forced: 0 } },
        { codec_name: 'mov_text', tags: { language: 'deu' }, disposition: { forced: 0 } },
        { codec_name: 'mov_text', tags: { language: 'eng' }, disposition: { default: 1 } },
      ],
    },
  },
  {
    title: 'hevc-archive’s Matroska keeps the forced mark',
    from: 'srt',
    preset: { ...quick('web'), container: 'mkv' },
    result: {
      streams: [
        ...filmIntoMkv,
        { codec_name: 'subrip', tags: { language: 'eng' }, disposition: { default: 0, forced: 0 } },
        { codec_name: 'subrip', tags: { language: 'ger' }, disposition: { default: 0, forced: 0 } },
        { codec_name: 'subrip', tags: { language: 'eng' }, disposition: { default: 1, forced: 1 } },
      ],
    },
  },
  {
    title: 'rules keep one language, and give it the default',
    from: 'srt',
    preset: {
      ...quick('web'),
      container: 'mkv',
      subtitles: { tracks: [{ when: { language: ['de'] }, do: 'keep', default: true, title: 'Deutsch' }] },
    },
    says: [/2 subtitle tracks are left out: no rule/u],
    result: {
      streams: [
        ...filmIntoMkv,
        {
          codec_name: 'subrip',
          tags: { language: 'ger', title: 'Deutsch' },
          disposition: { default: 1, forced: 0 },
        },
      ],
    },
  },
  {
    title: 'Matroska keeps styled subtitles with their font',
    from: 'ass',
    preset: { ...quick('web'), container: 'mkv' },
    result: {
      streams: [
        ...filmIntoMkv,
        { codec_name: 'ass' },
        { codec_type: 'attachment', tags: { filename: 'icons.ttf', mimetype: /truetype|font/u } },
      ],
    },
  },
  {
    title: 'web makes plain text of styled subtitles, and says what is lost',
    from: 'ass',
    preset: quick('web'),
    says: [/loses its fonts, colours and places as mov_text/u, /1 attached file is left out/u],
    result: { streams: [...film, { codec_name: 'mov_text' }] },
  },
  {
    title: 'styled subtitles are burnt in with the attached font',
    from: 'ass',
    preset: quick('web', { burnSubtitles: { track: 1 }, crf: 12 }),
    needs: ['libass'],
    says: [/1 attached file is left out/u],
    result: { streams: [...film] },
    // The left edge of a triangle: no installed font has this letter.
    proof: ({ result }) => whiteAt(result, 0.5, { x: 0.42, y: 0.6, width: 0.006 }),
  },
  {
    title: 'subtitles of a file beside the film are burnt in',
    from: 'no-sound',
    preset: quick('web', { burnSubtitles: { file: '${fileBasenameNoExtension}.srt' }, crf: 8 }),
    beside: { 'no-sound.srt': '1\n00:00:00,400 --> 00:00:00,800\nHELLO HELLO\n\n' },
    needs: ['libass'],
    result: { streams: [{ codec_name: 'h264' }] },
    proof: async ({ result, source }) => {
      await unchangedAt(result, source, silent);
      await changedAt(result, source, 0.6);
      await unchangedAt(result, source, 0.92);
    },
  },
  {
    title: 'burnt subtitles of a part are those of the part',
    from: 'srt',
    preset: {
      ...quick('web', { burnSubtitles: { language: 'ger' }, crf: 8 }),
      subtitles: false,
      trim: { start: 1 },
    },
    needs: ['libass'],
    says: [/2 subtitle tracks are left out/u],
    result: { streams: [{ codec_name: 'h264', nb_frames: '25' }, { codec_name: 'aac' }] },
    proof: async ({ result, source }) => {
      await changedAt(result, source, 0.2, 1);
      await unchangedAt(result, source, 0.8, 1);
    },
  },
  {
    title: 'no forced track to burn in: none is, and that is said',
    from: 'mov-text',
    preset: { ...quick('web', { burnSubtitles: { forced: true } }) },
    says: [/No subtitle track is marked as forced/u],
    result: { streams: [...film, { codec_name: 'mov_text', tags: { language: 'fra' } }] },
  },
  {
    title: 'Matroska makes SRT of MP4’s text',
    from: 'mov-text',
    preset: { ...quick('web'), container: 'mkv' },
    result: { streams: [...film, { codec_name: 'subrip', tags: { language: 'fre' } }] },
  },
  {
    title: 'WebM makes WebVTT of SRT',
    from: 'srt',
    preset: quick('vp9', { passes: 1 }),
    needs: ['libvpx-vp9', 'libopus'],
    result: {
      streams: [
        { codec_name: 'vp9' },
        { codec_name: 'opus' },
        { codec_name: 'webvtt', tags: { language: 'eng' } },
        { codec_name: 'webvtt', tags: { language: 'ger' } },
        { codec_name: 'webvtt', tags: { language: 'eng' } },
      ],
    },
  },
  {
    title: 'a file of subtitles is no film, and is refused',
    from: 'subtitles-alone',
    preset: quick('web'),
    refused: { says: /./u },
  },
];

async function whiteAt(result: string, time: number, place: Region): Promise<void> {
  const [seen] = await coloursAt(result, [place], time);
  assert.ok(Math.min(...seen!) > 200, `at ${time} s there is ${String(seen)}`);
}

/** How like the lower third, where words stand, is to the source’s. */
async function lowerThird(result: string, source: string, time: number, begins: number): Promise<number> {
  const part = (from: number) => `crop=iw:ih/3:0:ih*2/3,select='gte(t,${from - 0.001})',setpts=PTS-STARTPTS`;
  return likeness(result, source, { through: part(time), filters: part(time + begins), frames: 1 });
}

async function changedAt(result: string, source: string, time: number, begins = 0): Promise<void> {
  const score = await lowerThird(result, source, time, begins);
  assert.ok(score < 0.97, `no words are seen at ${time} s: ${score}`);
}

async function unchangedAt(result: string, source: string, time: number, begins = 0): Promise<void> {
  const score = await lowerThird(result, source, time, begins);
  assert.ok(score > 0.98, `something is over the picture at ${time} s: ${score}`);
}
