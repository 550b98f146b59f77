import assert from 'node:assert/strict';
import type { OutputPreset } from '../../../src/encoding/output.ts';
import type { Probe } from '../../../src/encoding/probe.ts';
import { estimateWork } from '../../../src/encoding/workEstimate.ts';

const probe: Probe = {
  formatName: 'mov,mp4,m4a,3gp,3g2,mj2',
  duration: 100,
  bytes: 50_000_000,
  streams: [
    {
      ...{ index: 0, type: 'video', codec: 'h264', attachedPicture: false, default: true },
      ...{ width: 1920, height: 1080, frameRate: 25 },
    },
    { index: 1, type: 'audio', codec: 'aac', attachedPicture: false, default: true, channels: 2 },
  ],
};
const film: OutputPreset = { container: 'mp4', video: { encoders: ['libx264'] }, audio: { encoder: 'aac' } };
const encoders = { video: 'libx264', audio: 'aac' };
const amount = (output: Partial<OutputPreset>, probes: readonly Probe[] = [probe]) =>
  estimateWork({ ...film, ...output }, probes, encoders)?.amount ?? NaN;
const video = (changes: object) => ({ video: { encoders: ['libx264' as const], ...changes } });

describe('how much there is to do', () => {
  it('is pixels times frames, by encoder and speed', () => {
    const work = estimateWork(film, [probe], encoders);
    assert.equal(work?.key, 'libx264 medium');
    assert.ok(Math.abs(work.amount - (1920 * 1080 * 1.15 * 2500) / 1e6) < 1);
    assert.equal(
      estimateWork({ ...film, ...video({ speed: 'slow' }) }, [probe], encoders)?.key,
      'libx264 slow',
    );
  });

  it('grows with what is asked for', () => {
    const whole = amount({});
    assert.ok(Math.abs(amount({ trim: { duration: '0:50' } }) / whole - 0.5) < 0.01);
    assert.ok(amount(video({ maxHeight: 540 })) < whole / 2);
    assert.ok(Math.abs(amount(video({ maxFrameRate: 12.5 })) / whole - 0.5) < 0.01);
    assert.ok(Math.abs(amount(video({ passes: 2 })) / whole - 1.5) < 1e-6);
    assert.ok(Math.abs(amount({}, [probe, probe, probe]) / whole - 3) < 1e-6);
    const rungs = [1080, 540, 4320].map((height) => ({ height, bitrate: '1M' }));
    const ladder = amount({ container: 'hls', ladder: { rungs } });
    assert.ok(Math.abs(ladder / ((1920 * 1080 * (1 + 0.25 + 0.15) * 2500) / 1e6) - 1) < 0.01, String(ladder));
  });

  it('is seconds of sound, bytes that are copied, or one picture', () => {
    const sound = { ...film, container: 'm4a', video: false } as const;
    assert.deepEqual(estimateWork(sound, [probe], encoders), { key: 'aac', amount: 100 });
    const copied = { ...film, video: { copy: true } };
    assert.deepEqual(estimateWork(copied, [probe], encoders), { key: 'copy', amount: 50 });
    const still = { ...film, container: 'png', audio: false } as const;
    assert.deepEqual(estimateWork(still, [probe], {}), { key: 'still', amount: 1 });
  });

  it('is not known where the source does not say how long or how large it is', () => {
    assert.ok(Number.isNaN(amount({}, [{ ...probe, duration: undefined }])));
    assert.ok(
      Number.isNaN(amount({}, [{ ...probe, streams: [{ ...probe.streams[0]!, width: undefined }] }])),
    );
  });
});
