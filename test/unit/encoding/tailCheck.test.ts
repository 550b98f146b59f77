import assert from 'node:assert/strict';
import type { Plan } from '../../../src/encoding/plan.ts';
import type { Probe, ProbeStream } from '../../../src/encoding/probe.ts';
import { readTail, tailArguments } from '../../../src/encoding/tailCheck.ts';
import type { Dialect } from '../../../src/encoding/dialect.ts';

const stream = (
  index: number,
  type: ProbeStream['type'],
  changes: Partial<ProbeStream> = {},
): ProbeStream => ({
  ...{ index, type, codec: type === 'video' ? 'h264' : 'aac', attachedPicture: false, default: true },
  ...(type === 'audio' ? { channels: 2 } : {}),
  ...changes,
});

const result: Probe = {
  ...{ formatName: 'mov,mp4', duration: 10, bytes: 1 },
  streams: [
    stream(0, 'video'),
    stream(1, 'audio'),
    stream(2, 'subtitle'),
    stream(3, 'video', { attachedPicture: true }),
  ],
};

function plan(encoders: Plan['encoders'], kind: Plan['expected']['kind'] = 'film'): Plan {
  return { result: 'result.mp4', encoders, expected: { kind } } as Plan;
}

function dialectOf(frameRateModeOption: Dialect['frameRateModeOption']): Dialect {
  return { frameRateModeOption } as Dialect;
}

const maps = (argv: readonly string[] = []) => argv.filter((_, at) => argv[at - 1] === '-map');
const both = plan({ video: 'libx264', audio: ['aac'] });

describe('the end of a result', () => {
  it('is decoded where it was encoded here, from a little before the end', () => {
    const argv = tailArguments(both, result, dialectOf('-fps_mode')) ?? [];
    assert.deepEqual(maps(argv), ['0:0', '0:1']);
    assert.equal(argv[argv.indexOf('-ss') + 1], '8');
    assert.ok(argv.includes('-fps_mode'));
    assert.ok(tailArguments(both, result, dialectOf('-vsync'))?.includes('-vsync'));
  });

  it('is left alone where tracks were copied, and where there is no end', () => {
    assert.deepEqual(maps(tailArguments(plan({ audio: ['aac'] }), result, dialectOf('-fps_mode'))), ['0:1']);
    assert.equal(tailArguments(plan({ audio: [] }), result, dialectOf('-fps_mode')), undefined);
    assert.equal(tailArguments(both, { ...result, duration: undefined }, dialectOf('-fps_mode')), undefined);
    for (const kind of ['still', 'animation', 'ladder'] as const)
      assert.equal(
        tailArguments({ ...both, expected: { ...both.expected, kind } }, result, dialectOf('-fps_mode')),
        undefined,
      );
  });

  it('counts frames, or that sound came out, and every complaint', () => {
    const run = { code: 0, damage: 0, tail: [], progress: { frame: 50, end: true } };
    assert.deepEqual(readTail(run), { decoded: 50, damage: 0 });
    assert.deepEqual(readTail({ ...run, progress: { outTime: 2, end: true } }), { decoded: 1, damage: 0 });
    assert.deepEqual(readTail({ ...run, progress: undefined }), { decoded: 0, damage: 0 });
    assert.deepEqual(readTail({ ...run, damage: 3 }), { decoded: 50, damage: 3 });
    assert.deepEqual(readTail({ ...run, code: 69 }), { decoded: 50, damage: 1 });
  });

  it('says nothing where this ffmpeg cannot read what it wrote', () => {
    const tail = ['[dec:av1 @ 0x1] [error] Decoder (codec av1) not found for input stream #0:0'];
    assert.equal(readTail({ code: 1, damage: 1, tail, progress: undefined }), undefined);
  });
});
