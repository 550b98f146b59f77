import { DffmpegError } from './errors.ts';

/** Minors apart at which two sides still understand each other: the newer one speaks the older one's. */
const minorsBack = 2;

/** Why `own` and `other` (`major.minor`) cannot talk, or undefined. Both sides come to the same answer. */
export function checkCompatibility(own: string, other: string): DffmpegError | undefined {
  const [ours, theirs] = [parseVersion(own), parseVersion(other)];
  if (ours && theirs && ours.major === theirs.major && Math.abs(ours.minor - theirs.minor) <= minorsBack)
    return undefined;
  return new DffmpegError('version-mismatch', `This side speaks protocol ${own}, the other one ${other}.`, {
    hint: 'Update DFFmpeg on both sides to the same version, and restart the daemon.',
  });
}

function parseVersion(text: string): { major: number; minor: number } | undefined {
  const [, major, minor] = /^(\d{1,6})\.(\d{1,6})$/.exec(text) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
