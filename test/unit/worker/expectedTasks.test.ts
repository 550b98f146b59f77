import assert from 'node:assert/strict';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import type { EncodePayload } from '../../../src/protocol/tasks.ts';
import { ExpectedTasks } from '../../../src/worker/expectedTasks.ts';
import type { FetchedSources, RemoteFiles } from '../../../src/worker/remoteFiles.ts';
import { defaultWorkerSettings } from '../../../src/worker/workerSettings.ts';
import { probe } from '../coordinator/fixtures.ts';

const payload: EncodePayload = {
  ...{ kind: 'encode', jobId: 'j', onSuccess: 'keep', preset: { container: 'mp4' } },
  sources: [{ path: '/films/a.mov', probe }],
  outputs: [{ index: 0, path: '/films/a.mp4' }],
};

describe('tasks that a worker expects', () => {
  let asked: { bytes: number; ahead: number }[];
  let hasRoom: boolean;
  let released: number;
  let fetched: PromiseWithResolvers<undefined>;
  let told: string[];
  let onTold: () => void;

  beforeEach(() => {
    [asked, told] = [[], []];
    [hasRoom, released] = [true, 0];
    fetched = Promise.withResolvers();
    onTold = () => undefined;
  });

  const tasks = (files: Partial<RemoteFiles> | undefined = {}): ExpectedTasks =>
    new ExpectedTasks({
      files: {
        hasRoom: (bytes: number, ahead: number) => {
          asked.push({ bytes, ahead });
          return Promise.resolve(hasRoom);
        },
        fetchAhead: async (_: unknown, __: unknown, signal: AbortSignal) => {
          const end = new Promise<never>((___, reject) => {
            signal.addEventListener('abort', () => {
              reject(signal.reason as Error);
            });
          });
          await Promise.race([fetched.promise, end]);
          return { release: () => (released += 1) } as unknown as FetchedSources;
        },
        ...files,
      } as RemoteFiles,
      link: {
        request: () => Promise.reject(new Error('The files are not asked for in this test.')),
        emit: (event, said) => {
          told.push(`${event} ${JSON.stringify(said)}`);
          onTold();
        },
      },
      settings: defaultWorkerSettings,
    });
  const expect = (expected: ExpectedTasks, taskId: string, signal = new AbortController().signal) =>
    expected.handlers()['task.expect']({ taskId, payload }, { signal });
  const there = (): Promise<void> =>
    new Promise((resolve) => {
      onTold = resolve;
      fetched.resolve(undefined);
    });

  it('have their files until an attempt has them, and the coordinator is told when they are there', async () => {
    const expected = tasks();
    const answer = expect(expected, 't1');
    await there();
    assert.deepEqual(told, ['task.fetched {"taskId":"t1"}']);
    expected.over('t2');
    assert.equal(released, 0);
    expected.over('t1');
    assert.deepEqual(await answer, { outcome: 'over' });
    assert.equal(released, 1);
  });

  it('are over where their attempt begins before, and let go of where they go elsewhere', async () => {
    const expected = tasks();
    const early = expect(expected, 't1');
    await new Promise((resolve) => setImmediate(resolve));
    expected.over('t1');
    assert.deepEqual(await early, { outcome: 'over' });
    const end = new AbortController();
    const elsewhere = expect(expected, 't2', end.signal);
    await there();
    end.abort(new DffmpegError('cancelled', 'It does not come next any more.'));
    await elsewhere;
    assert.equal(released, 1);
  });

  it('are not fetched ahead where there is no room beside the others', async () => {
    const expected = tasks();
    const first = expect(expected, 't1');
    hasRoom = false;
    assert.deepEqual(await expect(expected, 't2'), { outcome: 'no-room' });
    assert.deepEqual(asked, [
      { bytes: probe.bytes, ahead: 0 },
      { bytes: probe.bytes, ahead: probe.bytes },
    ]);
    hasRoom = true;
    expected.over('t1');
    await first;
    // What is wrong with the files is told.
    const broken = tasks({ fetchAhead: () => Promise.reject(new DffmpegError('source-missing', 'Gone.')) });
    await assert.rejects(expect(broken, 't3'), { code: 'source-missing' });
  });
});
