import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Check, DoctorOutput } from '../jsonOutput.ts';

interface Disk {
  readonly what: string;
  readonly folder: string;
  /** The setting that says how much is to be free. */
  readonly key: string;
  /** What happens below that. */
  readonly then: string;
}

/** Each disk that the daemon writes on and whose folder is known, with the mark of its own. */
export async function checkDisks(stateDir: string, settings: DoctorOutput['settings']): Promise<Check[]> {
  const valueOf = (key: string): string => settings.find((setting) => setting.key === key)?.value ?? '';
  const scratch = valueOf('scratchFolder') || path.join(stateDir, 'scratch');
  const disks: readonly Disk[] = [
    { what: 'queue', folder: stateDir, key: 'storeLowMegabytes', then: 'no new job is taken' },
    { what: 'logs', folder: stateDir, key: 'logLowMegabytes', then: 'no log is written' },
    { what: 'cache', folder: stateDir, key: 'cacheLowMegabytes', then: 'trial runs are not remembered' },
    { what: 'working folder', folder: scratch, key: 'scratchLowMegabytes', then: 'no encode is begun' },
  ];
  const looked = await Promise.all(
    disks.map(async (disk) => ({
      ...disk,
      free: await freeMegabytes(disk.folder),
      least: Number(valueOf(disk.key)),
    })),
  );
  const low = looked.filter(({ free, least }) => free !== undefined && free < least);
  if (low.length > 0)
    return low.map(({ what, folder, free = 0, least, then, key }) => ({
      name: `disk of the ${what}`,
      level: 'warn',
      detail: `${folder} has ${Math.floor(free)} MB left; below ${least} MB ${then}`,
      hint: `Free some space there; the setting ${key} is the mark.`,
    }));
  const told = looked.filter(({ free }) => free !== undefined).map(({ free = 0 }) => free);
  const least =
    told.length === 0
      ? 'its file system does not tell how much is free'
      : `${Math.floor(Math.min(...told))} MB left`;
  return [{ name: 'disks', level: 'ok', detail: `queue, logs, cache and working folder: ${least}` }];
}

/** Of the folder, or of the nearest above it that is there; undefined where the file system does not tell. */
async function freeMegabytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return (bavail * bsize) / 1e6;
  } catch {
    const above = path.dirname(folder);
    return above === folder ? undefined : freeMegabytes(above);
  }
}
