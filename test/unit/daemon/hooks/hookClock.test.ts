import assert from 'node:assert/strict';
import { HookRunner } from '../../../../src/daemon/hooks/hookRunner.ts';
import { hookSettings } from '../../../../src/daemon/settings/hooks.ts';
import type { JobHook } from '../../../../src/protocol/model.ts';
import { defaultsOf } from '../../../../src/protocol/settingRow.ts';
import { storedJob } from '../../coordinator/fixtures.ts';
import { Harness } from '../../coordinator/harness.ts';

const hour = 3_600_000;

describe('HookRunner: a clock that is set back by an hour', () => {
  it('runs a hook that waits for its next try no later than it would have', async () => {
    const harness = await Harness.start();
    const { timers, store } = harness;
    const settings = defaultsOf(hookSettings);
    const hook: JobHook = {
      ...{ id: 'h', key: 'k', kind: 'command', name: '/x', state: 'waiting', tries: 1 },
      at: timers.now + settings.hookRetryMaxSeconds * 1000,
    };
    await store.submit(storedJob('a', { state: 'done', hooks: [hook] }));
    const settled = Promise.withResolvers<JobHook>();
    const runner = new HookRunner({
      ...{ store, hooks: () => [], settings: () => settings, stateDir: '/nowhere' },
      coordinator: {
        appendLog: () => undefined,
        settleHook: async (id, after) => {
          await harness.coordinator.settleHook(id, after);
          settled.resolve(after);
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
    const armed = timers.pending;
    runner.wake();
    while (timers.pending === armed) await new Promise((resolve) => setImmediate(resolve));
    timers.setWallClock(-hour);
    timers.advance(settings.hookRetryMaxSeconds * 1000);
    assert.equal((await settled.promise).tries, 2);
    await runner.close();
    await harness.stop();
  });
});
