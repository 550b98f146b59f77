import type { Store } from '../../coordinator/store.ts';
import { keptBeside, keptByUnknown } from '../../files/keptBeside.ts';

/**
 * Throws `conflict` where beside this file lies a source of its name that was set aside by a job of which the queue knows
 * nothing: an older queue was put back, and the file is that job's result. Made once more it would only become worse, and
 * its true source be forgotten.
 */
export async function requireKnownAside(file: string, store: Pick<Store, 'job'>): Promise<void> {
  for (const kept of await keptBeside(file))
    if (!(await store.job(kept.jobId))) throw keptByUnknown(file, kept);
}
