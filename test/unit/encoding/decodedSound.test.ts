import assert from 'node:assert/strict';
import { DecodedSound } from '../../../src/encoding/decodedSound.ts';

const opened = `[info]   Stream #0:1: Audio: pcm_s24le, 96000 Hz, stereo, s32 (24 bit), 4608 kb/s
[info] Output #0, null, to 'pipe:':
[info]   Stream #0:0: Video: wrapped_avframe, yuv420p, 160x120, q=2-31, 200 kb/s, 25 fps, 25 tbn
[info]   Stream #0:1(ger): Audio: pcm_s16le, 44100 Hz, mono, s16, 705 kb/s (default)
[info]   Stream #0:2: Audio: pcm_s16le, 48000 Hz, mono, s16, 768 kb/s
[info] Output #1, s16le, to 'file:samples-0.pcm':
[info]   Stream #0:1: Audio: pcm_s16le, 8000 Hz, mono, s16, 128 kb/s
`;
/** `said`: what ffmpeg puts before each line from version 7 on. */
const counted = (said: string): string => `${said}[verbose] Output file #0 (pipe:):
${said}[verbose]   Output stream #0:0 (video): 50 frames encoded; 50 packets muxed (23600 bytes); 
${said}[verbose]   Output stream #0:1 (audio): 88 frames encoded (88200 samples); 88 packets muxed (180224 bytes); 
${said}[verbose]   Output stream #0:2 (audio): 101 frames encoded (72000 samples); 101 packets muxed (192000 bytes); 
${said}[verbose]   Output stream #1:0 (audio): 9 frames encoded (9 samples); 9 packets muxed (18 bytes); 
`;

describe('how much sound was decoded', () => {
  for (const [version, said] of [
    ['5', ''],
    ['7', '[out#0/null @ 0x1ed31a40] '],
  ] as const)
    it(`is told of each track of the first output by ffmpeg ${version}, cut anywhere`, () => {
      const text = opened + counted(said);
      for (let at = 0; at < text.length; at += 97) {
        const sound = new DecodedSound();
        sound.push(text.slice(0, at));
        sound.push(text.slice(at));
        assert.deepEqual(sound.seconds, [2, 1.5]);
      }
    });

  it('is nothing where a track gave nothing, and unknown where its rate was not said', () => {
    const sound = new DecodedSound();
    sound.push('  Output stream #0:0 (audio): 0 frames encoded (0 samples); 0 packets muxed\n');
    sound.push('  Output stream #0:1 (audio): 1 frames encoded (1024 samples); 1 packets muxed\n');
    assert.deepEqual(sound.seconds, [0, undefined]);
  });
});
