import assert from 'node:assert/strict';
import type { PlanInput } from '../../../src/encoding/planInput.ts';
import type { Staging } from '../../../src/encoding/streamable.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import type { FfmpegExit } from '../../../src/worker/ffmpegProcess.ts';
import type { RunPlace } from '../../../src/worker/runCommand.ts';
import { TaskFailure } from '../../../src/worker/task.ts';
import { Suspension } from '../../../src/worker/suspension.ts';
import { encodeStreamed, StagingProgress } from '../../../src/worker/streamedEncode.ts';
import type { SourceStream } from '../../../src/worker/sourceStream.ts';

describe('what a person is told while a source comes', () => {
  it('is how much is there, in whole percents; then how far the encode is; then how much is there again', () => {
    const told: unknown[] = [];
    const staging = new StagingProgress((progress) => told.push(progress));
    for (const present of [0, 1, 9, 10]) staging.onProgress(present, 1000);
    staging.fetched();
    staging.follow({ waits: new Suspension() } as SourceStream);
    staging.onProgress(500, 1000);
    staging.encoding({ fraction: 0.9, step: 'encoding' });
    staging.rest();
    staging.onProgress(1000, 1000);
    staging.stop();
    staging.encoding({ fraction: 0.95 });
    assert.deepEqual(told, [
      { step: 'Fetching the source, 0 %' },
      { step: 'Fetching the source, 1 %' },
      { fraction: 0.9, step: 'encoding' },
      { fraction: 0.9, step: 'fetching the rest of the source, 50 %' },
      { fraction: 0.9, step: 'fetching the rest of the source, 100 %' },
      { fraction: 0.95 },
    ]);
  });
});

describe('an encode of a source that comes', () => {
  const input = { sources: [{ path: '/copy' }] } as unknown as PlanInput;
  const exit = { code: 0, signal: null } as FfmpegExit;
  let happened: string[];
  let restless: AbortController;
  let gone: DffmpegError | undefined;
  /** What ffmpeg makes of it over HTTP. */
  let broken: DffmpegError | undefined;
  const end = new AbortController();
  beforeEach(() => {
    [happened, gone, broken] = [[], undefined, undefined];
    restless = new AbortController();
  });

  /** `jumps`: what is made of it over HTTP is read here and there. */
  function encode(staging: Staging, jumps: boolean): Promise<{ exit: FfmpegExit }> {
    const stream = {
      ...{ url: 'http://x', waits: new Suspension(), restless: restless.signal },
      whole: () => {
        happened.push('whole');
        return gone ? Promise.reject(gone) : Promise.resolve();
      },
    } as unknown as SourceStream;
    const make = (
      { sources: [{ path, url }] }: PlanInput,
      signal: AbortSignal,
    ): Promise<{ exit: FfmpegExit }> => {
      happened.push(url ?? path);
      if (jumps && url !== undefined) restless.abort(new Error('restless'));
      if (broken && url !== undefined) return Promise.reject(new TaskFailure(broken, { exit }));
      return signal.aborted ? Promise.reject(new Error('stopped')) : Promise.resolve({ exit });
    };
    const place = { signal: end.signal, log: () => undefined } as unknown as RunPlace;
    const streamed = { stream, progress: new StagingProgress(() => undefined) };
    return encodeStreamed(streamed, input, make, { place, staging });
  }

  it('is made of it, and over when the source is whole', async () => {
    await encode('auto', false);
    assert.deepEqual(happened, ['http://x', 'whole']);
  });

  it('begins anew when it is whole, where it is read here and there', async () => {
    await encode('auto', true);
    assert.deepEqual(happened, ['http://x', 'whole', '/copy']);
  });

  it('goes on all the same where a person wants that', async () => {
    await encode('stream', true);
    assert.deepEqual(happened, ['http://x', 'whole']);
  });

  it('begins anew when it is whole, where ffmpeg makes nothing of what comes, and not for what is no fault of that', async () => {
    for (const staging of ['auto', 'stream'] as const)
      for (const code of ['ffmpeg-failed', 'source-damaged'] as const) {
        happened = [];
        broken = new DffmpegError(code, 'It makes nothing of it.');
        await encode(staging, false);
        assert.deepEqual(happened, ['http://x', 'whole', '/copy']);
      }
    broken = new DffmpegError('scratch-full', 'The disk is full.');
    await assert.rejects(encode('auto', false), TaskFailure);
  });

  it('fails with what keeps the source from being there, and says how ffmpeg has ended', async () => {
    gone = new DffmpegError('source-changed', 'It changed.');
    await assert.rejects(encode('auto', false), (error) => {
      assert.ok(error instanceof TaskFailure);
      assert.equal(error.error, gone);
      assert.deepEqual(error.exit, { code: 0, signal: null });
      return true;
    });
  });
});
