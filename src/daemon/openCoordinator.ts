import path from 'node:path';
import { createCoordinator, type Coordinator } from '../coordinator/coordinator.ts';
import type { QueueSettings } from '../coordinator/queueSettings.ts';
import type { Store } from '../coordinator/store.ts';
import { openThreadedStore } from '../coordinator/store/threadedStore.ts';
import type { WatchBoard } from '../coordinator/watchBoard.ts';
import type { ConfigStore } from './configStore.ts';
import { hookKey } from './hooks/hookSchema.ts';
import { describeHook } from './hooks/hookTable.ts';
import type { DaemonLog } from './log.ts';
import { storeRoom } from './storeRoom.ts';

export interface OpenCoordinatorOptions {
  readonly config: ConfigStore;
  readonly stateDir: string;
  readonly storeFile: string;
  readonly programVersion: string;
  readonly settings: QueueSettings;
  readonly watchBoard: WatchBoard;
  readonly log: DaemonLog;
  readonly logIsLow: () => boolean;
  /** What a test that breaks things puts between the queue and its database. */
  readonly wrapStore?: ((store: Store, file: string) => Store) | undefined;
}

/** The queue over its database. Closing the coordinator closes the store. */
export async function openCoordinator(
  options: OpenCoordinatorOptions,
): Promise<{ store: Store; coordinator: Coordinator }> {
  const { config, stateDir, storeFile: file, programVersion, log, wrapStore = (store) => store } = options;
  const { storeBusySeconds, storeRestartMs } = config.values;
  const opened = await openThreadedStore({
    store: { dialect: 'sqlite', file, programVersion, busyTimeoutMs: storeBusySeconds * 1000 },
    restartPauseMs: storeRestartMs,
    onCrash: (error) => log.log.error({ err: error }, 'the queue’s database'),
    restAfterMs: () => config.values.storeRestSeconds * 1000,
  });
  const store = wrapStore(opened, file);
  const coordinator = await createCoordinator({
    ...{ store, watchBoard: options.watchBoard, settings: options.settings },
    hooks: (event) =>
      config.values.hooks
        .filter(({ on }) => on === event)
        .map((hook) => ({ key: hookKey(hook), ...describeHook(hook) })),
    refuses: () => storeRoom(stateDir, config.values.storeLowMegabytes),
    logsDir: path.join(stateDir, 'logs', 'jobs'),
    logIsLow: options.logIsLow,
    clock: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    platform: process.platform,
    log: (error) => log.log.warn({ err: error }, 'queue'),
  });
  return { store, coordinator };
}
