import assert from 'node:assert/strict';
import {
  endedSentences,
  endedText,
  fileName,
  jobTitle,
  outcomeOf,
  progressText,
  sizesText,
  waitingReason,
} from '../../../src/webview/jobText.ts';
import { job } from '../../browser/statusPage/states.ts';

describe('the words of a job', () => {
  it('names files by their last part, on every system', () => {
    assert.equal(fileName('/media/a b.mp4'), 'a b.mp4');
    assert.equal(fileName('/media/back\\slash.mp4'), 'back\\slash.mp4');
    assert.equal(fileName('C:\\Media\\clip.mp4'), 'clip.mp4');
    assert.equal(fileName('\\\\server\\share\\clip.mp4'), 'clip.mp4');
  });

  it('names a result only where there will be one', () => {
    const outputs = [{ state: 'planned' as const, path: '/m/clip.web.mp4' }];
    assert.equal(jobTitle(job('clip', { state: 'running', outputs })), 'clip.mp4 → clip.web.mp4');
    assert.equal(jobTitle(job('clip', { state: 'failed', outputs })), 'clip.mp4');
    const two = [...outputs, { state: 'planned' as const, path: '/m/clip.web.jpg' }];
    assert.equal(
      jobTitle(job('clip', { state: 'running', outputs: two })),
      'clip.mp4 → clip.web.mp4 and 1 more',
    );
  });

  it('says what happens when there is no time left to tell', () => {
    const progress = { jobId: 'a', fence: 1, fraction: 0.99, eta: 3 };
    assert.equal(progressText(job('a', { state: 'running' }), progress).left, '3 s left');
    assert.equal(progressText(job('a', { state: 'verifying' }), progress).left, 'checking the result');
    assert.equal(progressText(job('a', { state: 'running' }), undefined).percent, '–');
  });

  it('says why a job waits, in the words of the queue', () => {
    const reason = {
      code: 'slots-busy',
      message: 'Both slots are busy.',
      hint: 'It begins by itself.',
    } as const;
    assert.equal(waitingReason(job('a', { reason })), 'Both slots are busy. It begins by itself.');
    assert.equal(waitingReason(job('a', { state: 'probing' })), 'Looking at the file…');
  });

  it('shows both sizes and the change of a result', () => {
    const done = job('clip', {
      state: 'done',
      sources: [{ path: '/clip.mp4', bytes: 412e6 }],
      outputs: [{ state: 'placed', path: '/clip.web.mp4', bytes: 63e6 }],
    });
    assert.deepEqual(sizesText(done), { sizes: '412 MB → 63 MB', change: '−85 %' });
    assert.deepEqual(sizesText({ ...done, state: 'failed' }), { sizes: '', change: '' });
  });

  it('shows one warning as it is, and lists several', () => {
    const done = (...messages: string[]) =>
      job('a', {
        state: 'done',
        outputs: [
          {
            state: 'placed',
            path: '/a.mp4',
            verdict: {
              level: messages.length > 0 ? 'warn' : 'pass',
              findings: messages.map((message) => ({ level: 'warn', message })),
            },
          },
        ],
      });
    assert.equal(outcomeOf(done()).text, 'web · verified');
    assert.equal(outcomeOf(done('14 frames are damaged.')).text, 'web · 14 frames are damaged.');
    const two = outcomeOf(done('One.', 'Two.'));
    assert.deepEqual([two.tone, two.findings], ['warned', ['One.', 'Two.']]);
  });

  it('says why there is no result, as no warning', () => {
    const verdict = { level: 'pass' as const, findings: [{ level: 'note' as const, message: 'Too large.' }] };
    const { tone, text } = outcomeOf(job('a', { state: 'done', outputs: [{ state: 'skipped', verdict }] }));
    assert.deepEqual([tone, text], ['quiet', 'web · Too large.']);
  });

  it('says how long ago a job ended', () => {
    const minute = 60_000;
    assert.equal(endedText(0, 59_000), 'just now');
    assert.equal(endedText(0, 12.5 * minute), '12 min ago');
    assert.equal(endedText(0, 3 * 60 * minute), '3 h ago');
  });

  it('speaks of failures one by one and of results together', () => {
    const failed = job('bad', {
      state: 'failed',
      reason: { code: 'source-not-media', message: 'It is not media.' },
    });
    const done = [job('a', { state: 'done' }), job('b', { state: 'done' })];
    assert.deepEqual(endedSentences({ done, failed: [failed] }), [
      'bad.mp4 failed. It is not media.',
      '2 encodes are done.',
    ]);
  });
});
