import { DffmpegError } from '../../protocol/errors.ts';
import { describeIssues } from '../../protocol/issues.ts';
import type { JobState } from '../../protocol/jobState.ts';
import type { WatchSummary } from '../watchStore.ts';
import { chunks } from './chunks.ts';
import type { Database, WatchedFilesTable, WatchFoldersTable, Writing } from './schema.ts';
import {
  watchedFileRecordSchema,
  watchFolderRecordSchema,
  type IdentityKeys,
  type WatchedFileRecord,
  type WatchFolderRecord,
} from './watchRecords.ts';

export async function folders(db: Database): Promise<WatchFolderRecord[]> {
  const rows = await db.selectFrom('watch_folders').selectAll().orderBy('activated_at').execute();
  return rows.map(toFolder);
}

export async function saveFolder(
  writing: Writing,
  { id, origin, spec, preset, paused, activatedAt }: WatchFolderRecord,
  files: readonly WatchedFileRecord[],
): Promise<void> {
  await writing.deleteFrom('watch_folders').where('id', '=', id).execute();
  await writing
    .insertInto('watch_folders')
    .values({
      id,
      origin,
      spec: JSON.stringify(spec),
      preset_data: preset === undefined ? null : JSON.stringify(preset),
      paused: Number(paused),
      activated_at: activatedAt,
    })
    .execute();
  await addFiles(writing, id, files);
}

export async function removeFolder(writing: Writing, id: string): Promise<void> {
  await writing.deleteFrom('watched_files').where('folder_id', '=', id).execute();
  await writing.deleteFrom('watch_folders').where('id', '=', id).execute();
}

export async function forgetExisting(writing: Writing, id: string): Promise<void> {
  await writing
    .deleteFrom('watched_files')
    .where('folder_id', '=', id)
    .where('state', '=', 'existing')
    .execute();
}

export async function addFiles(
  writing: Writing,
  folderId: string,
  files: readonly WatchedFileRecord[],
): Promise<void> {
  // Nine columns each, and databases limit the number of parameters.
  for (const part of chunks(files, 50)) {
    const there = await writing
      .selectFrom('watched_files')
      .select('file_key')
      .where('folder_id', '=', folderId)
      .where(
        'file_key',
        'in',
        part.map(({ fileKey }) => fileKey),
      ) // prettier-ignore
      .execute();
    const known = new Set(there.map(({ file_key }) => file_key));
    const rows = part
      .filter(({ fileKey }) => !known.has(fileKey) && known.add(fileKey))
      .map((file) => toFileRow(folderId, file));
    if (rows.length > 0) await writing.insertInto('watched_files').values(rows).execute();
  }
}

export async function watchedAmong(
  db: Database,
  folderId: string,
  keys: readonly IdentityKeys[],
): Promise<boolean[]> {
  const inodes = new Set<string>();
  const paths = new Set<string>();
  for (const part of chunks(keys, 200)) {
    const rows = await db
      .selectFrom('watched_files')
      .select(['inode_key', 'path_key'])
      .where('folder_id', '=', folderId)
      .where((where) =>
        where.or([
          where('inode_key', 'in', part.map(({ inodeKey }) => inodeKey)), // prettier-ignore
          where('path_key', 'in', part.map(({ pathKey }) => pathKey)), // prettier-ignore
        ]),
      )
      .execute();
    for (const { inode_key, path_key } of rows) {
      inodes.add(inode_key);
      paths.add(path_key);
    }
  }
  return keys.map(({ inodeKey, pathKey }) => inodes.has(inodeKey) || paths.has(pathKey));
}

export async function watchedContent(
  db: Database,
  folderId: string,
  fileKey: string,
): Promise<WatchedFileRecord | undefined> {
  const row = await db
    .selectFrom('watched_files')
    .selectAll()
    .where('folder_id', '=', folderId)
    .where('file_key', '=', fileKey)
    .executeTakeFirst();
  return row && toFile(row);
}

export async function watchedFiles(
  db: Database,
  folderId: string,
  limit: number,
): Promise<{ file: WatchedFileRecord; jobState?: JobState }[]> {
  const rows = await db
    .selectFrom('watched_files')
    .leftJoin('jobs', 'jobs.id', 'watched_files.job_id')
    .selectAll('watched_files')
    .select('jobs.state as job_state')
    .where('folder_id', '=', folderId)
    .orderBy('at', 'desc')
    .orderBy('file_key')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    file: toFile(row),
    ...(row.job_state === null ? {} : { jobState: row.job_state as JobState }),
  }));
}

export async function watchSummary(db: Database, folderId: string): Promise<WatchSummary> {
  const submitted = db
    .selectFrom('watched_files')
    .where('folder_id', '=', folderId)
    .where('watched_files.state', '=', 'submitted');
  const count = await submitted
    .select((builder) => builder.fn.countAll<number>().as('files'))
    .executeTakeFirstOrThrow();
  const failed = await submitted
    .innerJoin('jobs', 'jobs.id', 'watched_files.job_id')
    .where('jobs.state', '=', 'failed')
    .select((builder) => builder.fn.countAll<number>().as('files'))
    .executeTakeFirstOrThrow();
  const last = await submitted.selectAll().orderBy('at', 'desc').limit(1).executeTakeFirst();
  return {
    submitted: Number(count.files),
    failed: Number(failed.files),
    ...(last === undefined ? {} : { last: toFile(last) }),
  };
}

function toFileRow(folderId: string, file: WatchedFileRecord): WatchedFilesTable {
  return {
    folder_id: folderId,
    file_key: file.fileKey,
    path: file.path,
    inode_key: file.inodeKey,
    path_key: file.pathKey,
    bytes: file.bytes,
    state: file.state,
    job_id: file.jobId ?? null,
    at: file.at,
  };
}

function toFile(row: WatchedFilesTable): WatchedFileRecord {
  const read = watchedFileRecordSchema.safeParse({
    fileKey: row.file_key,
    path: row.path,
    inodeKey: row.inode_key,
    pathKey: row.path_key,
    bytes: Number(row.bytes),
    state: row.state,
    jobId: row.job_id ?? undefined,
    at: Number(row.at),
  });
  if (read.success) return read.data;
  throw broken(`file ${row.path}`, describeIssues(read.error));
}

function toFolder(row: WatchFoldersTable): WatchFolderRecord {
  const read = watchFolderRecordSchema.safeParse({
    id: row.id,
    origin: row.origin,
    spec: JSON.parse(row.spec) as unknown,
    preset: row.preset_data === null ? undefined : (JSON.parse(row.preset_data) as unknown),
    paused: row.paused === 1,
    activatedAt: Number(row.activated_at),
  });
  if (read.success) return read.data;
  throw broken(`watched folder ${row.id}`, describeIssues(read.error));
}

function broken(what: string, why: string): DffmpegError {
  return new DffmpegError('store-unavailable', `The queue’s database has a broken ${what}: ${why}.`, {
    hint: 'Move store.sqlite out of the state folder and restart the daemon; it begins a new queue.',
  });
}
