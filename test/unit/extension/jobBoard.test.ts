import assert from 'node:assert/strict';
import { JobBoard, type BoardChange } from '../../../src/extension/model/jobBoard.ts';
import { makeDone, makeJob } from './jobs.ts';
import { noCounts } from '../../../src/protocol/jobState.ts';

const counts = noCounts;

function boardWith(...jobs: ReturnType<typeof makeJob>[]): { board: JobBoard; changes: BoardChange[] } {
  const board = new JobBoard();
  board.applySnapshot({ jobs, workers: [], counts });
  const changes: BoardChange[] = [];
  board.onDidChange((change) => changes.push(change));
  return { board, changes };
}

describe('the board of jobs', () => {
  it('keeps the newer of two when event and answer overtake each other', () => {
    const { board, changes } = boardWith(makeJob({ revision: 5, state: 'running' }));
    board.applyJobs([makeJob({ revision: 4, state: 'waiting' })]);
    assert.equal(board.job('job1')?.state, 'running');
    assert.deepEqual(changes, []);
  });

  it('says from where to where a job went', () => {
    const { board, changes } = boardWith(makeJob());
    board.applyJobs([
      makeJob({ revision: 2, state: 'running' }),
      makeJob({ revision: 3, state: 'verifying' }),
    ]);
    board.applyJobs([makeDone({ revision: 4 })]);
    assert.deepEqual(
      changes.map((change) => (change.kind === 'job' ? `${change.from}>${change.to}` : change.kind)),
      ['waiting>running', 'running>running', 'running>finished'],
    );
  });

  it('takes progress for what runs only, and forgets it at the end', () => {
    const { board } = boardWith(makeJob({ state: 'running' }));
    board.applyProgress([
      { jobId: 'job1', fence: 1, fraction: 0.4 },
      { jobId: 'other', fence: 1, fraction: 0.9 },
    ]);
    assert.equal(board.overallFraction(), 0.4);
    board.applyJobs([makeDone({ revision: 2 })]);
    board.applyProgress([{ jobId: 'job1', fence: 1, fraction: 0.5 }]);
    assert.equal(board.overallFraction(), undefined);
  });

  it('shows the newest finished first and the most urgent waiting first', () => {
    const { board } = boardWith(
      makeDone({ id: 'old', endedAt: 10 }),
      makeDone({ id: 'new', endedAt: 20 }),
      makeJob({ id: 'later', createdAt: 2 }),
      makeJob({ id: 'sooner', createdAt: 1 }),
      makeJob({ id: 'urgent', createdAt: 3, priority: 80 }),
    );
    assert.deepEqual(
      board.jobsOf('finished').map(({ id }) => id),
      ['new', 'old'],
    );
    assert.deepEqual(
      board.jobsOf('waiting').map(({ id }) => id),
      ['urgent', 'sooner', 'later'],
    );
    const ranked = boardWith(
      makeJob({ id: 'urgent', createdAt: 3, priority: 80, rank: 6 }),
      makeJob({ id: 'aged', createdAt: 1, rank: 5 }),
    );
    assert.deepEqual(
      ranked.board.jobsOf('waiting').map(({ id }) => id),
      ['aged', 'urgent'],
    );
  });

  it('forgets what a snapshot does not have', () => {
    const { board } = boardWith(makeJob({ id: 'gone' }));
    board.applySnapshot({ jobs: [makeJob({ id: 'here' })], workers: [], counts });
    assert.equal(board.job('gone'), undefined);
    assert.equal(board.size, 1);
  });
});
