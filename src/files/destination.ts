import { toDestinationError } from './destinationError.ts';
import type { Traces } from './traces.ts';
import { withTrialFile } from './trialFile.ts';

/**
 * Proves that a result can be written into `folder` by writing there: permissions, read-only mounts and
 * quotas are told by nothing else. Throws `destination-missing`, `-unwritable` or `-full`.
 */
export async function checkDestination(folder: string, traces: Traces): Promise<void> {
  try {
    await withTrialFile(folder, traces, (file) => file.write('.'));
  } catch (error) {
    throw toDestinationError(error, folder);
  }
}
