import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Speeds } from '../../../src/coordinator/speeds.ts';

const machine = { id: 'w', cores: 4 };
const work = (amount: number, key = 'libx264 medium') => [{ key, amount }];

describe('speeds', () => {
  it('are a guess until something was learnt, then what was seen', () => {
    const speeds = new Speeds();
    assert.equal(speeds.predict(machine, work(1000)).learnt, false);
    speeds.learn(machine, work(6000), 601);
    const { seconds, learnt } = speeds.predict(machine, work(3000));
    assert.equal(learnt, true);
    assert.ok(Math.abs(seconds - 300) < 60, String(seconds));
    assert.equal(speeds.predict({ ...machine, id: 'other' }, work(1000)).learnt, false);
  });

  it('learn of other encoders from what is known of the machine', () => {
    const slow = new Speeds();
    const before = slow.predict(machine, work(1000, 'libx265 medium')).seconds;
    const expected = slow.predict(machine, work(5000)).seconds;
    slow.learn(machine, work(5000), expected * 8);
    const after = slow.predict(machine, work(1000, 'libx265 medium'));
    assert.ok(after.seconds > before * 2, `${before} ${after.seconds}`);
    assert.equal(after.learnt, false);
  });

  it('come near the truth whatever the noise, and one exception does not spoil them (property)', () => {
    const noise = fc.array(fc.double({ min: -0.4, max: 0.4, noNaN: true }), { minLength: 20, maxLength: 40 });
    fc.assert(
      fc.property(fc.double({ min: 1, max: 3000, noNaN: true }), noise, (speed, errors) => {
        const speeds = new Speeds();
        const amount = speed * 120;
        for (const error of errors) speeds.learn(machine, work(amount), 1 + 120 * Math.exp(error));
        const settled = speeds.predict(machine, work(amount)).seconds;
        assert.ok(settled > 121 * 0.6 && settled < 121 * 1.6, String(settled));
        speeds.learn(machine, work(amount), 120 * 1000);
        assert.ok(speeds.predict(machine, work(amount)).seconds < settled * 1.2);
      }),
    );
  });

  it('go on where they were left', () => {
    const speeds = new Speeds();
    const kept = speeds.learn(machine, [...work(1000), ...work(50, 'aac')], 99);
    assert.deepEqual(
      kept.map(({ key, count }) => [key, count]),
      [
        ['libx264 medium', 1],
        ['aac', 1],
      ],
    );
    assert.deepEqual(new Speeds(kept).predict(machine, work(500)), speeds.predict(machine, work(500)));
  });
});
