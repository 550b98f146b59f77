import assert from 'node:assert/strict';
import {
  decodeArguments,
  decodedPart,
  isSuspicious,
  readDecoded,
} from '../../../src/encoding/decodeCheck.ts';
import type { DecodedPart } from '../../../src/encoding/judge.ts';
import type { Plan } from '../../../src/encoding/plan.ts';
import type { Probe, ProbeStream } from '../../../src/encoding/probe.ts';
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
  return { frameRateModeOption, filters: ['freezedetect'] } as Partial<Dialect> as Dialect;
}

/** An hour of film, encoded as fast as it plays. */
const long = { seconds: 3600, frames: 90_000 };
/** Ten seconds of noise. */
const slow = { seconds: 30, frames: 300 };
const maps = (argv: readonly string[] = []) => argv.filter((_, at) => argv[at - 1] === '-map');
const both = plan({ video: 'libx264', audio: ['aac'] });

describe('decoding a result', () => {
  const argv = (of: Plan, dialect = dialectOf('-fps_mode'), part: DecodedPart = 'end') =>
    decodeArguments(of, result, dialect, part);

  it('is decoding its end where it was encoded here, from a little before', () => {
    assert.equal(decodedPart(both, result, long), 'end');
    assert.deepEqual(maps(argv(both)), ['0:0', '0:1']);
    assert.equal(argv(both)[argv(both).indexOf('-ss') + 1], '8');
    assert.ok(argv(both).includes('-fps_mode'));
    assert.ok(argv(both, dialectOf('-vsync')).includes('-vsync'));
  });

  it('is taking its end apart where decoding that took long beside the encode', () => {
    assert.equal(decodedPart(both, result, slow), 'packets');
    assert.equal(decodedPart(both, result, { seconds: 0.5, frames: 200 }), 'end');
    assert.equal(
      decodedPart(plan({ audio: ['aac'] }), { ...result, streams: [stream(0, 'audio')] }, slow),
      'end',
    );
    const packets = argv(both, dialectOf('-fps_mode'), 'packets');
    assert.ok(packets.join(' ').includes('-c:v copy -bsf:v h264_mp4toannexb'));
    assert.equal(packets.includes('-vf'), false);
  });

  it('is decoding all of it where the preset asks for that, and of images', () => {
    assert.equal(
      decodedPart({ ...both, expected: { ...both.expected, verify: 'whole' } }, result, long),
      'whole',
    );
    assert.equal(argv(both, dialectOf('-fps_mode'), 'whole').includes('-ss'), false);
    assert.equal(decodedPart(plan({ video: 'gif', audio: [] }, 'animation'), result, long), 'whole');
    const still = { ...plan({ video: 'mjpeg', audio: [] }, 'still'), result: 'result.jpg' };
    assert.equal(decodedPart(still, result, long), 'whole');
    assert.ok(argv(still, dialectOf('-fps_mode'), 'whole').join(' ').includes('-f jpeg_pipe -i'));
  });

  it('watches for a picture that stands still, where there is one', () => {
    assert.ok(argv(both).some((word) => /^freezedetect/u.test(word)));
    assert.equal(argv(plan({ audio: ['aac'] })).includes('-vf'), false);
    assert.equal(argv(both, { ...dialectOf('-fps_mode'), filters: [] }).includes('-vf'), false);
  });

  it('leaves alone what was copied, and what has no end', () => {
    assert.deepEqual(maps(argv(plan({ audio: ['aac'] }))), ['0:1']);
    assert.equal(decodedPart(plan({ audio: [] }), result, long), undefined);
    assert.equal(decodedPart(both, { ...result, duration: undefined }, long), undefined);
    assert.equal(decodedPart(plan(both.encoders, 'ladder'), result, long), undefined);
  });

  it('counts frames, or that sound came out, and every complaint', () => {
    const run = { code: 0, said: '', progress: { frame: 50, end: true } };
    const complaint = '[h264 @ 0x1] [error] error while decoding MB 1 2\n';
    assert.deepEqual(readDecoded('end', run), { part: 'end', decoded: 50, damage: 0 });
    const sound = { ...run, progress: { outTime: 2, end: true } };
    assert.deepEqual(readDecoded('end', sound), { part: 'end', decoded: 1, damage: 0 });
    assert.equal(readDecoded('end', { ...run, progress: undefined })?.decoded, 0);
    assert.equal(readDecoded('end', { ...run, said: complaint.repeat(3) })?.damage, 3);
    const title = '[info]     title           : Error while decoding JSON\n';
    assert.equal(readDecoded('whole', { ...run, said: title })?.damage, 0, 'the words of a person');
    assert.equal(
      readDecoded('end', { ...run, said: '[swscaler @ 0x1] [warning] No accelerated path\n' })?.damage,
      0,
    );
    assert.equal(readDecoded('end', { ...run, code: 69 })?.damage, 1);
  });

  it('takes no header that leads nowhere for damage', () => {
    const said = '[mov,mp4,m4a,3gp,3g2,mj2 @ 0x1] [error] Referenced QT chapter track not found\n';
    assert.equal(readDecoded('end', { code: 0, said, progress: { frame: 5, end: true } })?.damage, 0);
    const blank =
      '[matroska,webm @ 0x1] [error] 0x00 at pos 99 (0x63) invalid as first byte of an EBML number\n';
    assert.equal(readDecoded('end', { code: 0, said: blank, progress: { frame: 5, end: true } })?.damage, 1);
  });

  it('has what looks damaged at the end looked at as a whole', () => {
    assert.equal(isSuspicious({ part: 'end', decoded: 0, damage: 0 }), true);
    assert.equal(isSuspicious({ part: 'end', decoded: 5, damage: 1 }), true);
    assert.equal(isSuspicious({ part: 'end', decoded: 5, damage: 0 }), false);
    assert.equal(isSuspicious({ part: 'whole', decoded: 0, damage: 1 }), false);
  });

  it('says nothing where this ffmpeg cannot read what it wrote', () => {
    const said = '[dec:av1 @ 0x1] [error] Decoder (codec av1) not found for input stream #0:0\n';
    assert.equal(readDecoded('end', { code: 1, said, progress: undefined }), undefined);
  });
});
