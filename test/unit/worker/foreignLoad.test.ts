import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fc from 'fast-check';
import { noteChild } from '../../../src/worker/childLedger.ts';
import { cpuUseReader, secondsInPs, secondsInStat } from '../../../src/worker/cpuUse.ts';
import { ForeignLoad, foreignShare, type CpuUse } from '../../../src/worker/foreignLoad.ts';
import { ManualTimers } from '../coordinator/manualTimers.ts';

const use = (at: number, busy: number, own: number): CpuUse => ({ at, cores: 4, busy, own });

describe('what other programs use of the machine', () => {
  it('is what is used, without what this program and its children use', () => {
    assert.equal(foreignShare(use(0, 0, 0), use(10, 40, 4)), 0.9);
    assert.equal(foreignShare(use(0, 0, 0), use(10, 40, 40)), 0);
    assert.equal(foreignShare(use(5, 7, 3), use(5, 7, 3)), 0);
  });

  it('is always a part of it, and never more for more of our own (property)', () => {
    const seconds = fc.double({ min: 0, max: 1000, noNaN: true });
    fc.assert(
      fc.property(seconds, seconds, seconds, seconds, (time, busy, own, more) => {
        const share = foreignShare(use(0, 0, 0), use(time, busy, own));
        assert.ok(share >= 0 && share <= 1);
        assert.ok(foreignShare(use(0, 0, 0), use(time, busy, own + more)) <= share);
      }),
    );
  });

  it('is told while that is wanted, where it can be measured', async () => {
    const timers = new ManualTimers();
    const told: number[] = [];
    const errors: unknown[] = [];
    let next: CpuUse | undefined = use(0, 0, 0);
    const settings = { foreignLoadSeconds: 5 };
    const load = new ForeignLoad({
      measure: () => (next === undefined ? Promise.reject(new Error('x')) : Promise.resolve(next)),
      ...{ emit: (share: number) => told.push(share), settings, timers },
      onError: (error) => errors.push(error),
    });
    const later = async (then: CpuUse | undefined): Promise<void> => {
      next = then;
      timers.advance(5_000);
      await new Promise((resolve) => setImmediate(resolve));
    };
    assert.equal(timers.pending, 0);
    load.setWanted(true);
    await later(use(0, 0, 0));
    await later(use(5, 10, 0));
    assert.deepEqual(told, [0.5]);
    await later(undefined);
    await later(use(15, 20, 0));
    assert.deepEqual([told.length, errors.length], [1, 1]);
    await later(use(20, 30, 5));
    assert.deepEqual(told, [0.5, 0.25]);
    load.setWanted(false);
    assert.equal(timers.pending, 0);
  });

  it('reads what Linux and ps tell', () => {
    assert.equal(secondsInStat(`7 (a) b (c)) S ${'1 '.repeat(10)}100 20 30 50 0 0`), 2);
    assert.equal(secondsInPs('  0:01.50\n  2:00.25\n1-01:00:01.00\n'), 1.5 + 120.25 + 90_001);
  });

  it('knows its children’s use as its own, before and after they have ended', async function () {
    if (process.platform !== 'linux') this.skip();
    const read = cpuUseReader('linux');
    const before = await read();
    const code = `while (process.cpuUsage().user < 300000); console.log('x'); process.stdin.resume();`;
    const child = spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    noteChild(child.pid, ended);
    await once(child.stdout, 'data');
    const during = await read();
    child.stdin.end();
    await ended;
    const after = await read();
    assert.ok(before && during && after);
    assert.ok(during.own - before.own >= 0.29, String(during.own - before.own));
    assert.ok(after.own >= during.own, `${after.own} ${during.own}`);
  });

  it('is not told where the system does not say whose it is', async () => {
    assert.equal(await cpuUseReader('win32')(), undefined);
  });
});
