import type {
  HostMessage,
  LoadSeries,
  StatusConnection,
  StatusJob,
  StatusWorker,
} from '../protocol/statusPageContract.ts';
import type { Counts, Progress } from '../protocol/model.ts';

/** All that the host has told. A part is undefined until its first message came. */
export interface PageState {
  readonly connection: StatusConnection;
  readonly jobs: readonly StatusJob[] | undefined;
  readonly counts: Counts | undefined;
  readonly progress: ReadonlyMap<string, Progress>;
  readonly workers: readonly StatusWorker[] | undefined;
  readonly load: ReadonlyMap<string, LoadSeries>;
}

export const emptyPageState: PageState = {
  connection: { state: 'connecting' },
  jobs: undefined,
  counts: undefined,
  progress: new Map(),
  workers: undefined,
  load: new Map(),
};

/** Every message is a whole part, so it replaces that part and touches no other. */
export function reducePageState(state: PageState, message: HostMessage): PageState {
  switch (message.type) {
    case 'connection':
      return { ...state, connection: message.connection };
    case 'jobs':
      return { ...state, jobs: message.jobs, counts: message.counts };
    case 'progress':
      return { ...state, progress: new Map(message.progress.map((entry) => [entry.jobId, entry])) };
    case 'workers':
      return { ...state, workers: message.workers };
    case 'load':
      return { ...state, load: new Map(message.series.map((entry) => [entry.workerId, entry])) };
  }
}

/** Whether the lists are the queue as it is: before the first answer of the daemon they are merely empty. */
export function isQueueKnown({ connection, jobs }: PageState): boolean {
  if (!jobs) return false;
  return jobs.length > 0 || connection.state === 'ready' || connection.state === 'idle';
}
