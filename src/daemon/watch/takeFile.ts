import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import type { Coordinator } from '../../coordinator/coordinatorInterface.ts';
import type { Store } from '../../coordinator/store.ts';
import type { WatchedFileRecord, WatchFolderRecord } from '../../coordinator/store/watchRecords.ts';
import { contentKey } from '../../files/contentKey.ts';
import { openForWriting } from '../../files/openForWriting.ts';
import { partialCompanions } from '../../files/partialName.ts';
import type { PresetSnapshot } from '../../protocol/model.ts';
import { identityKeys, lookAt } from './fileLook.ts';
import type { OwnFiles } from './ownFiles.ts';
import { requireKnownAside } from './unknownAside.ts';
import { sameLook } from './settlingFiles.ts';
import type { FoundFile } from './walkFolder.ts';

export interface TakerParts {
  readonly record: WatchFolderRecord;
  readonly preset: PresetSnapshot;
  readonly store: Store;
  readonly own: OwnFiles;
  readonly submit: Coordinator['submit'];
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Bytes up to which a file is read whole. */
  readonly wholeBytes: () => number;
  /** Files are read one at a time over all folders: a disk has one head. */
  readonly reading: <T>(work: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
}

/**
 * Makes a job of a file that has stopped growing, unless its content was taken before or is a result's. First the job is stored,
 * under an id that follows from the content, then the file is noted: a kill between the two repeats the first, which
 * changes nothing. `changed`: it was written to while it was read. `own`: meanwhile a job has claimed its name.
 */
export async function takeFile(
  { path: file, look }: FoundFile,
  parts: TakerParts,
): Promise<'taken' | 'changed' | 'own'> {
  const { record, preset, store, own, submit, clock, wholeBytes, reading, signal } = parts;
  const { id, spec, activatedAt } = record;
  const { key, isResult } = await reading(async () => ({
    isResult: await own.hasContentOfResult(file, look.bytes, signal),
    key: await contentKey(file, { wholeBytes: wholeBytes(), signal }),
  }));
  const after = await lookAt(file);
  if (after === undefined || !sameLook(after, look)) return 'changed';
  const identity = identityKeys(file, look);
  const noted = { ...identity, path: file, bytes: look.bytes, at: clock() };
  const earlier = await store.watchedContent(id, key);
  let row: WatchedFileRecord;
  if (earlier) {
    const fileKey = `identity-${identity.inodeKey}`;
    row = { ...noted, fileKey, state: 'same', jobId: earlier.jobId };
  } else if (isResult) {
    row = { ...noted, fileKey: key, state: 'own' };
  } else {
    if ((await own.files([{ path: file, bytes: look.bytes }])).size > 0) return 'own';
    if (spec.onSuccess === 'replace') await requireKnownAside(file, store);
    const { job } = await submit({
      submissionId: submissionId(id, activatedAt, key),
      sources: [file],
      preset,
      output: spec.output,
      priority: spec.priority,
      require: spec.require,
      prefer: spec.prefer,
      attached: false,
      onSuccess: spec.onSuccess,
    });
    row = { ...noted, fileKey: key, state: 'submitted', jobId: job.id };
  }
  await store.addWatchedFiles(id, [row]);
  return 'taken';
}

function submissionId(folderId: string, activatedAt: number, key: string): string {
  const digest = createHash('sha256').update(`${folderId}\0${activatedAt}\0${key}`).digest('hex');
  return `watch-${digest.slice(0, 48)}`;
}

/** Files that have not changed for long enough and are not complete all the same. */
export async function whyNotReady(
  files: readonly FoundFile[],
  realPathOf: (file: string) => string,
): Promise<ReadonlySet<string>> {
  const notReady = new Set<string>();
  const open = await openForWriting(files.map(({ path }) => realPathOf(path)));
  for (const { path, look } of files)
    if (look.bytes === 0 || open.has(realPathOf(path)) || (await hasCompanion(path))) notReady.add(path);
  return notReady;
}

/** A download manager keeps its own file beside one that is not complete. */
async function hasCompanion(file: string): Promise<boolean> {
  for (const companion of partialCompanions(file))
    if ((await lstat(companion).catch(() => undefined)) !== undefined) return true;
  return false;
}
