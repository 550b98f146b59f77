import assert from 'node:assert/strict';
import { assetsOf } from '../../../src/encoding/presetAssets.ts';

describe('files that the outputs of a preset name', () => {
  const subtitles = { file: '${fileBasename}.srt' };
  const preset = {
    container: 'mp4' as const,
    outputs: {
      marked: { video: { watermark: { file: 'logo.png' }, burnSubtitles: subtitles } },
      coloured: { video: { watermark: { file: 'logo.png' }, lut: 'look.cube' } },
      copied: { video: { copy: true as const } },
      tracks: { video: { burnSubtitles: { track: 1 } } },
      sound: { container: 'm4a' as const, video: false as const },
    },
  };
  const named = (...indices: number[]): string[] => assetsOf(preset, indices).map(({ asset }) => asset);

  it('are those of the outputs that are to be made, each once', () => {
    assert.deepEqual(named(0, 1, 2, 3, 4), ['logo.png', '${fileBasename}.srt', 'look.cube']);
    assert.deepEqual(named(1), ['logo.png', 'look.cube']);
    assert.deepEqual(named(2, 3, 4), []);
  });

  it('may be as large as what becomes of them allows', () => {
    assert.deepEqual(
      assetsOf(preset, [0]).map(({ maxBytes }) => maxBytes / 1024 / 1024),
      [64, 16],
    );
  });
});
