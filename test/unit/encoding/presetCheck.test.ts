import assert from 'node:assert/strict';
import { checkPreset, presetProblems } from '../../../src/encoding/presetCheck.ts';
import { presetSchema } from '../../../src/encoding/preset.ts';

/** Of a preset as it stands in a file: what the schema alone refuses is not for these tests. */
function found(preset: object): Record<string, string> {
  const problems = presetProblems(presetSchema.parse(preset));
  return Object.fromEntries(problems.map(({ path = [], message }) => [path.join('.'), message]));
}

/** A preset → the fields at fault, and a word of each sentence. */
const refused: readonly (readonly [string, object, Readonly<Record<string, RegExp>>])[] = [
  ['no container', { video: { crf: 20 } }, { container: /no container/ }],
  [
    'neither picture nor sound',
    { container: 'mp4', video: false, audio: false },
    { audio: /nothing is left/ },
  ],
  ['sound without sound', { container: 'mp3', audio: false }, { audio: /mp3 is sound/ }],
  ['sound with a picture', { container: 'm4a', video: { crf: 20 } }, { video: /Sound alone \(m4a\).*video/ }],
  ['a still without a picture', { container: 'jpg', video: false }, { video: /jpg is a picture/ }],
  ['a still with sound', { container: 'png', audio: {} }, { audio: /still picture \(png\)/ }],
  ['a still of a part', { container: 'jpg', trim: { end: 5 } }, { trim: /trim/ }],
  ['a still that must be smaller', { container: 'jpg', minimumGain: 10 }, { minimumGain: /minimumGain/ }],
  ['a still that is copied', { container: 'jpg', video: { copy: true } }, { 'video.copy': /copy/ }],
  ['a still at a bit rate', { container: 'jpg', video: { bitrate: '1M' } }, { 'video.bitrate': /bitrate/ }],
  ['quality of a png', { container: 'png', still: { quality: 90 } }, { 'still.quality': /no quality/ }],
  [
    'one frame and many',
    { container: 'jpg', still: { at: 5 }, contactSheet: {} },
    { 'still.at': /many frames/ },
  ],
  [
    'sizes beside those of the tiles',
    { container: 'jpg', contactSheet: {}, video: { maxWidth: 100, watermark: { file: 'a.png' } } },
    { 'video.maxWidth': /own size/, 'video.watermark': /own size/ },
  ],
  ['a film that is a still', { container: 'mp4', still: { at: 5 } }, { still: /film \(mp4\)/ }],
  ['a film with a ladder', { container: 'mkv', ladder: {} }, { ladder: /film \(mkv\)/ }],
  ['a film that loops', { container: 'mp4', video: { loop: 1 } }, { 'video.loop': /loop/ }],
  ['a gif with sound', { container: 'gif', audio: { encoder: 'aac' } }, { audio: /animation \(gif\)/ }],
  ['a gif with a crf', { container: 'gif', video: { crf: 20 } }, { 'video.crf': /animation/ }],
  [
    'a ladder with a size of its own',
    { container: 'hls', video: { maxHeight: 720, crf: 20 } },
    { 'video.maxHeight': /ladder/, 'video.crf': /ladder/ },
  ],
  [
    'a rung twice',
    {
      container: 'dash',
      ladder: {
        rungs: [
          { height: 720, bitrate: '3M' },
          { height: 720, bitrate: '3M' },
        ],
      },
    },
    { 'ladder.rungs.1': /twice/ },
  ],
  [
    'three rate controls',
    { container: 'mp4', video: { crf: 20, bitrate: '2M', targetSize: '10MB' } },
    { 'video.bitrate': /video\.crf/, 'video.targetSize': /video\.crf/ },
  ],
  [
    'a likeness beyond the scale',
    { container: 'mp4', video: { targetQuality: { score: 95 } } },
    { 'video.targetQuality.score': /SSIM/ },
  ],
  [
    'a likeness below it',
    { container: 'mp4', video: { targetQuality: { metric: 'vmaf', score: 0.95 } } },
    { 'video.targetQuality.score': /VMAF/ },
  ],
  ['a fit into one side', { container: 'mp4', video: { width: 640, fit: 'pad' } }, { 'video.fit': /both/ }],
  [
    'an exact rate that varies',
    { container: 'mp4', video: { frameRate: 25, frameTiming: 'variable' } },
    { 'video.frameTiming': /exactly 25/ },
  ],
  [
    'an exact rate above the limit',
    { container: 'mp4', video: { frameRate: 50, maxFrameRate: 30 } },
    { 'video.maxFrameRate': /above/ },
  ],
  [
    'a copy that is scaled',
    { container: 'mp4', video: { copy: true, height: 720 } },
    { 'video.height': /copied/ },
  ],
  [
    'an end before the start',
    { container: 'mp4', trim: { start: '1:00', end: 60 } },
    { 'trim.end': /before/ },
  ],
  ['no length', { container: 'mp4', trim: { duration: 0 } }, { 'trim.duration': /no length/ }],
  [
    'a codec that the container cannot hold',
    { container: 'webm', video: { encoders: ['libvpx-vp9', 'libx264'] }, audio: { encoder: 'aac' } },
    { 'video.encoders.1': /webm cannot hold h264/, 'audio.encoder': /webm cannot hold aac/ },
  ],
  [
    'an argument that is not allowed',
    { container: 'mp4', extraArguments: ['-g', '48', '-report', '1'] },
    { 'extraArguments.2': /-report/ },
  ],
];

