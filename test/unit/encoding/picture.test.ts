import assert from 'node:assert/strict';
import fc from 'fast-check';
import { planFrameRate } from '../../../src/encoding/frameRate.ts';
import { planGeometry } from '../../../src/encoding/geometry.ts';
import type { ProbeStream } from '../../../src/encoding/probe.ts';
import { videoStream } from './probes.ts';

describe('geometry', () => {
  const table: [Partial<ProbeStream>, number | undefined, string[], [number, number]][] = [
    [{ width: 1280, height: 720 }, 1080, [], [1280, 720]],
    [{ width: 3840, height: 2160 }, 1080, ['scale=1920:1080', 'setsar=1'], [1920, 1080]],
    [{ width: 1920, height: 1080, rotation: 90 }, undefined, [], [1080, 1920]],
    [{ width: 1920, height: 1080, rotation: 270 }, 960, ['scale=540:960', 'setsar=1'], [540, 960]],
    [{ width: 1920, height: 1080, rotation: 180 }, 1080, [], [1920, 1080]],
    [{ width: 641, height: 273 }, undefined, ['scale=640:272', 'setsar=1'], [640, 272]],
    [{ width: 720, height: 576, sampleAspectRatio: 64 / 45 }, 288, ['scale=360:288'], [360, 288]],
    [{ width: 640, height: 360 }, 121, ['scale=214:120', 'setsar=1'], [214, 120]],
  ];
  for (const [stream, maxHeight, filters, [width, height]] of table)
    it(`${JSON.stringify(stream)} at most ${maxHeight}`, () => {
      assert.deepEqual(planGeometry(videoStream(stream), maxHeight), { width, height, filters });
    });

  it('leaves the sum to ffmpeg where the size is unknown', () => {
    const { filters } = planGeometry(videoStream({ width: undefined }), 720);
    assert.match(filters[0] ?? '', /min\(ih,720\)/u);
  });

  it('never enlarges, is even, keeps the aspect to a pixel pair (property)', () => {
    const side = fc.integer({ min: 2, max: 8192 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 16, max: 8640 }), (width, height, maxHeight) => {
        const plan = planGeometry(videoStream({ width, height }), maxHeight);
        assert.ok(plan.width !== undefined && plan.height !== undefined);
        assert.ok(plan.width <= width && plan.height <= Math.min(height, maxHeight));
        assert.ok(plan.width % 2 === 0 && plan.height % 2 === 0 && plan.width >= 2 && plan.height >= 2);
        const scale = Math.min(1, maxHeight / height);
        assert.ok(Math.abs(plan.width - width * scale) <= 2 + (2 * width) / height);
      }),
    );
  });
});

describe('frame rate', () => {
  const table: [Partial<ProbeStream>, number | undefined, string[], boolean][] = [
    [{ frameRate: 25 }, undefined, [], false],
    [{ frameRate: 30_000 / 1001 }, 29.97, [], false],
    [{ frameRate: 60_000 / 1001 }, 30, ['fps=30000/1001'], false],
    [{ frameRate: 60 }, 30, ['fps=30'], false],
    [{ frameRate: 50 }, 30, ['fps=25'], false],
    [{ frameRate: 31 }, 30, ['fps=30'], false],
    [{ frameRate: 31 }, 23.976, ['fps=24000/1001'], false],
    [{ frameRate: 120 }, 24, ['fps=24'], false],
    [{ frameRate: 28.4, variableFrameRate: true }, 30, [], true],
    [{ frameRate: 58, variableFrameRate: true }, 30, ['fps=30'], false],
    [{ frameRate: undefined, variableFrameRate: undefined }, 30, ['fps=30'], false],
    [{ frameRate: undefined, variableFrameRate: undefined }, undefined, [], true],
  ];
  for (const [stream, limit, filters, variable] of table)
    it(`${JSON.stringify(stream)} at most ${limit}`, () => {
      const plan = planFrameRate(videoStream(stream), limit);
      assert.deepEqual([plan.filters, plan.variable], [filters, variable]);
    });
});
