import type { Job } from '../protocol/model.ts';
import type { StoredJob } from './store/records.ts';

/** A stored job as clients see it: the tables' schemas drop what is the store's own. */
export function toJob({ job, attempts }: StoredJob): Job {
  return { ...job, attempts: [...attempts] };
}
