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

  it('are of the work alone, and of the way of its files alone, whatever both take', () => {
    const sizes = fc.array(
      fc.record({
        work: fc.double({ min: 500, max: 50_000, noNaN: true }),
        megabytes: fc.double({ min: 8, max: 4000, noNaN: true }),
        error: fc.double({ min: -0.1, max: 0.1, noNaN: true }),
      }),
      { minLength: 11, maxLength: 11 },
    );
    fc.assert(
      fc.property(sizes, fc.double({ min: 1, max: 100, noNaN: true }), (jobs, megabytesASecond) => {
        const speeds = new Speeds();
        const guess = 12.5e6;
        const foreseen = (job: (typeof jobs)[number]): number =>
          speeds.predict(machine, work(job.work)).seconds +
          speeds.fetchSeconds(machine, job.megabytes * 1e6, guess);
        const took = (job: (typeof jobs)[number]) => {
          const encode = 1 + (job.work / 90) * Math.exp(job.error);
          return { encode, way: (job.megabytes / megabytesASecond) * Math.exp(-job.error) };
        };
        for (const job of jobs.slice(0, 10)) {
          const { encode, way } = took(job);
          speeds.learn(machine, work(job.work), encode);
          speeds.learnFetch(machine, job.megabytes * 1e6, way);
        }
        const last = jobs.at(-1);
        assert.ok(last);
        const { encode, way } = took(last);
        const off = Math.abs(foreseen(last) / (encode + way) - 1);
        assert.ok(off < 0.35, String(off));
        // A machine whose files come slowly is no slow machine.
        assert.equal(
          speeds.predict(machine, work(1000, 'libx265 medium')).seconds,
          withoutWay(jobs).predict(machine, work(1000, 'libx265 medium')).seconds,
        );
        function withoutWay(all: typeof jobs): Speeds {
          const same = new Speeds();
          for (const job of all.slice(0, 10)) same.learn(machine, work(job.work), took(job).encode);
          return same;
        }
      }),
    );
  });

  it('of the way are a guess until something came, which says nothing where it is small', () => {
    const speeds = new Speeds();
    assert.equal(speeds.fetchSeconds(machine, 100e6, 10e6), 10);
    assert.deepEqual(speeds.learnFetch(machine, 100_000, 2), []);
    assert.equal(speeds.fetchSeconds(machine, 100e6, 10e6), 10);
    const kept = speeds.learnFetch(machine, 100e6, 50);
    assert.ok(Math.abs(speeds.fetchSeconds(machine, 100e6, 10e6) - 50) < 1e-6);
    assert.ok(Math.abs(new Speeds(kept).fetchSeconds(machine, 100e6, 10e6) - 50) < 1e-6);
    assert.equal(speeds.fetchSeconds({ id: 'other' }, 100e6, 10e6), 10);
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
