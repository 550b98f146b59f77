import assert from 'node:assert/strict';
import { batchMessage } from '../../../src/extension/model/batchMessage.ts';
import { toCommandLine } from '../../../src/encoding/commandLine.ts';
import {
  describeJob,
  jobContext,
  jobIcon,
  jobLabel,
  stateWord,
} from '../../../src/extension/model/jobPresentation.ts';
import { jobTooltip } from '../../../src/extension/model/jobTooltip.ts';
import { leftOutText } from '../../../src/extension/model/leftOutText.ts';
import { escapeMarkdown } from '../../../src/extension/model/markdown.ts';
import { statusBarText } from '../../../src/extension/model/statusBarText.ts';
import { viewState } from '../../../src/extension/model/viewState.ts';
import { makeAttempt, makeDone, makeJob, makeWorker } from './jobs.ts';
import { noCounts } from '../../../src/protocol/jobState.ts';

const failed = makeJob({
  id: 'job2',
  state: 'failed',
  sources: [{ path: '/film/broken.mp4' }],
  reason: { code: 'source-not-media', message: 'This is not a media file.', hint: 'Choose another.' },
  attempts: [makeAttempt({ kind: 'probe' })],
});

describe('a row of the Jobs view', () => {
  it('tells progress, speed and time left', () => {
    const text = describeJob(makeJob({ state: 'running' }), {
      jobId: 'job1', fence: 1, fraction: 0.437, speed: 2.1, eta: 200, framesPerSecond: 60,
    }); // prettier-ignore
    assert.equal(text, '43 % · 2.1× · 3 min 20 s left');
  });

  it('tells what came out', () => {
    assert.equal(describeJob(makeDone(), undefined), '412 MB → 63 MB (−85 %), verified · clip.web.mp4');
  });

  it('names the button where a result is held back, and no command', () => {
    const reason = {
      code: 'conflict' as const,
      message: 'The source was kept, because the result lacks its sound.',
    };
    const tooltip = jobTooltip(makeDone({ onSuccess: 'replace', replacement: { state: 'held', reason } }));
    assert.match(tooltip, /lacks its sound.* all the same: Replace Anyway, in its menu/);
    assert.doesNotMatch(tooltip, /dffmpeg job/);
  });

  it('tells several results together, and why there is none', () => {
    const verdict = { level: 'pass' as const, findings: [] };
    const outputs = ['hd', 'sd', 'tiny'].map((name, index) => ({
      name,
      state: 'placed' as const,
      path: `/film/clip.web.${name}.mp4`,
      bytes: 63e6 - index * 1e6,
      verdict: index === 1 ? { ...verdict, level: 'warn' as const } : verdict,
    }));
    assert.equal(
      describeJob(makeDone({ outputs }), undefined),
      '412 MB → 186 MB (−55 %), with warnings · clip.web.hd.mp4 and 2 more',
    );
    const note = { level: 'note' as const, message: 'The result would be larger.' };
    const skipped = { state: 'skipped' as const, verdict: { ...verdict, findings: [note] } };
    const nothing = makeDone({ outputs: [skipped] });
    assert.equal(describeJob(nothing, undefined), 'The result would be larger.');
    assert.equal(batchMessage([nothing], 'all')?.text, 'clip.mp4: The result would be larger.');
    assert.equal(jobContext(nothing), 'job+done+log+command');
  });

  it('tells a result with warnings by its icon and words, not by its colour alone', () => {
    const job = makeDone({
      outputs: [
        {
          state: 'placed',
          path: '/film/clip.web.mp4',
          bytes: 63_000_000,
          verdict: { level: 'warn', findings: [] },
        },
      ],
    });
    assert.equal(describeJob(job, undefined), '412 MB → 63 MB (−85 %), with warnings · clip.web.mp4');
    assert.equal(jobIcon(job).icon, 'warning');
    assert.equal(jobIcon(makeDone()).icon, 'pass');
  });

  it('tells why it failed or waits', () => {
    assert.equal(describeJob(failed, undefined), 'This is not a media file.');
    const reason = { code: 'ffmpeg-missing', message: 'ffmpeg was not found.' } as const;
    assert.equal(describeJob(makeJob({ reason }), undefined), 'ffmpeg was not found.');
    assert.equal(jobIcon(makeJob({ reason })).icon, 'warning');
  });

  it('carries the flags that menus match', () => {
    assert.equal(jobContext(makeJob()), 'job+waiting+cancellable+pausable');
    assert.equal(jobContext(makeDone()), 'job+done+result+log+command');
    assert.equal(jobContext(failed), 'job+failed+retryable+helpable+log');
    const hook = { id: 'h1', key: 'k1', kind: 'copy' as const, name: 'nas', tries: 3, at: 0 };
    const withHooks = (state: 'done' | 'failed') => makeDone({ hooks: [{ ...hook, state }] });
    assert.equal(jobContext(withHooks('done')), 'job+done+result+log+command');
    assert.equal(jobContext(withHooks('failed')), 'job+done+hooksFailed+result+log+command');
    const waits = { code: 'destination-full', message: 'Full.' } as const;
    assert.match(jobContext(makeJob({ state: 'committing', reason: waits })), /\+helpable\b/);
    assert.equal(jobContext({ ...failed, attempts: [] }), 'job+failed+retryable+helpable');
  });

  it('says that it is paused, and offers to go on', () => {
    const waiting = makeJob({ state: 'paused' });
    assert.equal(describeJob(waiting, undefined), 'paused');
    assert.equal(jobContext(waiting), 'job+paused+cancellable+resumable');
    const running = makeJob({ state: 'running', suspended: true });
    assert.equal(describeJob(running, { jobId: 'job1', fence: 1, fraction: 0.43 }), 'paused at 43 %');
    assert.equal(jobContext(running), 'job+running+cancellable+resumable');
    assert.equal(jobIcon(running).icon, 'debug-pause');
    assert.equal(stateWord(running), 'paused');
  });

  it('says the name of a file in place of its path, and only once', () => {
    const message = '/film/broken.mp4 holds no video or sound to encode.';
    const job = { ...failed, reason: { code: 'source-not-media', message } as const };
    assert.equal(describeJob(job, undefined), 'holds no video or sound to encode.');
    assert.equal(batchMessage([job], 'all')?.text, 'broken.mp4 holds no video or sound to encode.');
  });

  it('says that it is being cancelled, and offers that no more', () => {
    const reason = { code: 'cancelled', message: 'Cancelled.' } as const;
    const job = makeJob({ state: 'running', reason });
    assert.equal(describeJob(job, undefined), 'being cancelled');
    assert.equal(jobContext(job), 'job+running');
    assert.equal(jobIcon(job).icon, 'sync~spin');
  });

  it('keeps a name with a line break on its line', () => {
    assert.equal(jobLabel(makeJob({ sources: [{ path: '/film/a\nb.mp4' }] })), 'a␊b.mp4');
    assert.equal(jobLabel(makeJob({ sources: [{ path: 'C:\\film\\a.mp4' }] })), 'a.mp4');
    assert.equal(jobLabel(makeJob({ sources: [{ path: '/film/a\\b.mp4' }] })), 'a\\b.mp4');
  });
});

