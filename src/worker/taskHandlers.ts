import type { Handlers } from '../protocol/contract.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import type { Attempts } from './attempts.ts';
import type { CapabilityProver } from './capabilities.ts';
import type { Offers } from './offers.ts';
import { inScratch } from './remoteFiles.ts';

type TaskMethod =
  'task.offer' | 'task.cancel' | 'task.suspend' | 'task.prioritize' | 'task.redirect' | 'capabilities.try';

export interface TaskHandlersOptions {
  readonly attempts: Attempts;
  readonly offers: Offers;
  readonly prover: () => Promise<CapabilityProver | undefined>;
  /** Where results are made that go to another machine; undefined where this worker sees the files. */
  readonly resultsDir: string | undefined;
}

/** What a coordinator gives to the worker, and how it steers that. */
export function taskHandlers(options: TaskHandlersOptions): Pick<Handlers<WorkerMethods>, TaskMethod> {
  const { attempts, offers, prover, resultsDir } = options;
  return {
    'task.offer': ({ taskId, fence, payload }) => {
      const key = { taskId, fence };
      const isElsewhere = resultsDir !== undefined && payload.kind === 'encode';
      const here = isElsewhere ? inScratch(payload, resultsDir) : payload;
      return attempts.consider(key, () => offers.answer(key, here));
    },
    'task.cancel': (key) => {
      attempts.cancel(key);
      return Promise.resolve({});
    },
    'task.suspend': ({ suspended, ...key }) => {
      attempts.suspend(key, suspended);
      return Promise.resolve({});
    },
    // What it runs it runs to its end.
    'task.prioritize': () => Promise.resolve({}),
    'task.redirect': (key) => {
      attempts.redirect(key);
      return Promise.resolve({});
    },
    'capabilities.try': async ({ encoders }) => {
      const known = await (await prover())?.prove(encoders);
      const asked = Object.entries(known ?? {}).filter(([name]) => encoders.includes(name));
      return { capabilities: Object.fromEntries(asked) };
    },
  };
}
