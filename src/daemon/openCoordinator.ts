import os from 'node:os';
import path from 'node:path';
import { createCoordinator } from '../coordinator/coordinator.ts';
import type { Coordinator } from '../coordinator/coordinatorInterface.ts';
import type { QueueSettings } from '../coordinator/queueSettings.ts';
import type { Store } from '../coordinator/store.ts';
import { openThreadedStore } from '../coordinator/store/threadedStore.ts';
import type { WatchBoard } from '../coordinator/watchBoard.ts';
import type { FileExchange } from '../files/fileExchange.ts';
import type { ConfigStore } from './configStore.ts';
import { hookKey } from './hooks/hookSchema.ts';
import { describeHook } from './hooks/hookTable.ts';
import type { DaemonLog } from './log.ts';
import type { RescuedStore } from './rescuedStore.ts';
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
  readonly rescued: RescuedStore;
  /** With workers and clients on other machines. */
  readonly exchange: FileExchange;
  /** What a test that breaks things puts between the queue and its database. */
  readonly wrapStore?: ((store: Store, file: string) => Store) | undefined;
}

/** The queue over its database. Closing the coordinator closes the store. */
export async function openCoordinator(
  options: OpenCoordinatorOptions,
): Promise<{ store: Store; coordinator: Coordinator }> {
  const { config, stateDir, storeFile: file, programVersion, log, wrapStore = (store) => store } = options;
  const { rescued, exchange } = options;
  const { storeBusySeconds, storeRestartMs } = config.values;
  const opened = await openThreadedStore({
    store: { dialect: 'sqlite', file, programVersion, busyTimeoutMs: storeBusySeconds * 1000 },
    restartPauseMs: storeRestartMs,
    onCrash: (error) => log.log.error({ err: error }, 'the queue’s database'),
    // A deleted one is there for as long as it is open.
    restAfterMs: () => {
      const { storeRestSeconds, handOverMinutes } = config.values;
      return storeRestSeconds * 1000 + (rescued.isLost ? handOverMinutes * 60_000 : 0);
    },
  });
  const store = wrapStore(opened, file);
  const coordinator = await createCoordinator({
    ...{ store, watchBoard: options.watchBoard, settings: options.settings },
    hooks: (event) =>
      config.values.hooks
        .filter(({ on }) => on === event)
        .map((hook) => ({ key: hookKey(hook), ...describeHook(hook) })),
    refuses: async () => rescued.refusal() ?? (await storeRoom(stateDir, config.values.storeLowMegabytes)),
    beforeStoreCloses: () => rescued.save(store),
    logsDir: path.join(stateDir, 'logs', 'jobs'),
    logIsLow: options.logIsLow,
    clock: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    platform: process.platform,
    machine: os.hostname(),
    relay: {
      offer: (file, taker, options) => exchange.relay(file, taker, options),
      withdraw: (ticket) => exchange.offered.withdraw(ticket),
    },
    log: (error) => log.log.warn({ err: error }, 'queue'),
  }).catch(async (error: unknown) => {
    // Its thread would keep the process alive.
    await store.close().catch(() => undefined);
    throw error;
  });
  return { store, coordinator };
}
