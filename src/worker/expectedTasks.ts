import { untilAborted } from '../protocol/aborting.ts';
import type { Handlers, Result } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { EncodePayload } from '../protocol/tasks.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import type { CoordinatorLink } from './coordinatorLink.ts';
import { persistently } from './persistently.ts';
import type { RemoteFiles } from './remoteFiles.ts';
import type { WorkerSettings } from './workerSettings.ts';

export interface ExpectedTasksOptions {
  /** Undefined where this worker sees the files. */
  readonly files: RemoteFiles | undefined;
  readonly link: Pick<CoordinatorLink, 'request' | 'emit'>;
  readonly settings: WorkerSettings;
}

interface Expected {
  readonly bytes: number;
  readonly end: AbortController;
}

/**
 * Encodes that are to come here next: their files are fetched while others encode. Nothing is promised by it, and nothing lost
 * with it: what is there by then is not fetched again.
 */
export class ExpectedTasks {
  readonly #options: ExpectedTasksOptions;
  readonly #expected = new Map<string, Expected>();

  constructor(options: ExpectedTasksOptions) {
    this.#options = options;
  }

  handlers(): Pick<Handlers<WorkerMethods>, 'task.expect'> {
    return { 'task.expect': ({ taskId, payload }, { signal }) => this.#expect(taskId, payload, signal) };
  }

  /** Its attempt has the files by now, or has ended without. */
  over(taskId: string): void {
    this.#expected.get(taskId)?.end.abort(begun);
  }

  /** Resolves when its attempt has the files. */
  async #expect(
    taskId: string,
    payload: EncodePayload,
    signal: AbortSignal,
  ): Promise<Result<WorkerMethods['task.expect']>> {
    const { files, link, settings } = this.#options;
    if (!files) throw new DffmpegError('request-invalid', 'This worker sees the files.');
    const bytes = payload.sources.reduce((sum, { probe }) => sum + probe.bytes, 0);
    const expected = { bytes, end: new AbortController() };
    const held = [...this.#expected.values()].reduce((sum, other) => sum + other.bytes, 0);
    this.#expected.set(taskId, expected);
    const until = AbortSignal.any([signal, expected.end.signal]);
    try {
      if (!(await files.hasRoom(bytes, held))) return { outcome: 'no-room' };
      const ask = () =>
        link.request(
          'task.expected',
          { taskId },
          { signal: until, timeoutMs: settings.answerTimeoutSeconds * 1000 },
        );
      const fetched = await files.fetchAhead(payload, () => persistently(ask, until, settings), until);
      link.emit('task.fetched', { taskId });
      await untilAborted(until);
      fetched.release();
    } catch (error) {
      if (!expected.end.signal.aborted) throw error;
    } finally {
      if (this.#expected.get(taskId) === expected) this.#expected.delete(taskId);
    }
    return { outcome: 'over' };
  }
}

const begun = new DffmpegError('cancelled', 'It is not ahead any more.');
