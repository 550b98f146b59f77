import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { DffmpegError } from '../protocol/errors.ts';
import { asideFolder } from './aside.ts';
import { errnoCode } from './errnoCode.ts';
import { identityIfThere, sameFile } from './fileIdentity.ts';
import { ownPrefix } from './staging.ts';

/**
 * A result that lies where the project keeps what is its own would be removed with that: throws
 * `destination-unwritable` for a folder in one of `own`, or with one of the project's hidden names in its path; links
 * resolved; of a folder that is not there, what is there of its path counts. One that cannot be reached says nothing.
 */
export async function requireForeign(folder: string, own: readonly string[]): Promise<void> {
  const real = await realAsFarAsThere(folder);
  if (real === undefined) return;
  const roots = await Promise.all(own.map((each) => identityIfThere(each).catch(() => undefined)));
  for (let at = real; ; at = path.dirname(at)) {
    // By what it is, not by its name: it may be mounted elsewhere, and case may not count.
    const identity = await identityIfThere(at).catch(() => undefined);
    const isOwn = identity && roots.some((root) => root && sameFile(root, identity));
    if (isOwn === true || isHidden(path.basename(at))) throw ownFolder(folder);
    if (at === path.dirname(at)) return;
  }
}

async function realAsFarAsThere(folder: string): Promise<string | undefined> {
  try {
    return await realpath(folder);
  } catch (error) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(errnoCode(error) ?? '');
    const above = path.dirname(folder);
    return isMissing && above !== folder ? realAsFarAsThere(above) : undefined;
  }
}

/** Sources that are kept aside are the person's: what lies with them is left there. */
function isHidden(name: string): boolean {
  return name.startsWith(ownPrefix) && name !== asideFolder;
}

function ownFolder(folder: string): DffmpegError {
  return new DffmpegError(
    'destination-unwritable',
    `${folder} lies in DFFmpeg’s own folder, where a result would not stay.`,
    { hint: 'Choose another folder for the result.' },
  );
}
