import { replacementText } from '../../protocol/jobResults.ts';
import type { Job } from '../../protocol/model.ts';
import type { Invocation } from '../command.ts';
import { changeJobs } from './changeJobs.ts';

/** Gives sources their place back. */
export function undoJobs(invocation: Invocation, ids: readonly string[]): Promise<number> {
  return changeJobs(invocation, ids, (daemon, id) => daemon.request('jobs.undo', { id }), sentence);
}

/** Lets results take the place of their sources. */
export function replaceSources(invocation: Invocation, ids: readonly string[]): Promise<number> {
  return changeJobs(invocation, ids, (daemon, id) => daemon.request('jobs.replace', { id }), sentence);
}

function sentence(job: Job): string {
  return replacementText(job) ?? 'is as it was';
}
