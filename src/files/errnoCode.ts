import os from 'node:os';

/** libuv has no names for these: Node says `Unknown system error -122`. */
const nameless = ['EDQUOT', 'ESTALE'] as const;

/** Of a disk or network drive that was pulled, or whose server does not answer. */
const diskAway = new Set([
  'EIO',
  'ENODEV',
  'ENXIO',
  'ENOTCONN',
  'ESTALE',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ETIMEDOUT',
]);

/** The system's name of an error (`ENOENT`), or `undefined` when it is not one of the system's. */
export function errnoCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errno' in error) {
    const name = nameless.find((code) => error.errno === -os.constants.errno[code]);
    if (name !== undefined) return name;
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
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

/** The disk or network drive does not answer; it may come back. */
export function isDiskAway(error: unknown): boolean {
  return diskAway.has(errnoCode(error) ?? '');
}
