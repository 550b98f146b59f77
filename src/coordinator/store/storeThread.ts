/**
 * Runs in a thread of its own, so that heartbeats, files and clients flow while the database works: opens the store
 * that its `workerData` names and answers calls until one of them closes it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { toDffmpegError } from '../../protocol/errors.ts';
import type { Store } from '../store.ts';
import { openStore } from './dialects.ts';
import { requireStoreFile, storeFileIdentity } from './storeFile.ts';
import {
  openedId,
  type StoreAnswer,
  type StoreAnswers,
  type StoreCall,
  type StoreCalls,
  type StoreThreadData,
} from './threadMessages.ts';

const port = parentPort;
if (!port) throw new Error('This file is the store’s thread; the daemon starts it.');

const underWay = new Set<Promise<void>>();
let ready: StoreAnswer[] = [];

/**
 * What is answered at once, as after a group of writes, goes in one message. It goes when all that is ready has run, but
 * before the next group is written: meanwhile the daemon goes on with it.
 */
function answer(given: StoreAnswer): void {
  if (ready.push(given) > 1) return;
  process.nextTick(() => {
    const answers = ready;
    ready = [];
    port?.postMessage({ answers } satisfies StoreAnswers);
  });
}

async function settle(id: number, work: () => Promise<unknown>): Promise<void> {
  try {
    answer({ id, value: await work() });
  } catch (thrown) {
    const error = toDffmpegError(thrown);
    const { cause } = error;
    answer({ id, error: error.toData(), cause: cause instanceof Error ? cause.message : undefined });
  }
}

function serve(store: Store, { id, method, args }: StoreCall): void {
  const call = store[method].bind(store) as (...args: readonly unknown[]) => Promise<unknown>;
  const done = settle(id, async () => {
    if (method === 'close') await Promise.all(underWay);
    return call(...args);
  });
  if (method === 'close') {
    // The answer goes out first; with the port nothing keeps the thread any more.
    void done.then(() => setImmediate(() => setImmediate(() => port?.close())));
    return;
  }
  underWay.add(done);
  void done.then(() => underWay.delete(done));
}

await settle(openedId, async () => {
  const { store: options, opened } = workerData as StoreThreadData;
  if (opened) requireStoreFile(options.file, opened);
  const store = await openStore(options);
  port.on('message', ({ calls }: StoreCalls) => {
    for (const call of calls) serve(store, call);
  });
  return storeFileIdentity(options.file);
});
