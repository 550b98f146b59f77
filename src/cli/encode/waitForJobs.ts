import type { DaemonConnection } from '../../client/connection.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import { isSettled } from '../../protocol/jobResults.ts';
import { isEnded } from '../../protocol/jobState.ts';
import type { Job } from '../../protocol/model.ts';
import { deferred } from '../deferred.ts';
import type { EncodeView } from './encodeView.ts';
import { JobFollower } from './jobFollower.ts';

export interface WaitOptions {
  /** Submits, and calls `follow` for each job as soon as it has one. */
  submit(follow: (job: Job) => void): Promise<unknown>;
  /** Aborted: cancel the jobs and wait until ffmpeg is gone. */
  readonly stop: AbortSignal;
  /** Missing: nobody looks. */
  readonly view: Pick<EncodeView, 'update' | 'close'> | undefined;
}

/** Submits jobs and waits until all have ended and nothing of them runs. */
export async function waitForJobs(daemon: DaemonConnection, options: WaitOptions): Promise<Job[]> {
  const { stop, view } = options;
  const end = deferred<void>();
  const cancelled = new Set<string>();
  let submitted = false;

  const update = (): void => {
    view?.update({
      jobs: follower.jobs,
      progressOf: (id) => follower.progressOf(id),
      cancelling: stop.aborted,
      disconnected: daemon.state.name === 'waiting',
    });
    if (submitted && follower.jobs.every(isSettled)) end.resolve();
    const stuck = follower.jobs.find((job) => !isEnded(job.state) && job.reason?.code === 'ffmpeg-missing');
    if (stuck?.reason !== undefined) giveUp(DffmpegError.from(stuck.reason));
  };
  const follower = new JobFollower(daemon, { onChange: update, onError: end.reject });

  const cancelAll = async (): Promise<void> => {
    const ids = follower.jobs
      .filter(({ id, state }) => !isEnded(state) && !cancelled.has(id))
      .map(({ id }) => id);
    for (const id of ids) cancelled.add(id);
    const answers = await Promise.all(ids.map((id) => daemon.request('jobs.cancel', { id })));
    for (const { job } of answers) follower.follow(job);
  };
  /** Without ffmpeg the jobs would wait for a person who is not there. */
  const giveUp = (error: DffmpegError): void => {
    cancelAll().then(() => end.reject(error), end.reject);
  };
  const onStop = (): void => {
    cancelAll().then(update, end.reject);
  };
  /** A request starts a daemon where none runs: what was under way went back to its queue. */
  let reconnecting = false;
  const reconnect = (): void => {
    if (reconnecting) return;
    reconnecting = true;
    daemon
      .request('daemon.status', {})
      .then(() => (reconnecting = false))
      .catch(end.reject);
  };
  const onClosed = daemon.onState(({ name }) => {
    if (name === 'closed')
      end.reject(new DffmpegError('disconnected', 'The connection to the daemon was closed.'));
    else update();
    if (name === 'waiting') reconnect();
  });
  stop.addEventListener('abort', onStop);
  try {
    follower.open();
    const submission = options.submit((job) => follower.follow(job));
    await Promise.race([submission, end.promise]);
    submitted = true;
    if (stop.aborted) onStop();
    update();
    await end.promise;
    return follower.jobs;
  } finally {
    stop.removeEventListener('abort', onStop);
    onClosed();
    follower.close();
    view?.close();
  }
}
