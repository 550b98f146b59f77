import { maxFrameBytes } from '../protocol/frames.ts';
import type { Job } from '../protocol/model.ts';
import type { StoredJob } from './store/records.ts';

/** A stored job as clients see it: the tables' schemas drop what is the store's own. */
export function toJob(stored: StoredJob): Job {
  const attempts = stored.attempts.map((attempt) => ({ ...attempt, commands: undefined }));
  return { ...stored.job, ...ofItsTask(stored), attempts };
}

/** With every command that ran: too much where many jobs are told at once. */
export function toWholeJob(stored: StoredJob): Job {
  return { ...stored.job, ...ofItsTask(stored), attempts: [...stored.attempts] };
}

/** Of the task that is to be done next. */
function ofItsTask({ tasks }: StoredJob): Pick<Job, 'rank' | 'retryAt'> {
  const next = tasks.find(({ state }) => state === 'waiting' || state === 'paused');
  // What has not failed waits for no time.
  const waits = next?.state === 'waiting' && next.notBefore > 0;
  return { rank: next?.rank, retryAt: waits ? next.notBefore : undefined };
}

/** What a job takes beside its paths and commands, generously. */
const jobBytes = 4096;
/** JSON may write a character as six, UTF-8 as three; paths and commands are nearly all ASCII. */
const charactersInFrame = maxFrameBytes / 4;

/** As many of the first jobs as one frame holds, at least one: a join of 200 long paths is large. */
export function inOneFrame(jobs: readonly Job[]): Job[] {
  let characters = 0;
  const end = jobs.findIndex((job, index) => (characters += sizeOf(job)) > charactersInFrame && index > 0);
  return end === -1 ? [...jobs] : jobs.slice(0, end);
}

function sizeOf({ presetData, sources, outputs, attempts }: Job): number {
  const texts = [
    JSON.stringify(presetData),
    ...sources.map(({ path }) => path),
    ...outputs.flatMap(({ path, verdict }) => [
      path ?? '',
      ...(verdict?.findings ?? []).map(({ message }) => message),
    ]),
    ...attempts.flatMap(({ argv = [] }) => argv),
  ];
  return texts.reduce((total, text) => total + text.length + 16, jobBytes);
}