describe('a tooltip', () => {
  it('holds the exact command, quoted for the shell', () => {
    const text = jobTooltip(makeDone(), { platform: 'linux' });
    assert.ok(text.includes("```sh\n/usr/bin/ffmpeg -i '/film/my clip.mp4' out.mp4\n```"), text);
    assert.ok(text.includes('Took: 1 min 12 s'), text);
  });

  it('says when a waiting job will begin and end', () => {
    const forecast = { startsAt: 130_000, endsAt: 1_000_000, guess: false };
    const text = jobTooltip(makeJob({ state: 'waiting', forecast }), { now: 10_000 });
    assert.ok(/^Starts in about 2 min, done in about 17 min\\?\.$/m.test(text), text);
    assert.ok(!text.includes('<img'), text);
    assert.equal(escapeMarkdown('a\n# b'), String.raw`a␊\# b`);
  });

  it('has a fence longer than what is in it', () => {
    const text = jobTooltip(makeDone({ attempts: [makeAttempt({ argv: ['ffmpeg', '```.mp4'] })] }), {
      platform: 'linux',
    });
    assert.ok(text.includes("````sh\nffmpeg '```.mp4'\n````"), text);
  });
});

describe('a command line', () => {
  it('is quoted for sh and for PowerShell', () => {
    assert.equal(
      toCommandLine(['ffmpeg', "it's", 'a b', ''], 'linux'),
      String.raw`ffmpeg 'it'\''s' 'a b' ''`,
    );
    assert.equal(
      toCommandLine(['C:\\Program Files\\ffmpeg.exe', "it's", '[a]'], 'win32'),
      "& 'C:\\Program Files\\ffmpeg.exe' 'it''s' '[a]'",
    );
  });
});

