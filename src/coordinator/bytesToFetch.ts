import type { MountState } from '../protocol/model.ts';
import { namesBelow } from '../protocol/mounts.ts';
import type { QueueEntry } from './store.ts';

interface Sight {
  readonly mounts: readonly MountState[];
  /** Node's name of its system. */
  readonly platform: string;
}

/**
 * What of the sources of a job has to come to a worker that does not see this machine’s files: not what lies in a mount that both
 * have. A guess, made without looking at the disk: the worker finds out. `here`: the worker of this machine.
 */
export function bytesToFetch(
  { sources, probes = [], client }: Pick<QueueEntry['job'], 'sources' | 'probes' | 'client'>,
  worker: Pick<Sight, 'mounts'>,
  here: Sight | undefined,
): number {
  // What a client of a fleet sees it knows alone.
  const shared = client === undefined && here ? sharedFolders(worker, here) : [];
  const separator = here?.platform === 'win32' ? '\\' : '/';
  let bytes = 0;
  for (const [index, probe] of probes.entries()) {
    const file = sources[index]?.path ?? '';
    if (!shared.some((folder) => namesBelow(folder, file, separator))) bytes += probe.bytes;
  }
  return bytes;
}

/** Folders of this machine that a worker sees, too. */
function sharedFolders(worker: Pick<Sight, 'mounts'>, here: Sight): string[] {
  return here.mounts
    .filter(
      (mount) => isThere(mount) && worker.mounts.some((other) => isThere(other) && other.name === mount.name),
    )
    .map(({ path }) => path);
}

function isThere({ trouble }: MountState): boolean {
  return trouble === undefined;
}
