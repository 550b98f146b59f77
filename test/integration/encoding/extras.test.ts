import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { containerTable } from '../../../src/encoding/containers.ts';
import { planExtras } from '../../../src/encoding/extras.ts';
import type { OutputPreset } from '../../../src/encoding/output.ts';
import type { Span } from '../../../src/encoding/planInput.ts';
import type { Container } from '../../../src/encoding/presetNames.ts';
import { planSound } from '../../../src/encoding/sound.ts';
import { planSubtitles } from '../../../src/encoding/subtitles.ts';
import { lostTags } from '../../../src/encoding/tags.ts';
import { sharedFolder } from '../../media/sharedFolder.ts';
import { makeSource } from '../../media/traits.ts';
import { dialect, everything, hasEncoder, inputOf, probeOf, resultOf, run } from './trackRun.ts';

/** What goes with the picture: subtitles, tags, chapters, attachments and covers, as a real ffmpeg writes them. */

let folder: string;

before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-extras-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Written {
  readonly format: { readonly duration?: string; readonly tags?: Record<string, string> };
  readonly chapters: readonly { readonly start_time: string; readonly end_time: string }[];
  readonly streams: readonly {
    readonly codec_type: string;
    readonly codec_name?: string;
    readonly codec_tag_string?: string;
    readonly disposition: Record<string, number>;
    readonly tags?: Record<string, string>;
  }[];
}

/** Makes the result of a whole file or of a part; the picture, if there is one, is small MPEG-4 or VP8. */
async function make(
  file: string,
  output: Omit<OutputPreset, 'audio' | 'video'> & { audio?: OutputPreset['audio'] },
  span: Span = { start: 0 },
): Promise<Written> {
  const probe = await probeOf(file);
  const { container, audio = {}, subtitles } = output;
  const film = containerTable[container].kind === 'film';
  const picture = film
    ? probe.streams.find(({ type, attachedPicture }) => type === 'video' && !attachedPicture)
    : undefined;
  const inputArgv = [
    ...(span.start > 0 ? ['-ss', String(span.start)] : []),
    ...(span.duration === undefined ? [] : ['-t', String(span.duration)]),
    ...inputOf(file, probe),
  ];
  const sound = planSound({
    ...{ probe, audio: audio || {}, container, span, dialect, inputArgv },
    ...{ capabilities: everything, measured: {} },
  });
  const words = planSubtitles({ probe, subtitles: film ? subtitles : false, container, dialect });
  assert.ok(sound.ok && words.ok);
  const extras = planExtras({
    ...{ output, probe, inputArgv, firstVideo: picture ? 1 : 0 },
    trimmed: span.start > 0 || span.duration !== undefined,
    duration: span.duration,
    keepsStyledSubtitles: words.subtitles.expected.includes('ass'),
  });
  for (const step of extras.files) {
    assert.ok('extract' in step);
    rmSync(path.join(folder, step.name), { force: true });
    await run(step.extract, folder);
  }
  const maps = [
    ...(picture ? [`0:${picture.index}`] : []),
    ...[...sound.sound.maps, ...words.subtitles.maps, ...extras.maps],
  ];
  const codec = container === 'webm' ? 'libvpx' : 'mpeg4';
  await run(
    [
      ...['-loglevel', 'error', '-y', ...inputArgv],
      ...maps.flatMap((map) => ['-map', map]),
      ...(picture ? ['-c:v:0', codec] : []),
      ...[...sound.sound.argv, ...words.subtitles.argv, ...extras.argv, ...resultOf(container, folder)],
    ],
    folder,
  );
  const parts = ['-show_format', '-show_streams', '-show_chapters'];
  const result = path.join(folder, `result.${container}`);
  const { stdout } = await execa('ffprobe', ['-v', 'error', '-of', 'json', ...parts, result]);
  return JSON.parse(stdout) as Written;
}

const named = (name: string): string => path.join(folder, name);

const film = [
  '-f',
  'lavfi',
  '-i',
  'testsrc2=size=64x64:rate=25:duration=3',
  '-f',
  'lavfi',
  '-i',
  'sine=duration=3',
];

async function ownSource(name: string, argv: readonly string[]): Promise<string> {
  await run(['-loglevel', 'error', '-y', ...argv, named(name)], folder);
  return named(name);
}

async function source(name: Parameters<typeof makeSource>[0]): Promise<string> {
  return makeSource(name, await sharedFolder());
}

const types = (written: Written, type: string) => written.streams.filter(({ codec_type: is }) => is === type);

