import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { explainFailure } from '../../../../src/encoding/failure.ts';
import { failureMeanings } from './meanings.ts';

/** What real ffmpegs said, see scripts/recordFailures.mjs; and what a person is told of each. */

const recordedSchema = z.record(
  z.string(),
  z.object({ signal: z.string().optional(), lines: z.array(z.string()) }),
);

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'));
const recorded = files.map((name) => ({
  version: name.replace('.json', ''),
  said: recordedSchema.parse(JSON.parse(readFileSync(path.join(import.meta.dirname, name), 'utf8'))),
}));

describe('what ffmpeg says when it fails', () => {
  it('is known in more than forty cases', () => {
    assert.ok(Object.keys(failureMeanings).length >= 40);
    assert.ok(recorded.length >= 3);
  });

  for (const { version, said } of recorded)
    describe(`ffmpeg ${version}`, () => {
      for (const [name, { lines }] of Object.entries(said))
        it(name, () => {
          const meaning = failureMeanings[name];
          assert.ok(meaning, 'The table says nothing of it.');
          const { code, message, hint } = explainFailure(lines, { output: outputOf(name) });
          assert.ok(
            meaning.some((each) => each[0] === code && each[1] === message),
            `${code}: ${message}\n${lines.join('\n')}`,
          );
          assert.ok(hint.length > 10);
        });
    });

  it('is about the disk of the result when that was pulled while it was written', () => {
    for (const line of [
      'av_interleaved_write_frame(): Input/output error',
      '[vost#0:0/mpeg4 @ 0x1] [error] Error submitting a packet to the muxer: Input/output error',
      '[error] Error closing file file:result.mp4: Input/output error',
    ])
      assert.equal(explainFailure([line], { output: 'file:result.mp4' }).code, 'destination-away', line);
    const source = '[in#0/mov @ 0x1] [error] Error during demuxing: Input/output error';
    assert.equal(explainFailure([source], { output: 'file:result.mp4' }).code, 'source-unreadable');
  });

  it('is not known of what was never recorded', () => {
    const all = new Set(recorded.flatMap(({ said }) => Object.keys(said)));
    assert.deepEqual(
      Object.keys(failureMeanings).filter((name) => !all.has(name)),
      [],
    );
  });
});

/** The file that the recorded command wrote, where that is told from its source by its name alone. */
function outputOf(name: string): string {
  if (name === 'result folder missing') return 'nowhere/out.mp4';
  if (name === 'result folder not writable') return 'dffmpeg-locked/out.mp4';
  if (name === 'result folder read only') return 'readonly/out.mp4';
  if (name === 'disk full') return 'full/out.mkv';
  return name === 'result there already' ? 'clip.mp4' : 'out.mp4';
}
