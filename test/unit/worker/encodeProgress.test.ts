import assert from 'node:assert/strict';
import type { Plan } from '../../../src/encoding/plan.ts';
import type { Progress } from '../../../src/protocol/model.ts';
import { encodeProgress, type Foreseen } from '../../../src/worker/encodeProgress.ts';

const encode = (weight: number): Plan['commands'][number] => ({
  ...{ purpose: 'encode' as const, argv: [], weight, duration: 10 },
});
const loudness: Plan['analyses'][number] = {
  ...{ kind: 'loudness' as const, track: 0 },
  commands: [{ argv: [], weight: 2, duration: 10 }],
};
const film: Foreseen = { name: 'film', analyses: [loudness], commands: [encode(5), encode(10)] };
const poster: Foreseen = {
  name: 'poster',
  analyses: [],
  commands: [{ ...encode(1), duration: undefined, frames: 1 }],
};

/** Told of every step in order, with what is said while it is half done. */
function steps(outputs: readonly Foreseen[], order: readonly number[]) {
  const told: Omit<Progress, 'jobId' | 'fence'>[] = [];
  let now = 0;
  const progress = encodeProgress(
    outputs,
    (estimate) => told.push(estimate),
    () => now,
  );
  for (const output of order) {
    progress.next(output);
    for (let second = 1; second <= 5; second += 1) {
      now += 1000;
      progress.update({ outTime: second, frame: second * 25, end: false });
    }
  }
  return { told, progress };
}

const labels = (told: readonly { step?: string | undefined }[]) =>
  told.map(({ step }) => step).filter((step, at, all) => step !== all[at - 1]);

describe('progress of an attempt', () => {
  it('says which output and which part of it, where there is more than one', () => {
    assert.deepEqual(labels(steps([film, poster], [0, 0, 0, 1]).told), [
      'film (1 of 2): measuring the loudness',
      'film (1 of 2): pass 1 of 2',
      'film (1 of 2): pass 2 of 2',
      'poster (2 of 2)',
    ]);
    assert.deepEqual(labels(steps([film], [0, 0]).told), ['measuring the loudness', 'pass 1 of 2']);
    assert.ok(steps([poster], [0]).told.every(({ step }) => step === undefined));
  });

  it('never falls, and is whole only when the last result lies at its place', () => {
    const { told, progress } = steps([film, poster], [0, 0, 0, 1]);
    const fractions = told.map(({ fraction = 0 }) => fraction);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    assert.ok(fractions.every((fraction) => fraction < 1));
    progress.delivered();
    assert.equal(told.at(-1)?.fraction, 1);
  });

  it('bears more commands than were foreseen, and fewer', () => {
    const more = steps([film, poster], [0, 0, 0, 0, 0, 1]).told;
    assert.equal(more.at(-1)?.step, 'poster (2 of 2)');
    const fewer = steps([film, poster], [0, 1]).told;
    assert.equal(fewer.at(-1)?.step, 'poster (2 of 2)');
  });
});