describe('subtitles on a real ffmpeg', function () {
  this.timeout(60_000);

  const kinds = ['subrip', 'ass', 'webvtt', 'mov_text'] as const;
  for (const kind of kinds)
    it(`${kind} goes into every container that has text`, async () => {
      writeFileSync(named('words.srt'), '1\n00:00:00,500 --> 00:00:01,500\nHello\n\n');
      const from = kind === 'mov_text' ? 'words.mp4' : 'words.mkv';
      const file = await ownSource(from, [
        ...[...film, '-i', named('words.srt'), '-map', '0', '-map', '1', '-map', '2'],
        ...['-c:v', 'mpeg4', '-c:a', 'aac', '-c:s', kind, '-metadata:s:s:0', 'language=eng'],
      ]);
      for (const container of ['mp4', 'mov', 'mkv', 'webm'] as const) {
        if (container === 'webm' && !(await hasEncoder('libvpx'))) continue;
        const { copySubtitles, textSubtitles } = containerTable[container];
        const [words] = types(await make(file, { container }), 'subtitle');
        assert.equal(words?.codec_name, copySubtitles.includes(kind) ? kind : textSubtitles);
        assert.equal(words?.tags?.language, 'eng');
      }
    });

  for (const name of ['pgs', 'vobsub'] as const)
    it(`${name} is copied into Matroska, and left out of the others`, async () => {
      const file = await source(name);
      const [kept] = types(await make(file, { container: 'mkv' }), 'subtitle');
      assert.equal(kept?.codec_name, name === 'pgs' ? 'hdmv_pgs_subtitle' : 'dvd_subtitle');
      for (const container of ['mp4', 'mov'] as const)
        assert.deepEqual(types(await make(file, { container }), 'subtitle'), []);
    });
});

describe('flags of tracks on a real ffmpeg', function () {
  this.timeout(60_000);

  it('one default each, forced and commentary as they are or as asked', async () => {
    const tones = ['-f', 'lavfi', '-i', 'sine=duration=1', '-f', 'lavfi', '-i', 'sine=duration=1'];
    const file = await ownSource('flags.mkv', [
      ...[...tones, '-map', '0', '-map', '1', '-c:a', 'aac', '-metadata:s:a:0', 'language=ger'],
      ...['-metadata:s:a:1', 'language=en', '-metadata:s:a:1', 'title=Talk'],
      ...['-disposition:a:0', 'default', '-disposition:a:1', 'default+comment+hearing_impaired'],
    ]);
    const audio: OutputPreset['audio'] = {
      encoder: 'aac',
      tracks: [{ when: { language: ['eng'] }, do: 'encode', default: true, forced: true }, { do: 'copy' }],
    };
    for (const container of ['mkv', 'mp4'] as const) {
      const [german, english] = types(await make(file, { container, audio }), 'audio');
      assert.equal(german?.disposition.default, 0, container);
      assert.equal(english?.disposition.default, 1, container);
      assert.equal(german?.tags?.language, container === 'mkv' ? 'ger' : 'deu');
      assert.equal(english?.tags?.language, container === 'mkv' ? 'en' : 'eng');
      assert.equal(english?.tags?.[container === 'mkv' ? 'title' : 'handler_name'], 'Talk');
      if (container === 'mkv')
        assert.deepEqual(
          [english?.disposition.forced, english?.disposition.comment, english?.disposition.hearing_impaired],
          [1, 1, 1],
        );
    }
  });
});

describe('tags on a real ffmpeg', function () {
  this.timeout(60_000);

  const phone = [
    ...['com.apple.quicktime.location.ISO6709=+48.1372+011.5756+520.000/'],
    ...['com.apple.quicktime.creationdate=2024-05-01T12:00:00+0200', 'com.android.version=14'],
    'creation_time=2024-05-01T10:00:00Z',
  ].flatMap((tag) => ['-metadata', tag]);
  const moving = [...film, '-c:v', 'mpeg4', '-c:a', 'aac'];

  for (const container of ['mp4', 'mov', 'mkv'] as const)
    it(`those of a phone, and names of tracks, are none that ${container} has lost`, async () => {
      const titles = ['-metadata:s:v:0', 'title=The picture', '-metadata:s:a:0', 'title=Commentary'];
      const file = await ownSource('phone.mkv', [...moving, ...phone, ...titles]);
      await make(file, { container });
      const [source, result] = [await probeOf(file), await probeOf(named(`result.${container}`))];
      assert.ok((source.tags?.length ?? 0) >= 6, JSON.stringify(source.tags));
      assert.deepEqual(lostTags(source.tags ?? [], result.tags ?? []), []);
    });

  it('own ones are lost in MP4, which is said, and kept in Matroska', async () => {
    const file = await ownSource('own.mkv', [...moving, '-metadata', 'RATING=5', '-metadata', 'title=Home']);
    const { tags = [] } = await probeOf(file);
    for (const [container, lost] of [
      ['mp4', ['rating']],
      ['mkv', []],
    ] as const) {
      await make(file, { container });
      const result = await probeOf(named(`result.${container}`));
      assert.deepEqual(lostTags(tags, result.tags ?? []), lost);
    }
  });
});

