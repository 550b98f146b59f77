import assert from 'node:assert/strict';
import { cropAnalysis, readCrop } from '../../../src/encoding/cropDetect.ts';
import { videoStream } from './probes.ts';

const input = ['-f', 'mov', '-i', 'file:/films/a.mp4'];
const hd = videoStream({ width: 1920, height: 1080 });

/** As ffmpeg 4.4 to 8 print it; the numbers are those of the first and last light pixel. */
function printed(...boxes: [x1: number, x2: number, y1: number, y2: number][]): string {
  return boxes
    .map(
      ([x1, x2, y1, y2], frame) =>
        `[Parsed_cropdetect_0 @ 0x1] x1:${x1} x2:${x2} y1:${y1} y2:${y2} w:${x2 - x1 + 1} h:${y2 - y1 + 1} x:${x1} y:${y1} pts:${frame} t:0.040000 limit:0.094118 crop=1:1:0:0\n`,
    )
    .join('');
}

const letterbox: [number, number, number, number] = [0, 1919, 140, 939];
const black: [number, number, number, number] = [1919, 0, 1079, 0];

describe('looks for black bars', () => {
  it('are short ones at eight places of the span', () => {
    const analysis = cropAnalysis(input, hd, { start: 100 }, 800);
    assert.equal(analysis.kind, 'crop');
    assert.ok(analysis.kind === 'crop');
    const starts = analysis.commands.map(({ argv }) => Number(argv[argv.indexOf('-ss') + 1]));
    assert.deepEqual(starts, [149, 249, 349, 449, 549, 649, 749, 849]);
    for (const { argv, duration } of analysis.commands) {
      assert.equal(duration, 2);
      assert.ok(
        argv
          .join(' ')
          .endsWith('-map 0:0 -t 2 -filter:v:0 cropdetect=limit=0.094118:round=2:reset=0 -f null -'),
      );
      assert.ok(argv.indexOf('-ss') < argv.indexOf('-i'), 'sought, not read through');
    }
  });

  it('fit into a short film, and are one where the length is unknown', () => {
    const short = cropAnalysis(input, hd, { start: 0 }, 4);
    assert.ok(short.kind === 'crop');
    assert.equal(
      short.commands.reduce((sum, { duration }) => sum + (duration ?? 0), 0),
      4,
    );
    const unknown = cropAnalysis(input, hd, { start: 0 }, undefined);
    assert.ok(unknown.kind === 'crop');
    assert.equal(unknown.commands.length, 1);
  });
});

describe('black bars', () => {
  const bars = (...stderrs: string[]) => readCrop(stderrs, hd);
  const none = { top: 0, bottom: 0, left: 0, right: 0 };

  it('are those that all places have', () => {
    assert.deepEqual(bars(printed(letterbox), printed(letterbox), printed(letterbox)), {
      ...none,
      ...{ top: 140, bottom: 140 },
    });
    assert.deepEqual(bars(printed(letterbox), printed(letterbox), printed([0, 1919, 0, 1079])), none);
  });

  it('are read from the last line of a place, which holds those before it', () => {
    assert.deepEqual(bars(printed([900, 1000, 500, 600], letterbox), printed([5, 6, 7, 8], letterbox)), {
      ...none,
      top: 140,
      bottom: 140,
    });
  });

  it('are not made of dark scenes', () => {
    assert.deepEqual(bars(printed(black), printed(black)), none);
    // Black ones say nothing, those with a light in them are no edge.
    assert.deepEqual(
      bars(printed(black), printed(letterbox), printed(letterbox), printed([800, 1100, 500, 700])),
      {
        ...none,
        ...{ top: 140, bottom: 140 },
      },
    );
    assert.deepEqual(
      bars(printed([300, 1500, 200, 900]), printed([500, 1700, 260, 800]), printed(black)),
      none,
    );
    // Words in the middle of the screen, always at the same place.
    assert.deepEqual(bars(printed([700, 1200, 500, 580]), printed([700, 1200, 500, 580])), none);
  });

  it('are not what is too narrow to be one', () => {
    assert.deepEqual(bars(printed([3, 1916, 8, 1071]), printed([3, 1916, 8, 1071])), none);
    assert.deepEqual(bars(printed([24, 1919, 0, 1079]), printed([24, 1919, 0, 1079])), { ...none, left: 24 });
  });

  it('are those of the picture as it is seen', () => {
    const turned = videoStream({ width: 1920, height: 1080, rotation: 90 });
    const box = printed([0, 1079, 300, 1619]);
    assert.deepEqual(readCrop([box, box], turned), { ...none, top: 300, bottom: 300 });
  });

  it('are none where nothing could be read', () => {
    assert.deepEqual(bars(), none);
    assert.deepEqual(bars('', 'Conversion failed!'), none);
    assert.deepEqual(readCrop([printed(letterbox)], videoStream({ width: undefined })), none);
  });

  it('of a single look are believed: there was no other', () => {
    assert.deepEqual(bars(printed(letterbox)), { ...none, top: 140, bottom: 140 });
  });
});
