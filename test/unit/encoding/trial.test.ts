import assert from 'node:assert/strict';
import { isMediaFileName, mediaExtensions } from '../../../src/encoding/mediaExtensions.ts';
import { containers } from '../../../src/encoding/preset.ts';
import { encoderTrials, parseDemuxers, parseVersion, trialArguments } from '../../../src/encoding/trial.ts';

describe('trial runs', () => {
  it('use the arguments of a real encode and write nothing', () => {
    for (const { encoder, pixelFormats } of encoderTrials)
      for (const format of [...pixelFormats, undefined]) {
        const argv = trialArguments(encoder, format);
        assert.ok(argv.includes(encoder));
        assert.deepEqual(argv.slice(-3), ['-f', 'null', '-']);
      }
    assert.ok(trialArguments('hevc_nvenc', 'yuv420p10le').includes('p010le'));
  });

  it('read demuxers, old columns and new', () => {
    const text = `File formats:
 D. = Demuxing supported
 .E = Muxing supported
 --
 D  matroska,webm   Matroska / WebM
 D  mov,mp4,m4a,3gp,3g2,mj2 QuickTime / MOV
 D d v4l2           Video4Linux2 device
 DE wav             WAV / WAVE
`;
    assert.deepEqual(parseDemuxers(text).slice(0, 4), ['matroska', 'webm', 'mov', 'mp4']);
    assert.ok(parseDemuxers(text).includes('mj2') && parseDemuxers(text).includes('wav'));
  });

  it('read the version', () => {
    assert.equal(parseVersion('ffmpeg version 5.1.9-0+deb12u1 Copyright (c)\n'), '5.1.9-0+deb12u1');
    assert.equal(parseVersion('ffprobe version n6.1 Copyright'), 'n6.1');
    assert.equal(parseVersion('bash: ffmpeg: command not found'), undefined);
  });
});

describe('media extensions', () => {
  it('hold every container’s, and not TypeScript’s', () => {
    for (const container of containers) assert.ok(mediaExtensions.includes(container));
    assert.ok(isMediaFileName('A clip.MP4'));
    assert.ok(!isMediaFileName('extension.ts'));
    assert.ok(!isMediaFileName('.mp4'));
  });
});