describe('covers and attachments on a real ffmpeg', function () {
  this.timeout(60_000);

  for (const container of ['mp4', 'm4a', 'mp3', 'flac', 'mkv'] as const)
    it(`a cover is one in ${container}`, async function () {
      if (container === 'mp3' && !(await hasEncoder('libmp3lame'))) return this.skip();
      const written = await make(await source('cover-flac'), { container });
      const [cover] = types(written, 'video');
      assert.equal(cover?.codec_name, 'png');
      assert.equal(cover?.disposition.attached_pic, 1);
      assert.equal(written.format.tags?.title ?? written.format.tags?.TITLE, 'A tone');
    });

  it('Matroska keeps fonts and cover side by side, also of a part', async () => {
    await run(
      [
        ...['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', 'color=red:size=64x64', '-frames:v', '1'],
        ...['-update', '1', named('red.png')],
      ],
      folder,
    );
    const styled = await source('ass');
    const file = await ownSource('covered.mkv', [
      ...['-i', styled, '-map', '0', '-c', 'copy', '-attach', named('red.png')],
      ...['-metadata:s:t:1', 'mimetype=image/png', '-metadata:s:t:1', 'filename=cover.png'],
    ]);
    const written = await make(file, { container: 'mkv' }, { start: 0.5, duration: 1 });
    const [font] = types(written, 'attachment');
    assert.equal(font?.tags?.filename, 'icons.ttf');
    const pictures = types(written, 'video');
    assert.deepEqual(
      pictures.map(({ disposition }) => disposition.attached_pic),
      [0, 1],
    );
    assert.equal(types(written, 'subtitle')[0]?.codec_name, 'ass');
  });
});

describe('tags and chapters on a real ffmpeg', function () {
  this.timeout(60_000);

  it('tags of ogg reach containers that have tags of the file', async () => {
    const file = await ownSource('song.ogg', [
      ...[
        '-f',
        'lavfi',
        '-i',
        'sine=duration=1',
        '-c:a',
        'flac',
        '-metadata',
        'title=Song',
        '-metadata',
        'artist=We',
      ],
    ]);
    for (const container of ['m4a', 'flac', 'mkv'] as const) {
      const { format } = await make(file, { container });
      const tags = Object.fromEntries(
        Object.entries(format.tags ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
      );
      assert.deepEqual([tags.title, tags.artist], ['Song', 'We'], container);
    }
  });

  it('what mkvmerge counted is gone, languages and a track’s duration are not', async () => {
    const stale = ['BPS', 'BPS-eng', 'NUMBER_OF_FRAMES', '_STATISTICS_TAGS'];
    const file = await ownSource('counted.mkv', [
      ...[...film, '-c:v', 'mpeg4', '-c:a', 'aac', '-metadata:s:a:0', 'language=fre'],
      ...stale.flatMap((name) => ['-metadata:s', `${name}=1234`]),
    ]);
    const written = await make(file, { container: 'mkv' });
    for (const { tags = {} } of written.streams) {
      for (const name of stale) assert.equal(tags[name], undefined, name);
      assert.match(tags.DURATION ?? '', /^00:00:0[23]/u);
    }
    assert.equal(types(written, 'audio')[0]?.tags?.language, 'fre');
  });

  it('without tags the language stays', async () => {
    const file = await ownSource('tagged.mkv', [
      ...[...film, '-c:v', 'mpeg4', '-c:a', 'aac', '-metadata', 'title=T', '-metadata:s:a:0', 'language=fre'],
    ]);
    for (const container of ['mkv', 'mp4'] as const) {
      const written = await make(file, { container, metadata: { keep: false, set: { comment: 'mine' } } });
      const tags = Object.entries(written.format.tags ?? {}).map(([name, value]) => [
        name.toLowerCase(),
        value,
      ]);
      assert.deepEqual(
        tags.filter(([name = '']) => ['title', 'comment'].includes(name)),
        [['comment', 'mine']],
      );
      assert.equal(types(written, 'audio')[0]?.tags?.language, container === 'mp4' ? 'fra' : 'fre');
    }
  });

  for (const container of ['mp4', 'mov', 'mkv'] as Container[])
    it(`chapters of a part begin and end with it in ${container}`, async () => {
      const written = await make(await source('chapters'), { container }, { start: 0.5, duration: 1 });
      assert.deepEqual(
        written.chapters.map((chapter) => [Number(chapter.start_time), Number(chapter.end_time)]),
        [
          [0, 0.5],
          [0.5, 1],
        ],
      );
      assert.ok(Number(written.format.duration) < 1.1, `${written.format.duration} s`);
    });

  it('timecode stays in mov, and goes where the beginning does', async () => {
    const file = await ownSource('timecode.mov', [
      ...[...film, '-c:v', 'mpeg4', '-c:a', 'aac', '-timecode', '01:00:00:00'],
    ]);
    const timecodes = (written: Written) =>
      written.streams
        .filter((stream) => stream.codec_tag_string === 'tmcd')
        .map(({ tags }) => tags?.timecode);
    assert.deepEqual(timecodes(await make(file, { container: 'mov' })), ['01:00:00:00']);
    for (const [container, span] of [
      ['mov', { start: 1 }],
      ['mp4', { start: 0 }],
    ] as const)
      assert.deepEqual(timecodes(await make(file, { container }, span)), [], container);
  });
});
