import type { JobState } from '../protocol/jobState.ts';
import type { MadeFile } from './store.ts';
import type { IdentityKeys, WatchedFileRecord, WatchFolderRecord } from './store/watchRecords.ts';

export interface MadeBy extends MadeFile {
  readonly jobId: string;
}

/** What the store keeps of watched folders. As `Store`: every call is one transaction. */
export interface WatchStore {
  /** Those of these normalised paths that are results of jobs, kept or not, with their sizes and content. */
  madeAmong(normalised: readonly string[]): Promise<MadeBy[]>;
  /** Contents (`briefKey`) of the results, and of copies of them, that have so many bytes. */
  madeContents(bytes: number): Promise<string[]>;
  /** Files that are results beside those of the job's outputs: copies of these. Synced to disk. */
  addMade(jobId: string, made: readonly MadeFile[]): Promise<void>;
  /**
   * Forgets results of jobs that are not kept any more and whose id comes before this one; looks at one page of them.
   * None while a folder is watched: a result is known by its content under any name, so that each of them may still come
   * into that folder, renamed or touched, and would be encoded as a source. Where none is watched nobody asks for them;
   * whoever activates a folder later says what becomes of the files that are there.
   */
  forgetMade(page: MadePage): Promise<{ forgotten: number; next?: NonNullable<MadePage['after']> }>;
  watchFolders(): Promise<WatchFolderRecord[]>;
  /**
   * Replaces the folder; its files stay, and these are added. `forgetExisting`: those that were there before it was
   * activated are as new. Synced to disk.
   */
  saveWatchFolder(
    folder: WatchFolderRecord,
    files?: readonly WatchedFileRecord[],
    forgetExisting?: boolean,
  ): Promise<void>;
  /** With everything that is known of its files. */
  removeWatchFolder(id: string): Promise<void>;
  /** Those that are there already stay as they are. Synced to disk. */
  addWatchedFiles(folderId: string, files: readonly WatchedFileRecord[]): Promise<void>;
  /** For each, whether the folder has a file of that identity. */
  watchedAmong(folderId: string, keys: readonly IdentityKeys[]): Promise<boolean[]>;
  watchedContent(folderId: string, fileKey: string): Promise<WatchedFileRecord | undefined>;
  /** Newest first. */
  watchedFiles(folderId: string, limit: number): Promise<{ file: WatchedFileRecord; jobState?: JobState }[]>;
  watchSummary(folderId: string): Promise<WatchSummary>;
}

export interface MadePage {
  readonly before: string;
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: { readonly pathKey: string; readonly jobId: string } | undefined;
}

export interface WatchSummary {
  readonly submitted: number;
  /** Of those, jobs that have failed. */
  readonly failed: number;
  readonly last?: WatchedFileRecord;
}
