import os from 'node:os';

/** The system's name of an error (`ENOENT`), or `undefined` when it is not one of the system's. */
export function errnoCode(error: unknown): string | undefined {
  // libuv has no name for it: Node says `Unknown system error -122`.
  if (error instanceof Error && 'errno' in error && error.errno === -os.constants.errno.EDQUOT)
    return 'EDQUOT';
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** This user may have no more there, though the disk has room; also behind an error that says so. */
export function isQuotaUsedUp(error: unknown): boolean {
  if (errnoCode(error) === 'EDQUOT') return true;
  return error instanceof Error && error.cause !== undefined && isQuotaUsedUp(error.cause);
}

/** No space, or no more of it for this user. */
export function isDiskFull(error: unknown): boolean {
  const code = errnoCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
