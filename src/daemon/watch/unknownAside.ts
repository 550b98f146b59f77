import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Store } from '../../coordinator/store.ts';
import { asideFolder } from '../../files/aside.ts';
import { DffmpegError } from '../../protocol/errors.ts';

/**
 * Throws `conflict` where beside this file lies a source of its name that was set aside by a job of which the queue knows
 * nothing: an older queue was put back, and the file is that job's result. Made once more it would only become worse, and
 * its true source be forgotten.
 */
export async function requireKnownAside(file: string, store: Pick<Store, 'job'>): Promise<void> {
  const kept = path.join(path.dirname(file), asideFolder);
  const { name: stem } = path.parse(file);
  for (const id of await namesIn(kept))
    for (const name of await namesIn(path.join(kept, id)))
      if (path.parse(name).name === stem && !(await store.job(id)))
        throw new DffmpegError(
          'conflict',
          `${path.join(kept, id, name)} was replaced by job ${id}, of which this queue knows nothing: ${file} may be its result, and is not replaced once more.`,
          {
            hint: 'Was an older store.sqlite put back? Put that source in its place again, or move it away: then the file is taken.',
          },
        );
}

/** Of what is not there, or may not be read, none. */
function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
