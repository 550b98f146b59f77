import { DffmpegError } from '../protocol/errors.ts';
import { isEnded } from '../protocol/jobState.ts';
import type { JobBook } from './jobBook.ts';
import type { JobLogs } from './jobLog.ts';

/**
 * The log from a byte offset. With a `waiting` signal the answer comes when there is something to say: more
 * text, or the end of the job. Throws `cancelled` when the signal aborts.
 */
export async function readLog(
  { logs, book }: { logs: JobLogs; book: JobBook },
  jobId: string,
  offset: number,
  waiting: AbortSignal | undefined,
): Promise<{ text: string; nextOffset: number; ended: boolean }> {
  for (;;) {
    // Heard from before the reading on: what comes during it is not missed.
    const growth = nextGrowth(logs, jobId, waiting);
    try {
      // The state first, and settled: the line that ends a log is written after the job has ended.
      const { job } = await book.settled(jobId);
      const ended = isEnded(job.state);
      const { text, nextOffset, atEnd } = await logs.read(jobId, offset);
      if (text !== '' || ended || !waiting) return { text, nextOffset, ended: ended && atEnd };
      await growth.promise;
    } finally {
      growth.stop();
    }
  }
}

function nextGrowth(
  logs: JobLogs,
  jobId: string,
  signal: AbortSignal | undefined,
): { promise: Promise<void>; stop: () => void } {
  let stop = (): void => undefined;
  const promise = new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      reject(new DffmpegError('cancelled', 'Nobody waits for the log any more.', { cause: signal?.reason }));
    };
    const off = logs.grown.on((grown) => {
      if (grown === jobId) resolve();
    });
    signal?.addEventListener('abort', onAbort);
    stop = () => {
      off();
      signal?.removeEventListener('abort', onAbort);
    };
    if (signal?.aborted) onAbort();
  });
  // It may reject while the log is still read.
  promise.catch(() => undefined);
  return { promise, stop: () => stop() };
}
