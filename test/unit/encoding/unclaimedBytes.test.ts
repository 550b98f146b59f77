import assert from 'node:assert/strict';
import { unclaimedPart } from '../../../src/encoding/unclaimedBytes.ts';
import { audioStream, probeOf, videoStream } from './probes.ts';

const megabyte = 1_000_000;

/** A minute at one megabyte a second, and so many megabytes beside. */
function film(
  beside: number,
  { formatName = 'mov,mp4,m4a,3gp,3g2,mj2', frames = 1500 } = {},
): number | undefined {
  const tracks = [videoStream({ bitRate: 8 * megabyte, duration: 60, frames })];
  return unclaimedPart(probeOf(tracks, { bytes: (60 + beside) * megabyte, formatName }));
}

describe('bytes that belong to none of the tracks', () => {
  it('are told where a container with an index has more of them than that takes', () => {
    assert.equal(film(1), undefined);
    assert.ok((film(15) ?? 0) > 0.19, 'what a phone has cut off at the end, and keeps');
    assert.equal(film(15, { frames: 400_000 }), undefined, 'that is its index');
  });

  it('are told of a recording that is longer than its header says', () => {
    const sound = [audioStream({ codec: 'pcm_s16le', bitRate: 1_536_000, duration: 8 })];
    const bytes = (seconds: number): number => seconds * 192_000 + 44;
    const wav = (seconds: number) =>
      unclaimedPart(probeOf(sound, { bytes: bytes(seconds), formatName: 'wav' }));
    assert.equal(wav(8), undefined);
    assert.ok((wav(10) ?? 0) > 0.19);
  });

  it('are told only where it is much in containers that say about how large their tracks are', () => {
    assert.equal(film(15, { formatName: 'matroska,webm' }), undefined);
    assert.ok((film(40, { formatName: 'matroska,webm' }) ?? 0) > 0.3);
  });
});
