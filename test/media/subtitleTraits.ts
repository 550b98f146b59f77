import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pgsStream } from './pgs.ts';
import { picture, tone, x264 } from './trait.ts';
import type { Trait } from './trait.ts';

const words = '1\n00:00:00,500 --> 00:00:01,500\nHello, <i>world</i>\n\n';
const sign = '1\n00:00:01,000 --> 00:00:01,500\nEXIT\n\n';

/**
 * A font that is nowhere installed, so that a picture shows whether the attached one was used: its only letters are
 * the editor’s icons, at code points of private use.
 */
const iconFont = () =>
  readFileSync(createRequire(import.meta.url).resolve('@vscode/codicons/dist/codicon.ttf'));
const iconOfPlay = '\uEB2C';

const styled = `[Script Info]
ScriptType: v4.00+
PlayResX: 320
PlayResY: 240

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Italic, Outline, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,codicon,96,&H00FFFFFF,0,0,0,5,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Text
Dialogue: 0,0:00:00.00,0:00:02.00,Default,${iconOfPlay}
`;

const film = [...picture(), ...tone()];
const filmCodecs = [...x264(), '-c:a', 'flac'];
const filmFacts = [{ codec_type: 'video' }, { codec_type: 'audio' }];
const pictures = () =>
  pgsStream([
    { from: 0.2, to: 0.9 },
    { from: 1.1, to: 1.8, forced: true },
  ]);

export const subtitleTraits = {
  pgs: {
    file: 'pgs.mkv',
    what: 'Subtitles as pictures, from a Blu-ray',
    steps: [
      { write: 'words.sup', by: pictures },
      {
        ffmpeg: [
          ...[
            ...film,
            '-i',
            'words.sup',
            '-map',
            '0',
            '-map',
            '1',
            '-map',
            '2',
            ...filmCodecs,
            '-c:s',
            'copy',
          ],
          ...['-metadata:s:s', 'language=eng', 'pgs.mkv'],
        ],
      },
    ],
    facts: {
      streams: [
        ...filmFacts,
        { codec_name: 'hdmv_pgs_subtitle', width: 320, height: 240, tags: { language: 'eng' } },
      ],
    },
  },
  vobsub: {
    file: 'vobsub.mkv',
    what: 'Subtitles as pictures, from a DVD',
    steps: [
      { write: 'words.sup', by: pictures },
      {
        ffmpeg: [
          // PGS says when a picture ends by a second, empty one; VobSub wants to know at once.
          ...[...film, '-fix_sub_duration', '-i', 'words.sup', '-map', '0', '-map', '1', '-map', '2'],
          ...[...filmCodecs, '-c:s', 'dvdsub', 'vobsub.mkv'],
        ],
      },
    ],
    facts: { streams: [...filmFacts, { codec_name: 'dvd_subtitle' }] },
  },
  srt: {
    file: 'srt.mkv',
    what: 'Text subtitles in two languages, and those for signs alone: forced and default',
    steps: [
      { write: 'words.srt', by: () => words },
      { write: 'sign.srt', by: () => sign },
      {
        ffmpeg: [
          ...[...film, '-i', 'words.srt', '-i', 'words.srt', '-i', 'sign.srt'],
          ...['-map', '0', '-map', '1', '-map', '2', '-map', '3', '-map', '4', ...filmCodecs, '-c:s', 'srt'],
          ...[
            '-metadata:s:s:0',
            'language=eng',
            '-metadata:s:s:1',
            'language=ger',
            '-metadata:s:s:2',
            'language=eng',
          ],
          ...[
            '-disposition:s:0',
            '0',
            '-disposition:s:1',
            '0',
            '-disposition:s:2',
            'default+forced',
            'srt.mkv',
          ],
        ],
      },
    ],
    facts: {
      streams: [
        ...filmFacts,
        { codec_name: 'subrip', tags: { language: 'eng' }, disposition: { default: 0, forced: 0 } },
        { codec_name: 'subrip', tags: { language: 'ger' }, disposition: { default: 0, forced: 0 } },
        { codec_name: 'subrip', tags: { language: 'eng' }, disposition: { default: 1, forced: 1 } },
      ],
    },
  },
  ass: {
    file: 'ass.mkv',
    what: 'Styled subtitles whose font is attached',
    steps: [
      { write: 'words.ass', by: () => styled },
      { write: 'icons.ttf', by: iconFont },
      {
        ffmpeg: [
          ...[
            ...film,
            '-i',
            'words.ass',
            '-map',
            '0',
            '-map',
            '1',
            '-map',
            '2',
            ...filmCodecs,
            '-c:s',
            'copy',
          ],
          ...['-attach', 'icons.ttf', '-metadata:s:t', 'mimetype=application/x-truetype-font', 'ass.mkv'],
        ],
      },
    ],
    facts: {
      streams: [
        ...filmFacts,
        { codec_name: 'ass' },
        { codec_type: 'attachment', codec_name: 'ttf', tags: { filename: 'icons.ttf' } },
      ],
    },
  },
  'mov-text': {
    file: 'mov-text.mp4',
    what: 'Text subtitles of MP4',
    steps: [
      { write: 'words.srt', by: () => words },
      {
        ffmpeg: [
          ...[...film, '-i', 'words.srt', '-map', '0', '-map', '1', '-map', '2', ...x264(), '-c:a', 'aac'],
          ...['-c:s', 'mov_text', '-metadata:s:s', 'language=fre', 'mov-text.mp4'],
        ],
      },
    ],
    facts: {
      streams: [
        ...filmFacts,
        { codec_name: 'mov_text', codec_tag_string: 'tx3g', tags: { language: 'fre' } },
      ],
    },
  },
  'subtitles-alone': {
    file: 'subtitles-alone.srt',
    what: 'No picture and no sound: a text file',
    steps: [{ write: 'subtitles-alone.srt', by: () => words }],
    facts: { format: { format_name: 'srt' }, streams: [{ codec_name: 'subrip' }], decodes: 'nothing there' },
  },
} as const satisfies Record<string, Trait>;
