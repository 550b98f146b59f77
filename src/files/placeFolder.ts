import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity } from '../protocol/fileState.ts';
import { errnoCode } from './errnoCode.ts';
import type { Placement } from './placement.ts';
import type { PlacingFs } from './placingFs.ts';
import { isReservation, placeByReservation, placeCopied, type Moved, type Placed } from './reservedName.ts';

/** A folder gets its name by a rename over an empty folder that reserved it. */
export async function placeFolder(placement: Placement, fs: PlacingFs): Promise<Placed> {
  const moved = await move(placement, fs, placement.staged, undefined);
  return moved === 'other-device' ? placeCopy(placement, fs) : { outcome: moved };
}

/** Across file systems: a complete copy beside the target first, then as if it had been staged there. */
function placeCopy(placement: Placement, fs: PlacingFs): Promise<Placed> {
  return placeCopied(placement, fs, async (copied, copy) => {
    const outcome = await move(placement, fs, copied, copy);
    if (outcome !== 'other-device') return { outcome, used: outcome === 'placed' };
    throw new DffmpegError(
      'destination-unwritable',
      `${placement.path} does not lie where its folder does.`,
      { hint: 'Choose another folder for the result.' },
    );
  });
}

function move(
  placement: Placement,
  fs: PlacingFs,
  from: string,
  copy: FileIdentity | undefined,
): Promise<Moved> {
  return placeByReservation(placement, fs, {
    ...{ from, copy },
    create: (target) => fs.createFolder(target),
    fill: async (staged, target) => {
      if (!(await fs.replacesEmptyFolders())) await fs.removeFolder(target);
      // Fails where somebody has put something into the reserved folder meanwhile.
      await fs.rename(staged, target);
    },
    failed: async (target, placeholder, error) => {
      if (await isReservation(fs, target, placeholder)) await fs.removeFolder(target).catch(() => undefined);
      if (errnoCode(error) === 'EXDEV') return 'other-device';
      // Somebody else's, or what somebody put into ours.
      if (await fs.identity(target)) return 'taken';
      throw error;
    },
  });
}
