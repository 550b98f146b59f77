import assert from 'node:assert/strict';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import type { Container } from '../../../src/encoding/presetNames.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import type { VideoPreset } from '../../../src/encoding/presetVideo.ts';
import { checkLevel, levelsOf } from '../../../src/encoding/levelLimits.ts';
import { checkVideoEncoder, videoEncoderProblems } from '../../../src/encoding/videoEncoderCheck.ts';

/** What is wrong, its place first. */
function wrong(video: VideoPreset, container: Container = 'mkv'): string {
  const [problem] = videoEncoderProblems(video, container);
  return problem === undefined ? '' : `${(problem.path ?? []).join('.')}: ${problem.message}`;
}

const refused: readonly [title: string, video: VideoPreset, expected: RegExp, container?: Container][] = [
  [
    'a codec that the container cannot hold',
    { encoders: ['libx264', 'libvpx-vp9'] },
    /^encoders\.1: .*mov.*vp9/u,
    'mov',
  ],
  ['a picture in a container for sound', { encoders: ['libx264'] }, /^: .*m4a holds sound/u, 'm4a'],
  ['a crf beyond the scale', { encoders: ['libx264'], crf: 55 }, /^crf: .*51/u],
  [
    'a crf beyond the scale of a fallback',
    { encoders: ['libsvtav1', 'libx265'], crf: 55 },
    /^crf: .*libx265/u,
  ],
  [
    'a crf of what has none',
    { encoders: ['prores_ks'], crf: 20 },
    /^crf: prores_ks takes no crf: .*profile/u,
  ],
  ['a crf without loss', { encoders: ['ffv1'], crf: 20 }, /^crf: .*without loss/u],
  ['a bit rate of what follows a profile', { encoders: ['dnxhd'], bitrate: '40M' }, /^bitrate: dnxhd/u],
  ['a size of what follows a profile', { encoders: ['prores_ks'], targetSize: '25MB' }, /^targetSize: /u],
  ['a greatest bit rate without loss', { encoders: ['ffv1'], maxBitrate: '40M' }, /^maxBitrate: /u],
  [
    'a greatest bit rate that this one ignores',
    { encoders: ['h264_qsv'], crf: 22, maxBitrate: '8M' },
    /^maxBitrate: h264_qsv.*bitrate/u,
  ],
  [
    'a greatest bit rate that this one refuses',
    { encoders: ['libsvtav1'], bitrate: '2M', maxBitrate: '3M' },
    /^maxBitrate: libsvtav1.*crf/u,
  ],
  [
    'a greatest bit rate below the usual one',
    { encoders: ['libx264'], bitrate: '4M', maxBitrate: '2M' },
    /^maxBitrate: .*below/u,
  ],
  ['two passes without a bit rate', { encoders: ['libx264'], crf: 22, passes: 2 }, /^passes: .*names none/u],
  ['two passes of nothing at all', { encoders: ['libx265'], passes: 2 }, /^passes: /u],
  [
    'two passes of what cannot',
    { encoders: ['libx264', 'libsvtav1'], bitrate: '2M', passes: 2 },
    /^passes: libsvtav1/u,
  ],
  [
    'two passes of hardware',
    { encoders: ['hevc_nvenc'], targetSize: '25MB', passes: 2 },
    /^passes: hevc_nvenc/u,
  ],
  [
    'a pixel format that cannot be made',
    { encoders: ['libsvtav1'], pixelFormat: 'yuv444p' },
    /^pixelFormat: libsvtav1/u,
  ],
  ['transparency in H.264', { encoders: ['libx264'], pixelFormat: 'yuva444p10le' }, /^pixelFormat: /u],
  ['8 bits of 4:2:0 in ProRes', { encoders: ['prores_ks'], pixelFormat: 'yuv420p' }, /^pixelFormat: /u],
  [
    'a profile of another codec',
    { encoders: ['libx265'], profile: 'high' },
    /^profile: libx265 has no profile high/u,
  ],
  ['a profile of what has none', { encoders: ['libvpx-vp9'], profile: 'main' }, /^profile: .*no profiles/u],
  [
    '4:2:2 in the profile high',
    { encoders: ['libx264'], profile: 'high', pixelFormat: 'yuv422p' },
    /^pixelFormat: /u,
  ],
  [
    '10 bits in the profile main',
    { encoders: ['libx265'], profile: 'main', pixelFormat: 'yuv420p10le' },
    /^pixelFormat: /u,
  ],
  [
    '8 bits in the profile main10',
    { encoders: ['libx265'], profile: 'main10', pixelFormat: 'yuv420p' },
    /^pixelFormat: /u,
  ],
  [
    'a profile that knows no loss-free coding',
    { encoders: ['libx264'], profile: 'high', crf: 0 },
    /^crf: .*without loss/u,
  ],
  ['a level of another codec', { encoders: ['libx265'], level: '1.3' }, /^level: hevc knows no level 1.3/u],
  ['a level that nothing has', { encoders: ['libx264'], level: '7.7' }, /^level: /u],
  [
    'a level of what takes none',
    { encoders: ['libaom-av1'], level: '4' },
    /^level: libaom-av1 takes no level/u,
  ],
  ['a copy that is to be encoded', { copy: true, encoders: ['libx264'] }, /^encoders: /u],
  ['a copy that is to be smaller', { copy: true, maxHeight: 720 }, /^maxHeight: /u],
];

