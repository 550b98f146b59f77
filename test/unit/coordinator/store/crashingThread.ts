/** The store’s thread, but that it ends by itself when it is to rank by no number. */
import { parentPort } from 'node:worker_threads';
import type { StoreCalls } from '../../../../src/coordinator/store/threadMessages.ts';

parentPort?.on('message', ({ calls }: StoreCalls) => {
  if (calls.some(({ method, args }) => method === 'rank' && Number.isNaN(args[0]))) process.exit(9);
});

await import('../../../../src/coordinator/store/storeThread.ts');
