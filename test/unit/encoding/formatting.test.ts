import assert from 'node:assert/strict';
import {
  describeLeft,
  describeProgress,
  describeResult,
  formatBytes,
  formatDuration,
  formatPercent,
  formatSizeChange,
  formatSpeed,
} from '../../../src/encoding/formatting.ts';

describe('formatting', () => {
  it('bytes', () => {
    const table: [number, string][] = [
      [0, '0 B'],
      [999, '999 B'],
      [1000, '1.0 kB'],
      [9_960, '10 kB'],
      [412_000_000, '412 MB'],
      [999_600, '1.0 MB'],
      [1_440_000_000, '1.4 GB'],
    ];
    for (const [bytes, text] of table) assert.equal(formatBytes(bytes), text);
  });

  it('percent never says 100 % too early', () => {
    assert.equal(formatPercent(0.999), '99 %');
    assert.equal(formatPercent(1), '100 %');
  });

  it('durations', () => {
    const table: [number, string][] = [
      [0.2, '0 s'],
      [59.6, '1 min 00 s'],
      [200, '3 min 20 s'],
      [3900, '1 h 05 min'],
    ];
    for (const [seconds, text] of table) assert.equal(formatDuration(seconds), text);
  });

  it('speed and change', () => {
    assert.equal(formatSpeed(2.06), '2.1×');
    assert.equal(formatSpeed(0.05), '0.05×');
    assert.equal(formatSpeed(24), '24×');
    assert.equal(formatSizeChange(412, 63), '−85 %');
    assert.equal(formatSizeChange(100, 112), '+12 %');
    assert.equal(formatSizeChange(0, 112), undefined);
  });

  it('a result and a running encode', () => {
    assert.equal(
      describeResult(412e6, 63e6, { level: 'pass', findings: [] }),
      '412 MB → 63 MB (−85 %), verified',
    );
    assert.equal(describeResult(undefined, 63e6, undefined), '63 MB');
    assert.equal(
      describeProgress({ fraction: 0.42, framesPerSecond: 24, speed: 2.1, eta: 200 }),
      '42 % · 24 fps · 2.1× · 3 min 20 s left',
    );
    assert.equal(describeProgress({}), '');
    assert.equal(describeProgress({ fraction: 0.004, framesPerSecond: 0.01, speed: 0.004 }), '0 %');
    assert.equal(
      describeProgress({ fraction: 0.999, framesPerSecond: 24, eta: 0.3 }),
      '99 % · 24 fps · finishing',
    );
    assert.equal(describeLeft(12.4), '12 s left');
  });
});
