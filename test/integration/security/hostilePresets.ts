import type { Traps } from './traps.ts';

/** Presets as a workspace that somebody else wrote could hold them: each is refused before anything runs. */
export const hostilePresets: readonly [title: string, preset: (traps: Traps) => unknown][] = [
  ...hostileArguments(),
  ['a LUT by its absolute path', ({ secret }) => video({ lut: secret })],
  ['a LUT above the source', () => video({ lut: '../outside/secret.srt' })],
  ['a LUT in the home folder', () => video({ lut: '~/look.cube' })],
  ['a LUT on a drive', () => video({ lut: 'C:\\look.cube' })],
  [
    'a watermark from a server',
    ({ port }) => video({ watermark: { file: `http://127.0.0.1:${port}/a.png` } }),
  ],
  ['a watermark of another protocol', ({ secret }) => video({ watermark: { file: `file:${secret}` } })],
  ['a watermark that is no image', () => video({ watermark: { file: 'list.m3u8' } })],
  ['subtitles by their absolute path', ({ secret }) => video({ burnSubtitles: { file: secret } })],
  [
    'subtitles above, further down in the path',
    () => video({ burnSubtitles: { file: 'a/../../secret.srt' } }),
  ],
  ['an encoder with a filter in its name', () => video({ encoders: ['libx264,movie=secret'] })],
  ['a language with a filter in it', () => video({ burnSubtitles: { language: "en';movie=x" } })],
  ['a bit rate with an option in it', () => video({ bitrate: '2M -dump_attachment' })],
  ['a time with an expression in it', () => ({ ...base, trim: { start: '1;movie=x' } })],
  ['an output named like a path', () => ({ ...base, outputs: { '../x': {} } })],
  ['a container of another kind', () => ({ ...base, container: 'tee' })],
  ['a field that ffmpeg knows and the schema does not', () => ({ ...base, filter_complex: 'movie=x' })],
  ['a preset that inherits what every object has', () => ({ extends: 'constructor' })],
];

const base = { container: 'mkv', video: { encoders: ['libx264'] } };

function video(fields: object): object {
  return { ...base, video: { ...base.video, ...fields } };
}

function hostileArguments(): [string, (traps: Traps) => unknown][] {
  const lists: ((traps: Traps) => string[])[] = [
    ({ outside }) => ['-dump_attachment:t', `${outside}/dumped`],
    () => ['-report'],
    ({ outside }) => ['-vstats_file', `${outside}/vstats`],
    ({ outside }) => ['-passlogfile', `${outside}/passlog`],
    ({ secret }) => ['-attach', secret],
    ({ secret }) => ['-vf', `movie=${secret}`],
    ({ secret }) => ['-filter:v', `subtitles=${secret}`],
    ({ secret }) => ['-filter_complex', `movie=${secret}[out]`],
    ({ secret }) => ['-filter_complex_script', secret],
    ({ secret }) => ['-/filter:v', secret],
    ({ secret }) => ['-vf', `drawtext=textfile=${secret}`],
    ({ secret }) => ['-i', secret],
    ({ outside }) => [`${outside}/second.mkv`],
    ({ port }) => ['-f', 'tee', `[f=flv]tcp://127.0.0.1:${port}`],
    ({ port }) => ['-progress', `http://127.0.0.1:${port}/`],
    ({ port }) => ['-http_proxy', `http://127.0.0.1:${port}/`],
    () => ['-protocol_whitelist', 'file,tcp,http'],
    ({ outside }) => ['-x264-params', `stats=${outside}/stats`],
    ({ outside }) => ['-x264-params', `aq-mode=3:dump-yuv=${outside}/yuv`],
    ({ outside }) => ['-x265-params', `csv=${outside}/csv`],
    ({ secret }) => ['-x265-params', `analysis-load=${secret}`],
    () => ['-y'],
    () => ['-metadata', 'title=a\nb'],
    () => ['-init_hw_device', 'opencl'],
  ];
  const traps: Traps = {
    port: 1,
    secret: 'SECRET',
    outside: 'OUTSIDE',
    caught: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
  return lists.map((list) => [
    `the arguments ${JSON.stringify(list(traps)).slice(1, -1)}`,
    (real) => ({ ...base, extraArguments: list(real) }),
  ]);
}
