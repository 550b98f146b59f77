import os from 'node:os';
import type { Coordinator } from '../coordinator/coordinatorInterface.ts';
import type { FileExchange } from '../files/fileExchange.ts';
import type { PlacingFs } from '../files/placingFs.ts';
import type { DffmpegError } from '../protocol/errors.ts';
import { createMemoryChannelPair } from '../transport/memory.ts';
import { createWorker, type Worker } from '../worker/worker.ts';
import type { WorkerSettings } from '../worker/workerSettings.ts';
import type { ConfigStore } from './configStore.ts';

/** The id under which the worker of the daemon itself finds its attempts again after a restart. */
export const localWorkerId = 'local';

export interface LocalWorkerOptions {
  readonly coordinator: Coordinator;
  readonly config: ConfigStore;
  readonly settings: WorkerSettings;
  readonly stateDir: string;
  readonly exchange: FileExchange;
  /** How results get their names; tests stop it between two steps. */
  readonly fs?: PlacingFs | undefined;
  readonly onError: (error: DffmpegError) => void;
}

/** The worker within the daemon's own process. */
export function startLocalWorker({ coordinator, config, ...options }: LocalWorkerOptions): Worker {
  const [ours, theirs] = createMemoryChannelPair();
  void coordinator.attachWorker(ours);
  return createWorker({
    ...options,
    coordinator: theirs,
    id: localWorkerId,
    name: os.hostname(),
    local: true,
    slots: config.values.slots,
    ffmpegPath: config.values.ffmpeg,
    // Read for each encode, so that a change of the file takes effect with the next one.
    get lowPriority() {
      return config.values.lowPriority;
    },
    get keepAwake() {
      return config.values.keepAwake;
    },
  });
}
