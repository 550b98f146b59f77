import type { FileIdentity } from '../protocol/fileState.ts';
import type { SourceRecord } from './store/records.ts';

/** By which a source is known: the path that was given, the one without links, and the file itself. */
export type SourceNames = Pick<SourceRecord, 'path' | 'realPath' | 'file'>;

/** Of a file on a worker's machine, whatever its paths are: no path begins so. */
export function fileName(workerId: string, { device, inode }: FileIdentity): string {
  return `file:${workerId}:${device}:${inode}`;
}

export function namesOf({ path, realPath, file }: SourceNames): string[] {
  return [path, realPath, file].filter((name) => name !== undefined);
}
