import assert from 'node:assert/strict';
import { HookRunner } from '../../../../src/daemon/hooks/hookRunner.ts';
import { hookSettings } from '../../../../src/daemon/settings/hooks.ts';
import type { JobHook } from '../../../../src/protocol/model.ts';
import { defaultsOf } from '../../../../src/protocol/settingRow.ts';
import { storedJob } from '../../coordinator/fixtures.ts';
import { Harness } from '../../coordinator/harness.ts';

const hour = 3_600_000;
/** Looked at when something is due: the timers of the test fire one a step. */
const settings = { ...defaultsOf(hookSettings), hookLookSeconds: 7200 };

describe('HookRunner: a clock that is set back by an hour', () => {
  let harness: Harness;
  let runner: HookRunner;
  /** Of each job, when its hook has been tried once more. */
  let tried: Map<string, PromiseWithResolvers<JobHook>>;

  beforeEach(async () => {
    harness = await Harness.start();
    tried = new Map();
    const { timers, store } = harness;
    runner = new HookRunner({
      ...{ store, hooks: () => [], settings: () => settings, stateDir: '/nowhere', platform: 'linux' },
      coordinator: {
        appendLog: () => undefined,
        settleHook: async (id, after) => {
          await harness.coordinator.settleHook(id, after);
          if (after.state !== 'waiting') tried.get(id)?.resolve(after);
        },
      },
      ...{
        timers,
        clock: timers.clock,
        monotonic: timers.monotonic,
        random: () => 0.5,
        onError: assert.fail,
      },
    });
  });

  afterEach(async () => {
    await runner.close();
    await harness.stop();
  });

  /** A job whose hook was tried so often, and is to be tried again at `at`. */
  async function waits(id: string, tries: number, at: number): Promise<void> {
    const hook: JobHook = {
      id: `h${id}`,
      key: 'k',
      kind: 'command',
      name: '/x',
      state: 'waiting',
      tries,
      at,
    };
    await harness.store.submit(storedJob(id, { state: 'done', hooks: [hook] }));
    tried.set(id, Promise.withResolvers());
  }

  /** Looks at what waits, until it waits for a timer. */
  async function settle(): Promise<void> {
    const armed = harness.timers.pending;
    runner.wake();
    while (harness.timers.pending === armed) await new Promise((resolve) => setImmediate(resolve));
  }

  it('runs a hook that waits for its next try no later than it would have', async () => {
    const { timers } = harness;
    await waits('a', 9, timers.now + settings.hookRetryMaxSeconds * 1000);
    await settle();
    timers.setWallClock(-hour);
    timers.advance(settings.hookRetryMaxSeconds * 1000);
    assert.equal((await tried.get('a')?.promise)?.tries, 10);
  });

  it('while no daemon ran: hooks wait no longer than after a try just now', async () => {
    const { timers } = harness;
    const first = settings.hookRetryMinSeconds * 1000;
    const longest = first * (1 + settings.hookRetryJitter);
    // More than are looked at together; they were to wait for seconds, and the clock says so an hour early.
    const ids = Array.from({ length: settings.hookJobsAtOnce + 5 }, (_, index) => `j${index}`);
    for (const [index, id] of ids.entries()) await waits(id, 1, timers.now + hour + first + index);
    // This one was to wait that long.
    await waits('long', 10, timers.now + hour / 2);
    await settle();
    timers.advance(longest);
    for (const id of ids) assert.equal((await tried.get(id)?.promise)?.tries, 2);
    assert.equal((await harness.store.job('long'))?.job.hooks?.[0]?.state, 'waiting');
  });
});
