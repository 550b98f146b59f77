import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  jobTransitions,
  reduceJob,
  type JobEvent,
  type JobMachine,
} from '../../../src/coordinator/jobReducer.ts';
import { isEnded, jobStates } from '../../../src/protocol/jobState.ts';

const reason = { code: 'internal', message: 'because' } as const;
const accepted: JobMachine = { state: 'accepted', fence: 0, cancelling: false, suspended: false };

/** Any event, of the latest attempt or of an earlier one. */
const anyEvent = fc.record({
  type: fc.constantFrom(...new Set(jobTransitions.map(({ event }) => event))),
  back: fc.constantFrom(0, 0, 0, 1),
});

function build({ type, back }: { type: JobEvent['type']; back: number }, job: JobMachine): JobEvent {
  return { type, fence: job.fence - back, reason };
}

function walk(steps: readonly { type: JobEvent['type']; back: number }[]) {
  const path: { before: JobMachine; event: JobEvent; after: JobMachine }[] = [];
  let job = accepted;
  for (const step of steps) {
    const event = build(step, job);
    const reduced = reduceJob(job, event);
    if (!reduced.ok) continue;
    path.push({ before: job, event, after: reduced.job });
    job = reduced.job;
  }
  return path;
}

describe('jobReducer', () => {
  const paths = fc.array(anyEvent, { maxLength: 60 });

  it('leaves an end state by a retry alone', () => {
    fc.assert(
      fc.property(paths, (steps) => {
        for (const { before, event } of walk(steps))
          if (isEnded(before.state)) {
            assert.equal(event.type, 'retried');
            assert.notEqual(before.state, 'done');
          }
      }),
      { numRuns: 500 },
    );
  });

  it('lets fences only grow, one at a time', () => {
    fc.assert(
      fc.property(paths, (steps) => {
        for (const { before, event, after } of walk(steps)) {
          const assigns = event.type === 'probe-assigned' || event.type === 'encode-assigned';
          assert.equal(after.fence, before.fence + (assigns ? 1 : 0));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing by what a superseded attempt says', () => {
    const ofAttempt = [
      ...['probed', 'encoded', 'commit-granted', 'output-settled', 'delivered', 'nothing-left'],
      ...['attempt-ended', 'placement-gone'],
    ];
    fc.assert(
      fc.property(paths, anyEvent, (steps, late) => {
        const job = walk(steps).at(-1)?.after ?? accepted;
        fc.pre(ofAttempt.includes(late.type));
        assert.deepEqual(reduceJob(job, { ...build(late, job), fence: job.fence - 1 } as JobEvent), {
          ok: false,
          refusal: 'fence-void',
        });
      }),
    );
  });

  it('never goes back to work once a person asked to cancel', () => {
    fc.assert(
      fc.property(paths, (steps) => {
        for (const { before, event, after } of walk(steps)) {
          if (!before.cancelling || event.type === 'retried') continue;
          assert.ok(!['accepted', 'planned', 'waiting', 'failed'].includes(after.state), after.state);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('stands still only while something is under way', () => {
    fc.assert(
      fc.property(paths, (steps) => {
        for (const { after } of walk(steps))
          if (after.suspended)
            assert.ok(
              ['probing', 'planned', 'running', 'verifying', 'committing', 'accepted', 'waiting'].includes(
                after.state,
              ),
              after.state,
            );
      }),
      { numRuns: 500 },
    );
  });

  it('has a way out of every state to an end', () => {
    const reaches = new Set<string>(jobStates.filter(isEnded));
    for (let before = -1; before !== reaches.size;) {
      before = reaches.size;
      for (const { from, to } of jobTransitions)
        if (reaches.has(to)) for (const state of from) reaches.add(state);
    }
    assert.deepEqual([...reaches].sort(), [...jobStates].sort());
  });

  it('has no row that another one hides', () => {
    const seen = new Set<string>();
    for (const { event, from } of jobTransitions)
      for (const state of from) {
        assert.ok(!seen.has(`${event} ${state}`), `${event} ${state}`);
        seen.add(`${event} ${state}`);
      }
  });

  it('keeps the reason that was given with the wish to cancel', () => {
    const asked = { code: 'cancelled', message: 'Cancelled.' } as const;
    const running: JobMachine = { state: 'running', fence: 2, cancelling: false, suspended: false };
    const cancelling = reduceJob(running, { type: 'cancel-requested', reason: asked });
    assert.ok(cancelling.ok);
    const ended = reduceJob(cancelling.job, { type: 'attempt-ended', fence: 2, reason });
    assert.deepEqual(ended, {
      ok: true,
      job: { state: 'cancelled', fence: 2, cancelling: true, suspended: false, reason: asked },
    });
    assert.ok(ended.ok);
    const retried = reduceJob(ended.job, { type: 'retried' });
    assert.deepEqual(retried, {
      ok: true,
      job: { state: 'accepted', fence: 2, cancelling: false, suspended: false, reason: undefined },
    });
  });
});
