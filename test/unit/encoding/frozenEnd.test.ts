import assert from 'node:assert/strict';
import type { Dialect } from '../../../src/encoding/dialect.ts';
import { endsFrozen, sourceEndArguments, sourceMoves } from '../../../src/encoding/frozenEnd.ts';
import type { PlanInput } from '../../../src/encoding/planInput.ts';
import { dialects } from './dialects.ts';
import { audioStream, probeOf, videoStream } from './probes.ts';

const dialect: Dialect = dialects['ffmpeg-8'];

function input(video: object = {}, trim?: PlanInput['output']['trim']): PlanInput {
  const probe = probeOf([videoStream({ duration: 10, frameRate: 25, ...video }), audioStream()], {
    duration: 12,
  });
  return {
    output: { container: 'mp4', trim },
    sources: [{ path: '/in/clip.mp4', probe }],
    dialect,
    capabilities: {},
  };
}

const after = (argv: readonly string[] | undefined, option: string) => argv?.[argv.indexOf(option) + 1];

describe('a picture that stands still at the end', () => {
  it('stopped, and did not go on', () => {
    const start = '[Parsed_freezedetect_0 @ 0x1] [info] lavfi.freezedetect.freeze_start: 3.2\n';
    const end = '[Parsed_freezedetect_0 @ 0x1] [info] lavfi.freezedetect.freeze_end: 5.4\n';
    assert.equal(endsFrozen(''), false);
    assert.equal(endsFrozen(start), true);
    assert.equal(endsFrozen(start + end), false);
    assert.equal(endsFrozen(start + end + start), true);
  });

  it('is held against the end of the picture that was encoded', () => {
    assert.equal(after(sourceEndArguments(input()), '-ss'), '8');
    assert.equal(after(sourceEndArguments(input({}, { start: 1, end: 4 })), '-ss'), '2');
    assert.equal(after(sourceEndArguments(input({}, { start: 1, end: 1.5 })), '-t'), '0.5');
  });

  it('is nothing to hold against where frames come when they like, or where there is no rate', () => {
    assert.equal(sourceEndArguments(input({ variableFrameRate: true })), undefined);
    assert.equal(sourceEndArguments(input({ frameRate: undefined })), undefined);
    const one = input();
    assert.equal(sourceEndArguments({ ...one, sources: [one.sources[0], one.sources[0]] }), undefined);
  });

  it('is a fault only where the source moves for certain', () => {
    const run = { code: 0, said: '', frames: 50 };
    assert.equal(sourceMoves(input(), run), true);
    assert.equal(sourceMoves(input(), { ...run, frames: 3 }), false);
    assert.equal(sourceMoves(input(), { ...run, code: 1 }), false);
    assert.equal(sourceMoves(input(), { ...run, said: 'freeze_start: 0.4' }), false);
  });
});
