import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { toDestinationError } from './destinationError.ts';
import { ownPrefix } from './staging.ts';
import type { Traces } from './traces.ts';

/**
 * Proves that a result can be written into `folder` by writing there: permissions, read-only mounts and
 * quotas are told by nothing else. Throws `destination-missing`, `-unwritable` or `-full`.
 */
export async function checkDestination(folder: string, traces: Traces): Promise<void> {
  const trial = path.join(folder, `${ownPrefix}${randomBytes(6).toString('hex')}.try`);
  try {
    await traces.note(trial);
    await writeTrial(trial);
  } catch (error) {
    throw toDestinationError(error, folder);
  } finally {
    // One that cannot be removed now stays noted.
    await traces.remove(trial);
  }
}

async function writeTrial(trial: string): Promise<void> {
  const handle = await open(trial, 'wx');
  try {
    await handle.write('.');
  } finally {
    await handle.close();
  }
}
