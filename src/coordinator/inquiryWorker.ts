import type { Params, Result } from '../protocol/contract.ts';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { Timers } from '../protocol/timers.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import type { ConnectedWorker } from './connectedWorker.ts';
import type { Fleet } from './fleet.ts';
import type { QueueSettings } from './queueSettings.ts';

export type InquiryOfWorker = 'media.probe' | 'encode.preview' | 'media.check' | 'media.measure';

/** One inquiry’s way to its worker: ends there when it is cancelled here, or when whoever asked is gone. */
export type AskWorker = <K extends InquiryOfWorker>(
  method: K,
  params: Omit<Params<WorkerMethods[K]>, 'inquiryId'>,
) => Promise<Result<WorkerMethods[K]>>;

/** The worker on this machine, which sees the files as the asker does; waits for it where it is still to come. */
export function inquiryWorker(
  fleet: Fleet,
  { timers, settings }: { timers: Timers; settings: Pick<QueueSettings, 'inquiryWaitMs'> },
  signal: AbortSignal,
): Promise<ConnectedWorker> {
  // Another one, that is back sooner after a restart, has other files under these names, or none.
  const find = (): ConnectedWorker | undefined => fleet.workers.find(({ local }) => local);
  const found = find();
  if (found) return Promise.resolve(found);
  return new Promise((resolve, reject) => {
    const stops = [
      fleet.changed.on(() => {
        const worker = find();
        if (!worker) return;
        stop();
        resolve(worker);
      }),
      timers.after(settings.inquiryWaitMs, () => {
        stop();
        reject(
          new DffmpegError('worker-lost', 'There is no worker that could look at the file.', {
            hint: '“dffmpeg workers” lists them; “dffmpeg doctor” says what is missing.',
          }),
        );
      }),
    ];
    const onAbort = (): void => {
      stop();
      reject(toDffmpegError(signal.reason, 'cancelled'));
    };
    const stop = (): void => {
      for (const each of stops) each();
      signal.removeEventListener('abort', onAbort);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}

export function askerOf(worker: ConnectedWorker, inquiryId: string, signal: AbortSignal): AskWorker {
  return async (method, params) => {
    try {
      // What was left out is back in: TypeScript cannot say so of a generic type.
      const whole = { ...params, inquiryId } as unknown as Params<WorkerMethods[typeof method]>;
      return await worker.peer.request(method, whole, { signal });
    } catch (error) {
      if (!(error instanceof DffmpegError) || error.code !== 'disconnected') throw error;
      throw new DffmpegError('worker-lost', `The connection to ${worker.name} was lost.`, {
        hint: 'Ask again.',
        cause: error,
      });
    }
  };
}
