import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createProgressParser } from '../../../src/encoding/progress.ts';
import type { ProgressBlock } from '../../../src/encoding/progress.ts';
import { createProgressTracker } from '../../../src/encoding/progressTracker.ts';

const recorded = `frame=132
fps=88.50
stream_0_0_q=-1.0
bitrate= 512.0kbits/s
total_size=337920
out_time_us=5280000
out_time_ms=5280000
out_time=00:00:05.280000
dup_frames=1
drop_frames=2
speed=3.54x
progress=continue
frame=140
fps=0.00
total_size=N/A
out_time_us=N/A
out_time=N/A
speed=N/A
progress=end
`;

describe('progress parser', () => {
  it('reads ffmpeg’s blocks; N/A is missing', () => {
    assert.deepEqual(createProgressParser().push(recorded), [
      {
        frame: 132,
        fps: 88.5,
        bytes: 337_920,
        outTime: 5.28,
        duplicatedFrames: 1,
        droppedFrames: 2,
        speed: 3.54,
        end: false,
      },
      {
        frame: 140,
        fps: 0,
        bytes: undefined,
        outTime: undefined,
        speed: undefined,
        end: true,
      },
    ]);
  });

  it('takes times below zero as the beginning', () => {
    const [block] = createProgressParser().push('out_time_us=-21333\nprogress=continue\n');
    assert.equal(block?.outTime, 0);
  });

  it('forgets a line without end, and goes on after it', () => {
    const parser = createProgressParser();
    assert.deepEqual(parser.push('x'.repeat(5000)), []);
    assert.deepEqual(parser.push('\nframe=1\nprogress=end\n'), [{ frame: 1, end: true }]);
  });

  it('gives the same blocks whatever the chunks (property)', () => {
    fc.assert(
      fc.property(progressText(), fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (text, sizes) => {
        const parser = createProgressParser();
        const blocks: ProgressBlock[] = [];
        let at = 0;
        for (const size of sizes) {
          if (at >= text.length) break;
          blocks.push(...parser.push(text.slice(at, at + size)));
          at += size;
        }
        assert.deepEqual(blocks, createProgressParser().push(text));
      }),
    );
  });

  it('never yields a value that is not a finite, positive number (property)', () => {
    fc.assert(
      fc.property(progressText(), (text) => {
        for (const block of createProgressParser().push(text))
          for (const value of Object.values(block))
            if (typeof value === 'number') assert.ok(Number.isFinite(value) && value >= 0);
      }),
    );
  });
});

/** Lines of ffmpeg's and others, garbage among them. */
function progressText(): fc.Arbitrary<string> {
  const key = fc.constantFrom(
    'frame',
    'fps',
    'out_time_us',
    'total_size',
    'speed',
    'stream_0_0_q',
    'new_key',
  );
  const value = fc.oneof(
    fc.integer().map(String),
    fc.double().map(String),
    fc.constantFrom('N/A', '', '-1', '1e400', ' 12', '3.5x', 'NaN', 'Infinity'),
  );
  const line = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(key, value).map(([k, v]) => `${k}=${v}`) },
    { weight: 2, arbitrary: fc.constantFrom('progress=continue', 'progress=end', '=') },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.integer({ min: 1000, max: 1100 }).map((length) => 'y'.repeat(length)) },
  );
  return fc.array(line, { maxLength: 40 }).map((lines) => lines.map((text) => `${text}\n`).join(''));
}

describe('progress tracker', () => {
  it('follows a steady encode', () => {
    const tracker = createProgressTracker({ duration: 100, frames: 2500 });
    let last = tracker.update({ frame: 0, outTime: 0, end: false }, 1000);
    assert.equal(last.eta, undefined, 'nothing to say yet');
    for (let second = 1; second <= 10; second += 1)
      last = tracker.update({ frame: second * 50, outTime: second * 2, end: false }, 1000 + second * 1000);
    assert.ok(Math.abs((last.fraction ?? 0) - 0.2) < 1e-9);
    assert.ok(Math.abs((last.speed ?? 0) - 2) < 1e-6);
    assert.ok(Math.abs((last.framesPerSecond ?? 0) - 50) < 1e-6);
    assert.ok(Math.abs((last.eta ?? 0) - 40) < 1e-6);
  });

  it('goes by frames where the duration is unknown, and says nothing where both are', () => {
    const byFrames = createProgressTracker({ frames: 100 });
    assert.equal(byFrames.update({ frame: 25, end: false }, 0).fraction, 0.25);
    assert.equal(createProgressTracker({}).update({ frame: 25, end: false }, 0).fraction, undefined);
  });

  it('is monotone, below 1 until delivered, and never NaN, whatever comes (property)', () => {
    const block = fc.record({
      frame: fc.option(fc.nat(), { nil: undefined }),
      outTime: fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
      fps: fc.option(fc.double({ min: 0, max: 1000, noNaN: true }), { nil: undefined }),
      end: fc.boolean(),
    });
    const expected = fc.record({
      duration: fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
      frames: fc.option(fc.nat(), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        expected,
        fc.array(fc.tuple(block, fc.integer({ min: -1000, max: 5000 }))),
        (known, steps) => {
          const tracker = createProgressTracker(known);
          let now = 0;
          let before = 0;
          for (const [step, elapsed] of steps) {
            now += elapsed;
            const estimate = tracker.update(step, now);
            const fraction = estimate.fraction ?? before;
            assert.ok(fraction >= before && fraction < 1);
            before = fraction;
            for (const value of Object.values(estimate))
              if (value !== undefined) assert.ok(!Number.isNaN(value) && value >= 0);
          }
          assert.equal(tracker.delivered().fraction, 1);
        },
      ),
    );
  });
});
