import type { PlacingFs } from '../files/placingFs.ts';
import type { ContextOf } from './attempts.ts';
import type { CoordinatorLink } from './coordinatorLink.ts';
import type { ExpectedTasks } from './expectedTasks.ts';
import type { AttemptKey } from './outbox.ts';
import { persistently } from './persistently.ts';
import type { RemoteFiles } from './remoteFiles.ts';
import type { Scratch } from './scratch.ts';
import type { Elsewhere } from './task.ts';
import type { WorkerSettings } from './workerSettings.ts';

export interface AttemptContextOptions {
  readonly link: CoordinatorLink;
  readonly scratch: Scratch;
  readonly fs: PlacingFs;
  readonly settings: WorkerSettings;
  /** Read for each attempt. */
  readonly lowPriority: () => boolean;
  /** Of a worker on another machine than the files. */
  readonly remoteFiles: RemoteFiles | undefined;
  /** What was fetched ahead for them. */
  readonly expected: ExpectedTasks;
  /** So many bytes of an attempt are in that folder by now. */
  readonly wrote: (key: AttemptKey, folder: string, bytes: number) => void;
}

/** What each attempt may use of the worker. */
export function attemptContexts(options: AttemptContextOptions): ContextOf {
  const { link, scratch, fs, settings, lowPriority, remoteFiles, expected, wrote } = options;
  return (key, { jobId }, prover) => ({
    ...{ prover, settings, fs, lowPriority: lowPriority() },
    scratchDir: scratch.attempts,
    recordDir: scratch.records,
    traces: scratch.traces,
    requireForeign: scratch.requireForeign,
    wrote: (folder, bytes) => {
      wrote(key, folder, bytes);
    },
    commit: async (request, signal) => {
      const ask = () =>
        link.request('task.commit', { ...key, ...request }, { signal, timeoutMs: answerMs() });
      return (await persistently(ask, signal, settings)).path;
    },
    elsewhere: remoteFiles && elsewhere(key, remoteFiles),
    progress: (progress) => {
      link.emit('task.progress', { jobId, fence: key.fence, ...progress }, `progress/${key.taskId}`);
    },
    log: (text) => {
      link.emit('task.log', { ...key, jobId, text });
    },
  });

  function elsewhere(key: AttemptKey, files: RemoteFiles): Elsewhere {
    return {
      fetch: (payload, how) => {
        const { signal } = how;
        const ask = () => link.request('task.sources', key, { signal, timeoutMs: answerMs() });
        const fetched = files.fetch(payload, () => persistently(ask, signal, settings), how);
        return fetched.finally(() => {
          expected.over(key.taskId);
        });
      },
      handOver: (result, { sources }, signal) =>
        files.offering(result, sources, async (request) => {
          // It takes as long as it takes: a connection that is lost ends it, and it is asked again over the next.
          const ask = () => link.request('task.handOver', { ...key, ...request }, { signal });
          await persistently(ask, signal, settings);
        }),
    };
  }

  /** Milliseconds after which a request without an answer is asked again. */
  function answerMs(): number {
    return settings.answerTimeoutSeconds * 1000;
  }
}
