import assert from 'node:assert/strict';
import * as reasons from '../../../src/coordinator/waitReasons.ts';
import type { ErrorData } from '../../../src/protocol/errors.ts';

describe('why a job waits', () => {
  it('does not say once more that it waits or is paused: the word stands before it', () => {
    const worker: ErrorData = { code: 'ffmpeg-missing', message: 'It is not there.' };
    const said: (ErrorData | undefined)[] = [
      reasons.waitsForTurn,
      reasons.pausedByPerson,
      reasons.queuePaused,
      reasons.daemonLeaves,
      reasons.noWorker,
      reasons.unknownWorker('desk', ['box']),
      reasons.noLabels(['gpu']),
      reasons.lacksLabels({ name: 'desk', labels: [] }, ['gpu', 'attic']),
      reasons.preferred('desk', 'box'),
      reasons.slotTaken('desk', 'x'),
      reasons.takesSlot('desk'),
      reasons.givenAway('desk', { most: 0.9, spanMs: 60_000 }),
      reasons.ffmpegMissing('desk', worker),
      reasons.ffmpegChecking('desk'),
      reasons.beingTried('desk', ['libx265']),
      reasons.noSlots('desk', 'cpu'),
      reasons.workerSetAside('desk', worker),
      reasons.heldFor('desk', 'box'),
      reasons.waitsForReader('/m/a.mov', { id: 'x', preset: 'web' }),
      reasons.withAhead(reasons.waitsForTurn, 2),
    ];
    for (const reason of said) {
      assert.doesNotMatch(reason?.message ?? '', /^(?:wait|paused)/iu);
      assert.match(reason?.message ?? '', /\.$/u);
    }
    assert.equal(reasons.withAhead(reasons.waitsForTurn, 2)?.message, '2 jobs are ahead of it.');
  });
});
