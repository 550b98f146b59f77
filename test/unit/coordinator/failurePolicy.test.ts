import assert from 'node:assert/strict';
import { judgeFailure } from '../../../src/coordinator/failurePolicy.ts';
import { newTask } from '../../../src/coordinator/jobTasks.ts';
import { backOff, defaultQueueSettings as settings } from '../../../src/coordinator/queueSettings.ts';
import { errorCodes, errorTable, type ErrorClass, type ErrorCode } from '../../../src/protocol/errors.ts';

const context = { workerId: 'w', now: 1_000, settings };
const judge = (code: ErrorCode, failures = 0) =>
  judgeFailure(
    {
      ...newTask('a', 'encode', 0),
      state: 'running',
      environmentFailures: failures,
      transientFailures: failures,
    },
    { code, message: 'm' },
    context,
  );

describe('failurePolicy', () => {
  it('decides by class alone', () => {
    const fails: ErrorClass[] = ['source', 'request', 'destination'];
    for (const code of errorCodes)
      if (code !== 'destination-full' && code !== 'destination-away')
        assert.equal(judge(code).outcome, fails.includes(errorTable[code]) ? 'fail' : 'repeat', code);
  });

  it('waits for a disk that became full or was pulled, but not for ever: it may be too small, or broken', () => {
    for (const code of ['destination-full', 'scratch-full', 'destination-away'] as const) {
      const decision = judge(code);
      assert.ok(decision.outcome === 'repeat');
      assert.equal(decision.task.notBefore, context.now + settings.diskRetryMs);
      assert.deepEqual(decision.task.avoid, []);
      assert.equal(judge(code, settings.maxEnvironmentFailures - 1).outcome, 'fail');
    }
  });

  it('fails after so many failures of the environment, and never for a lost connection', () => {
    assert.equal(judge('ffmpeg-failed', settings.maxEnvironmentFailures - 2).outcome, 'repeat');
    assert.equal(judge('ffmpeg-failed', settings.maxEnvironmentFailures - 1).outcome, 'fail');
    assert.equal(judge('ffmpeg-missing', 1_000).outcome, 'repeat');
    assert.equal(judge('worker-lost', 1_000).outcome, 'repeat');
  });

  it('counts a timeout that the worker reported, and no other', () => {
    const task = { ...newTask('a', 'probe', 0), environmentFailures: settings.maxEnvironmentFailures - 1 };
    const error = { code: 'timeout', message: 'm' } as const;
    assert.equal(judgeFailure(task, error, { ...context, reported: true }).outcome, 'fail');
    assert.equal(judgeFailure(task, error, { ...context, reported: false }).outcome, 'repeat');
    const lost = { code: 'worker-lost', message: 'm' } as const;
    assert.equal(judgeFailure(task, lost, { ...context, reported: true }).outcome, 'repeat');
  });

  it('backs off, longer each time, up to a limit', () => {
    const decision = judge('timeout', 1);
    assert.ok(decision.outcome === 'repeat');
    assert.equal(decision.task.notBefore, context.now + settings.retryBaseMs * 2);
    assert.equal(decision.task.state, 'waiting');
    assert.equal(backOff(settings, 1_000, 1), settings.retryMaxMs);
    const busy = judge('slots-busy', 5);
    assert.ok(busy.outcome === 'repeat');
    assert.equal(busy.task.transientFailures, 5);
  });

  it('remembers where it failed', () => {
    const decision = judge('ffmpeg-failed');
    assert.deepEqual(decision.outcome === 'repeat' && decision.task.avoid, ['w']);
    assert.match(decision.reason.hint ?? '', /attempt 2 of 3/);
  });
});
