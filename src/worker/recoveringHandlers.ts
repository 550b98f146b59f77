import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { toDestinationError } from '../files/destinationError.ts';
import { sameInode } from '../files/placementRecord.ts';
import { recoverPlacement } from '../files/placing.ts';
import type { PlacingFs } from '../files/placingFs.ts';
import { stagedAway } from '../files/stagedAway.ts';
import { isStaged, isStagingFolder, removeStaging, stagingKey } from '../files/staging.ts';
import type { Handlers } from '../protocol/contract.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import { reapProcess } from './processTable.ts';
import type { Scratch } from './scratch.ts';
import { reapTimes, type WorkerSettings } from './workerSettings.ts';

export interface RecoveringOptions {
  readonly scratch: Scratch;
  readonly fs: PlacingFs;
  readonly settings: Pick<WorkerSettings, 'reapWaitSeconds' | 'reapLookMs'>;
  /** What is staged under this key has its name, or is gone. */
  readonly onSettled?: (key: string) => void;
}

/** What an earlier worker of this machine left: the coordinator names it, and what it names is not believed. */
export function recoveringHandlers({
  scratch,
  fs,
  settings,
  onSettled,
}: RecoveringOptions): Pick<Handlers<WorkerMethods>, 'placement.recover' | 'process.reap'> {
  return {
    'placement.recover': async ({ staged, identity, path: target }) => {
      const folder = path.dirname(staged);
      if (!isStaged(staged) || (await isLink(folder)))
        throw new DffmpegError('request-invalid', `${staged} is not the name of a staged result.`);
      const { traces, requireForeign, records: recordDir } = scratch;
      const destination = path.dirname(target);
      const away = await stagedAway({ staged, traces }, destination);
      if (away) throw away;
      // It may be placing that itself just now, or reading it back.
      const isPlaced = async (): Promise<boolean> => sameInode(await fs.identity(target), identity);
      if ((await scratch.isAnothers(folder)) && !(await isPlaced())) return { outcome: 'gone' };
      const placement = { staged, identity, path: target, recordDir, traces, requireForeign, fs };
      const outcome = await recoverPlacement(placement).catch((error: unknown) => {
        throw toDestinationError(error, destination);
      });
      // What is not there now may have gone with its disk since the look above.
      const gone = outcome === 'gone' ? await stagedAway({ staged, traces }, destination) : undefined;
      if (gone) throw gone;
      if (outcome !== 'taken') await removeStaging(folder, traces);
      if (outcome !== 'taken') onSettled?.(stagingKey(staged));
      if (outcome !== 'placed') return { outcome };
      const modified = await fs.modified(target).catch(() => undefined);
      return { outcome, identity: await fs.identity(target), modified };
    },
    'process.reap': async ({ pid, processStart, directory }) => {
      if (directory !== undefined && !isStagingFolder(directory))
        throw new DffmpegError('request-invalid', `${directory} is not the name of an attempt’s folder.`);
      // Neither is its ffmpeg left behind.
      if (directory !== undefined && (await scratch.isAnothers(directory))) return { ended: false };
      const ended = await reapProcess(pid, processStart, reapTimes(settings));
      if (directory !== undefined) await removeStaging(directory, scratch.traces);
      return { ended };
    },
  };
}

/** What lies behind a link is somebody else's. */
async function isLink(folder: string): Promise<boolean> {
  return lstat(folder).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}