const allowed: readonly [title: string, video: VideoPreset, container?: Container][] = [
  ['a plain copy', { copy: true }],
  [
    'a fallback list within one scale',
    { encoders: ['h264_nvenc', 'libx264'], crf: 22, profile: 'high', level: '4.1' },
    'mp4',
  ],
  ['a level without its fraction', { encoders: ['libx264'], level: '4.0' }],
  ['two passes of a bit rate', { encoders: ['libx264', 'libx265', 'libvpx-vp9'], bitrate: '2M', passes: 2 }],
  [
    'two passes of a quality where the guide recommends them',
    { encoders: ['libvpx-vp9'], crf: 31, passes: 2 },
  ],
  ['a capped quality', { encoders: ['libx264', 'libsvtav1', 'hevc_nvenc'], crf: 24, maxBitrate: '8M' }],
  ['a profile without a pixel format', { encoders: ['libx265'], profile: 'main10' }],
  ['8 bits in a profile for 10', { encoders: ['libx264'], profile: 'high10', pixelFormat: 'yuv420p' }],
  ['crf 0 at 10 bits, which loses a little', { encoders: ['libx264'], profile: 'high10', crf: 0 }],
  [
    'transparency in ProRes 4444',
    { encoders: ['prores_ks'], profile: '4444', pixelFormat: 'yuva444p10le' },
    'mov',
  ],
  ['a tune that only one of them knows', { encoders: ['libx265', 'libx264'], tune: 'film' }],
];

describe('what a video encoder cannot do', () => {
  for (const [title, video, expected, container] of refused)
    it(`is refused at its field: ${title}`, () => {
      assert.match(wrong(video, container), expected);
      assert.equal(checkVideoEncoder(video, container ?? 'mkv').ok, false);
    });

  for (const [title, video, container] of allowed)
    it(`does not reach to ${title}`, () => {
      assert.equal(wrong(video, container), '');
      assert.equal(checkVideoEncoder(video, container ?? 'mkv').ok, true);
    });

  it('is said once for each field, and for all fields', () => {
    const problems = videoEncoderProblems(
      { encoders: ['libx264', 'libx265', 'h264_nvenc'], crf: 60, passes: 2, level: '9.9' },
      'mkv',
    );
    assert.deepEqual(
      problems.map(({ path }) => path?.join('.')),
      ['crf', 'passes', 'level'],
    );
  });

  it('is in no built-in preset', () => {
    for (const [name, preset] of Object.entries(builtinPresets))
      for (const { video, container } of outputsOf(preset))
        if (video) assert.equal(wrong(video, container), '', name);
  });
});

describe('a level', () => {
  const hd = { width: 1920, height: 1080, frameRate: 30 };

  it('is refused for a picture that it has no room for, with the one that has', () => {
    const refused = checkLevel('h264', '3.1', hd);
    assert.ok(!refused.ok);
    assert.deepEqual(refused.problem.path, ['level']);
    assert.match(refused.problem.message, /3\.1 of h264 has no room for 1920×1080 at 30/u);
    assert.match(refused.problem.hint, /level 4,/u);
    const fast = checkLevel('hevc', '4', { ...hd, frameRate: 60 });
    assert.match(fast.ok ? '' : fast.problem.hint, /level 4\.1,/u);
  });

  it('is enough where every standard says so', () => {
    for (const [codec, level] of [
      ['h264', '4'],
      ['h264', '4.1'],
      ['hevc', '4.0'],
      ['av1', '4'],
      ['vp9', '4'],
    ] as const)
      assert.ok(checkLevel(codec, level, hd).ok, `${codec} ${level}`);
    assert.ok(checkLevel('h264', '3.1', { width: 1280, height: 720, frameRate: 30_000 / 1001 }).ok);
    assert.ok(checkLevel('hevc', '5.1', { width: 3840, height: 2160, frameRate: 60 }).ok);
  });

  it('is not held against what is unknown', () => {
    assert.ok(checkLevel('h264', '1', {}).ok);
    assert.ok(checkLevel('h264', undefined, hd).ok);
    assert.ok(checkLevel('prores', '1', hd).ok);
    assert.ok(checkLevel('h264', '4', { width: 1920, height: 1080 }).ok);
  });

  it('has no less room than the one before it', () => {
    for (const codec of ['h264', 'hevc', 'av1', 'vp9'] as const) {
      const levels = levelsOf(codec);
      for (const size of [176, 720, 1280, 1920, 3840, 7680])
        for (const frameRate of [24, 60, 120]) {
          const room = levels.map(
            (level) => checkLevel(codec, level, { width: size, height: (size * 9) / 16, frameRate }).ok,
          );
          assert.deepEqual(
            room,
            room.toSorted((a, b) => Number(a) - Number(b)),
            `${codec} ${size} ${frameRate}`,
          );
        }
    }
  });
});
