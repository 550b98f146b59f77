import { plural } from '../encoding/formatting.ts';
import type { WatchedFile, WatchFolder } from './watchFolder.ts';

/** What a watched folder does now, in a few words: the same in a terminal and in a view. */
export function watchStateText({ state, settling }: Pick<WatchFolder, 'state' | 'settling'>): string {
  switch (state) {
    case 'declared':
      return 'not active';
    case 'paused':
      return 'paused';
    case 'missing':
      return 'folder missing';
    case 'blocked':
      return 'takes no files';
    case 'watching':
    case 'polling':
      return settling === 0 ? 'watching' : `${plural(settling, 'file')} waiting to settle`;
  }
}

/** `3 files, 1 failed` */
export function watchCountText({ submitted, failed }: Pick<WatchFolder, 'submitted' | 'failed'>): string {
  return failed === 0 ? plural(submitted, 'file') : `${plural(submitted, 'file')}, ${failed} failed`;
}

export function watchedFileText({
  state,
  jobState,
  reason,
}: Pick<WatchedFile, 'state' | 'jobState' | 'reason'>): string {
  switch (state) {
    case 'settling':
      return reason === undefined ? 'waiting to settle' : `not taken yet: ${reason.message}`;
    case 'unreadable':
      return 'cannot be read';
    case 'existing':
      return 'was there before';
    case 'same':
      return 'same content as an earlier file';
    case 'own':
      return 'a result';
    case 'submitted':
      return jobState ?? 'encoded earlier';
  }
}