describe('the message at the end of a batch', () => {
  it('says of one file what came out', () => {
    const message = batchMessage([makeDone()], 'all');
    assert.equal(message?.text, 'clip.mp4 → clip.web.mp4, 412 MB → 63 MB (−85 %), verified');
    assert.equal(message?.severity, 'information');
    assert.deepEqual(message?.result, { path: '/film/clip.web.mp4', only: true });
  });

  it('says of one failure what to do', () => {
    const message = batchMessage([failed], 'all');
    assert.equal(message?.text, 'broken.mp4: This is not a media file. Choose another.');
    assert.equal(message?.severity, 'error');
  });

  it('adds up many', () => {
    const message = batchMessage([makeDone(), makeDone({ id: 'b' }), failed], 'all');
    assert.equal(
      message?.text,
      '2 of 3 files encoded, 824 MB → 126 MB (−85 %), verified. 1 file failed: broken.mp4 (This is not a media file).',
    );
  });

  it('is left out as the setting says, and when all were cancelled', () => {
    assert.equal(batchMessage([makeDone()], 'failures'), undefined);
    assert.equal(batchMessage([failed], 'none'), undefined);
    assert.equal(batchMessage([makeJob({ state: 'cancelled' })], 'all'), undefined);
    assert.ok(batchMessage([makeDone(), failed], 'failures'));
  });
});

describe('what a scan left out', () => {
  it('is a number with an example and its reason', () => {
    const link = { path: '/film/a.mp4', why: 'It is a link.' };
    assert.equal(leftOutText([]), undefined);
    assert.equal(leftOutText([link]), '1 left out, a.mp4: It is a link.');
    assert.equal(leftOutText([link, link]), '2 left out, such as a.mp4: It is a link.');
  });
});

describe('the status bar', () => {
  const counts = { ...noCounts, waiting: 5, running: 2 };
  const link = { kind: 'ready' } as const;

  it('shows what runs and waits, and nothing when nothing does', () => {
    const shown = statusBarText({ counts, fraction: 0.436, workers: [makeWorker()], link });
    assert.equal(shown?.text, '$(sync~spin) 2 encoding, 5 waiting · 43 %');
    const paused = { ...counts, running: 0, paused: 1, queuePaused: true };
    const held = statusBarText({ counts: paused, fraction: undefined, workers: [makeWorker()], link });
    assert.equal(held?.text, '$(debug-pause) 5 waiting, queue paused, 1 paused');
    const idle = { ...counts, waiting: 0, running: 0 };
    assert.equal(statusBarText({ counts: idle, fraction: undefined, workers: [], link }), undefined);
  });

  it('is an error only when nothing can move', () => {
    const missing = { state: 'missing', error: { code: 'ffmpeg-missing', message: 'None.' } } as const;
    const blocked = statusBarText({
      counts: { ...counts, running: 0 }, fraction: undefined, workers: [makeWorker({ ffmpeg: missing })], link,
    }); // prettier-ignore
    assert.equal(blocked?.blocked, true);
    assert.equal(blocked?.label, '5 waiting for ffmpeg');
  });
});

describe('the state of the views', () => {
  const facts = { trusted: true, link: { kind: 'ready' }, workers: [makeWorker()], jobs: 0 } as const;

  it('names what is in the way before what there is to see', () => {
    const missing = { state: 'missing', error: { code: 'ffmpeg-missing', message: 'None.' } } as const;
    const failedLink = (code: 'node-missing' | 'timeout') =>
      ({ kind: 'failed', code, message: 'No.' }) as const;
    assert.equal(viewState(facts), 'empty');
    assert.equal(viewState({ ...facts, jobs: 3 }), 'ready');
    assert.equal(viewState({ ...facts, link: { kind: 'idle' } }), 'empty');
    assert.equal(viewState({ ...facts, link: { kind: 'connecting' } }), 'loading');
    assert.equal(viewState({ ...facts, workers: [makeWorker({ ffmpeg: missing })] }), 'noFfmpeg');
    assert.equal(viewState({ ...facts, link: failedLink('node-missing') }), 'noNode');
    assert.equal(viewState({ ...facts, link: failedLink('timeout') }), 'daemonFailed');
    assert.equal(viewState({ ...facts, trusted: false, link: failedLink('timeout') }), 'untrusted');
  });
});
