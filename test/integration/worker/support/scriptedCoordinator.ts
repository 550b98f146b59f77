import { EventEmitter, on } from 'node:events';
import type { Channel } from '../../../../src/protocol/channel.ts';
import type { Params, ReceivedParams, Result } from '../../../../src/protocol/contract.ts';
import type { DffmpegError } from '../../../../src/protocol/errors.ts';
import type { InquiryProgress } from '../../../../src/protocol/inquiry.ts';
import type { Load, Progress } from '../../../../src/protocol/model.ts';
import { createPeer, type Peer } from '../../../../src/protocol/peer.ts';
import {
  coordinatorEvents,
  coordinatorMethods,
  workerEvents,
  workerMethods,
  type CoordinatorEvents,
  type CoordinatorMethods,
  type WorkerMethods,
} from '../../../../src/protocol/workerContract.ts';
import { type TaskReport } from '../../../../src/protocol/tasks.ts';

type Commit = ReceivedParams<CoordinatorMethods['task.commit']>;
type WorkerState = ReceivedParams<CoordinatorMethods['worker.update']>['worker'];

/** A coordinator that does what the test says and writes down what the worker tells it. */
export class ScriptedCoordinator {
  readonly peer: Peer<WorkerMethods, CoordinatorEvents>;
  readonly reports: { taskId: string; fence: number; report: TaskReport }[] = [];
  readonly progress: Progress[] = [];
  readonly inquiries: InquiryProgress[] = [];
  readonly commits: Commit[] = [];
  readonly errors: DffmpegError[] = [];
  registrations: ReceivedParams<CoordinatorMethods['worker.register']>[] = [];
  log = '';
  load: Load[] = [];
  worker: WorkerState | undefined;
  /** The answer to `task.commit`; a test replaces it. */
  onCommit: (commit: Commit) => Promise<Result<CoordinatorMethods['task.commit']>> = () =>
    Promise.reject(new Error('No commit was expected.'));
  onReport: (report: TaskReport) => Promise<void> = () => Promise.resolve();
  readonly #changed = new EventEmitter();

  constructor(channel: Channel) {
    this.peer = createPeer({
      channel,
      serves: coordinatorMethods,
      handlers: {
        'worker.register': (params) => {
          this.registrations.push(params);
          this.worker = params.worker;
          this.#note();
          return Promise.resolve({ stop: [] });
        },
        'worker.update': ({ worker }) => {
          this.worker = worker;
          this.#note();
          return Promise.resolve({});
        },
        'task.report': async ({ taskId, fence, report }) => {
          await this.onReport(report);
          this.reports.push({ taskId, fence, report });
          this.#note();
          return {};
        },
        'task.commit': async (commit) => {
          this.commits.push(commit);
          this.#note();
          return this.onCommit(commit);
        },
        'task.sources': () => Promise.reject(new Error('Its files are here.')),
        'task.expected': () => Promise.reject(new Error('Its files are here.')),
        'task.handOver': () => Promise.reject(new Error('Its files are here.')),
      },
      asks: workerMethods,
      emits: coordinatorEvents,
      hears: workerEvents,
      listeners: {
        'task.progress': (progress) => {
          this.progress.push(progress);
          this.#note();
        },
        'task.log': ({ text }) => {
          this.log += text;
        },
        'inquiry.progress': (inquiry) => {
          this.inquiries.push(inquiry);
          this.#note();
        },
        'worker.load': (load) => {
          this.load.push(load);
          this.#note();
        },
      },
      onError: (error) => this.errors.push(error),
    });
  }

  /** Resolves with what `look` finds, asked again whenever the worker has said something. */
  async until<T>(look: () => T | undefined | false): Promise<T> {
    const changes = on(this.#changed, 'change');
    for (let found = look(); ; found = look()) {
      if (found !== undefined && found !== false) {
        await changes.return?.();
        return found;
      }
      await changes.next();
    }
  }

  ready(): Promise<WorkerState> {
    return this.until(() => this.worker?.ffmpeg.state === 'ready' && this.worker);
  }

  /** Offers, and resolves with the task's last report. */
  async run(params: Params<WorkerMethods['task.offer']>): Promise<TaskReport> {
    const { accepted } = await this.peer.request('task.offer', params);
    if (!accepted) throw new Error('The worker is busy.');
    return this.lastReport(params.taskId);
  }

  lastReport(taskId: string): Promise<TaskReport> {
    return this.reported(taskId, 'probed', 'delivered', 'failed', 'cancelled');
  }

  async reported<K extends TaskReport['type']>(
    taskId: string,
    ...types: K[]
  ): Promise<Extract<TaskReport, { type: K }>> {
    return this.until(() => {
      const found = this.reports.find(
        (entry) => entry.taskId === taskId && (types as string[]).includes(entry.report.type),
      );
      return found?.report as Extract<TaskReport, { type: K }> | undefined;
    });
  }

  #note(): void {
    this.#changed.emit('change');
  }
}