describe('a preset whose parts do not go together', () => {
  for (const [what, preset, expected] of refused)
    it(`is told at its fields: ${what}`, () => {
      const problems = found(preset);
      assert.deepEqual(Object.keys(problems).sort(), Object.keys(expected).sort());
      for (const [path, pattern] of Object.entries(expected)) assert.match(problems[path] ?? '', pattern);
    });

  it('says which output it is', () => {
    const problems = presetProblems({
      container: 'mp4',
      outputs: {
        a: {},
        b: { container: 'jpg', audio: {} },
        c: { when: { tallerThan: 10, shorterThan: 11 } },
      },
    });
    assert.deepEqual(
      problems.map(({ output, path = [] }) => [output, ...path]),
      [
        ['b', 'audio'],
        ['c', 'when', 'shorterThan'],
      ],
    );
  });

  it('is refused for a file name that no source can have', () => {
    assert.deepEqual(
      presetProblems({
        container: 'mp4',
        outputs: { a: { file: 'x.${hight}.mp4' }, b: { file: '${output}.mp4' } },
      }).map(({ output, path = [], message }) => [output, path.join('.'), message.includes('${hight}')]),
      [['a', 'file', true]],
    );
  });

  it('has at most so many outputs', () => {
    const outputs = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`o${index}`, {}]));
    const outcome = checkPreset({ container: 'mp4', outputs });
    assert.ok(!outcome.ok);
    assert.deepEqual(outcome.problem.path, ['outputs']);
  });
});

describe('a preset whose parts go together', () => {
  const right: readonly object[] = [
    { container: 'mp4' },
    { container: 'mp4', video: false },
    { container: 'mp4', audio: false },
    { container: 'jpg' },
    { container: 'jpg', contactSheet: { columns: 2 }, still: { quality: 50 }, video: { crop: 'auto' } },
    { container: 'jpg', audio: false, subtitles: false },
    { container: 'm4a', video: false, chapters: false, coverArt: false },
    { container: 'gif', video: { maxWidth: 320, frameRate: 10, loop: 3 }, trim: { start: 1, duration: 2 } },
    { container: 'hls' },
    { container: 'mp4', video: { width: 640, height: 360, fit: 'pad' } },
    { container: 'mp4', video: { height: 720, maxHeight: 480 } },
    { container: 'mkv', video: { copy: true }, audio: { tracks: [{ do: 'copy' }] } },
    { outputs: { a: { container: 'mp4' }, b: { container: 'webm' } } },
  ];
  for (const preset of right)
    it(`is let through: ${JSON.stringify(preset)}`, () => {
      assert.deepEqual(found(preset), {});
    });
});
