import assert from 'node:assert/strict';
import type { JobHook } from '../../../../src/protocol/model.ts';
import { defaultsOf } from '../../../../src/protocol/settingRow.ts';
import { HookRunner } from '../../../../src/daemon/hooks/hookRunner.ts';
import { hookSettings } from '../../../../src/daemon/settings/hooks.ts';
import { storedJob } from '../../coordinator/fixtures.ts';
import { ManualTimers } from '../../coordinator/manualTimers.ts';

describe('HookRunner', () => {
  it('waits for the hooks of all jobs before it looks again, also when one cannot be noted', async () => {
    const seen: string[] = [];
    const timers = new ManualTimers();
    const hook: JobHook = {
      id: 'h',
      key: 'k',
      kind: 'command',
      name: '/x',
      state: 'waiting',
      tries: 0,
      at: 0,
    };
    const ended = Promise.withResolvers<undefined>();
    const runner = new HookRunner({
      store: {
        hooksDue: () => Promise.resolve(['a', 'b'].map((id) => storedJob(id, { hooks: [hook] }))),
        nextHook: () => Promise.resolve(undefined),
        addMade: () => Promise.resolve(),
        madeAmong: () => Promise.resolve([]),
      },
      coordinator: {
        appendLog: () => undefined,
        settleHook: async (id) => {
          if (id === 'a') throw new Error('The disk is full.');
          await new Promise((resolve) => setImmediate(resolve));
          seen.push('b');
          return true as never;
        },
      },
      ...{
        hooks: () => [],
        settings: () => defaultsOf(hookSettings),
        stateDir: '/nowhere',
        platform: 'linux',
      },
      ...{ timers, clock: timers.clock, monotonic: timers.monotonic, random: () => 0 },
      onError: ({ message }) => {
        seen.push(message);
        ended.resolve(undefined);
      },
    });
    runner.wake();
    await ended.promise;
    await runner.close();
    assert.deepEqual(seen, ['b', 'The disk is full.']);
  });
});
