import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { ScriptedCoordinator } from './support/scriptedCoordinator.ts';
import { assertGone, encodePayload, probeBy, slowPreset, Workshop } from './support/workshop.ts';
import { defaultWorkerSettings } from '../../../src/worker/workerSettings.ts';

const itOnLinux = process.platform === 'linux' ? it : it.skip;

/** The letter that Linux gives a process: `T` stands still. */
async function stateOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return /\) (\w)/u.exec(text)?.[1];
}

/** Signals arrive when the system gets to it. */
async function untilItStands(pid: number, still: boolean): Promise<void> {
  for (;;) {
    const state = await stateOf(pid);
    if (still && state === undefined) throw new Error('It has ended.');
    if ((state === 'T') === still) return;
    await turn();
  }
}

const stallSeconds = 4;

describe('worker: pause', function () {
  this.timeout(60_000);
  let shop: Workshop;
  let coordinator: ScriptedCoordinator;
  const key = { taskId: 't1', fence: 1 };

  beforeEach(async () => {
    shop = await Workshop.openProved();
    // Short enough to end what stands still, if that were taken for a stall; long enough for a busy machine.
    ({ coordinator } = shop.hire({ settings: { ...defaultWorkerSettings, stallSeconds } }));
    await coordinator.ready();
  });
  afterEach(() => shop.close());

  async function begin(seconds: number): Promise<number> {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds });
    const probe = await probeBy(coordinator, source, 'p');
    const output = shop.path('clip.slow.mp4');
    coordinator.onCommit = () => Promise.resolve({ path: output });
    const payload = encodePayload({ source, probe, preset: slowPreset, output });
    await coordinator.peer.request('task.offer', { ...key, payload });
    const { pid } = await coordinator.reported('t1', 'started');
    await coordinator.until(() => coordinator.progress.some(({ fraction = 0 }) => fraction > 0));
    return pid;
  }

  itOnLinux('stops ffmpeg where it is, for longer than a stall, and lets it go on', async () => {
    const pid = await begin(12);
    await coordinator.peer.request('task.suspend', { ...key, suspended: true });
    await untilItStands(pid, true);
    const { fraction } = coordinator.progress.at(-1) ?? {};
    const until = performance.now() + stallSeconds * 2000;
    while (performance.now() < until) await turn();
    assert.equal(await stateOf(pid), 'T');
    const told = coordinator.progress.at(-1);
    assert.equal(told?.fraction, fraction);
    assert.equal(told?.eta, undefined);
    await coordinator.peer.request('task.suspend', { ...key, suspended: false });
    await untilItStands(pid, false);
    const report = await coordinator.lastReport('t1');
    assert.equal(report.type, 'delivered', JSON.stringify(report));
  });

  itOnLinux('ends at once with a cancel', async () => {
    const pid = await begin(20);
    await coordinator.peer.request('task.suspend', { ...key, suspended: true });
    await untilItStands(pid, true);
    const start = performance.now();
    await coordinator.peer.request('task.cancel', key);
    assert.equal((await coordinator.lastReport('t1')).type, 'cancelled');
    assert.ok(performance.now() - start < 2000);
    await assertGone(pid);
  });
});
