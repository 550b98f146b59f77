import assert from 'node:assert/strict';
import { leadOf, leadOptions, spanOf, withLead } from '../../../src/encoding/commandParts.ts';
import { demuxerFamilyOf } from '../../../src/encoding/demuxers.ts';
import type { Trim } from '../../../src/encoding/preset.ts';
import type { Probe } from '../../../src/encoding/probe.ts';
import { probes, videoStream } from './probes.ts';

const ntsc = 30_000 / 1001;

describe('the part of a source', () => {
  const table: [
    string,
    Trim,
    { frameRate?: number; variableFrameRate?: boolean; startTime?: number },
    object,
  ][] = [
    [
      'lies on frames already',
      { start: 0.52, duration: 0.6 },
      { frameRate: 25 },
      { start: 0.52, duration: 0.6 },
    ],
    ['begins at the nearer frame', { start: 1.29 }, { frameRate: 25 }, { start: 1.28 }],
    ['ends at the nearer frame', { end: 1.81 }, { frameRate: 25 }, { start: 0, duration: 1.8 }],
    [
      'has one frame at least',
      { start: 1, duration: 0.001 },
      { frameRate: 25 },
      { start: 1, duration: 0.04 },
    ],
    ['does not begin behind the last frame', { start: 9.99 }, { frameRate: 25 }, { start: 9.96 }],
    [
      'is cut a little before frames whose times are rounded in files',
      { start: 0.5, duration: 1 },
      { frameRate: ntsc },
      { start: 0.4995, duration: 1.001 },
    ],
    [
      'is left as it is where frames come at any time',
      { start: 1.29 },
      { frameRate: 25, variableFrameRate: true },
      { start: 1.29 },
    ],
    ['is left as it is where nothing is known of frames', { start: 1.29 }, {}, { start: 1.29 }],
    [
      'counts frames from where the picture begins',
      { start: 1 },
      { frameRate: 25, startTime: 0.01 },
      { start: 1.01 },
    ],
    [
      'may begin with sound before the picture',
      { start: 0.3 },
      { frameRate: 25, startTime: 0.5 },
      { start: 0.3 },
    ],
  ];
  for (const [title, trim, stream, expected] of table)
    it(title, () => {
      const picture = videoStream({ frameRate: undefined, duration: 10, ...stream });
      assert.deepEqual(spanOf(trim, source, picture), { ok: true, span: expected });
    });

  it('is left as it is where no picture is encoded', () => {
    assert.deepEqual(spanOf({ start: 1.29, end: 1.81 }, source), {
      ok: true,
      span: { start: 1.29, duration: 0.52 },
    });
  });
});

describe('what is read before a part', () => {
  const lead = (formatName: string, start: number) => leadOf(demuxerFamilyOf(formatName)!, { start });

  it('is nothing where ffmpeg finds key frames, and as much as they may be apart where not', () => {
    assert.equal(lead('mov,mp4,m4a,3gp,3g2,mj2', 60), 0);
    assert.equal(lead('mpegts', 60), 10);
    assert.equal(lead('mpegts', 4), 4);
    assert.equal(lead('h264', 60), 60, 'without any times');
  });

  it('is left out of the result', () => {
    assert.deepEqual(withLead({ start: 60, duration: 5 }, 10), { start: 50, duration: 15 });
    assert.deepEqual(leadOptions(10), ['-ss', '10']);
    assert.deepEqual(leadOptions(0), []);
  });
});

const source: Probe = { ...Object.values(probes)[0]!, duration: 10, startTime: 0 };
