import type { WorkerRecord } from './store/workerRecords.ts';

/** What the store keeps of workers that were here once. As `Store`: every call is one transaction. */
export interface WorkerStore {
  /** By id. */
  knownWorkers(): Promise<WorkerRecord[]>;
  /** Synced to disk. Replaces what was kept of it. */
  keepWorker(worker: WorkerRecord): Promise<void>;
  /** Synced to disk. */
  forgetWorker(id: string): Promise<void>;
}
