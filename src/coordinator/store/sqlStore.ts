import { sql } from 'kysely';
import type { Counts } from '../../protocol/model.ts';
import type { IdentityChange, ResealedKey } from '../accountStore.ts';
import type { ClockSeen } from '../clockJump.ts';
import type { LearntSpeed } from '../speeds.ts';
import type {
  EndedJob,
  EndedPage,
  Explanation,
  HooksPage,
  JobPage,
  JobWrite,
  MadeFile,
  QueuedJob,
  QueuePage,
  ReplacementPage,
  ReplacementsDue,
  Store,
} from '../store.ts';
import { GroupCommit, type SetSync } from './groupCommit.ts';
import * as accounts from './identityQueries.ts';
import type { IdentityRecord } from './identityRecords.ts';
import * as read from './jobQueries.ts';
import { JobReads } from './jobReads.ts';
import { explainJobs, insertJob, pauseQueue, updateJob } from './jobWrites.ts';
import * as queue from './queueQueries.ts';
import type { JobRecord, StoredJob, TaskRecord } from './records.ts';
import { endedJobs, removeJobs } from './removals.ts';
import * as replacements from './replacementQueries.ts';
import { reservedAmong } from './reservations.ts';
import type { Database } from './schema.ts';
import { jobsOfSource } from './sourceRows.ts';
import * as watched from './watchQueries.ts';
import { forgetMade, madeAmong, madeContents, recordMade } from './madeFiles.ts';
import type { IdentityKeys, WatchedFileRecord, WatchFolderRecord } from './watchRecords.ts';
import { readClockSeen, writeClockSeen } from './clockQueries.ts';
import { readSpeeds, writeSpeeds } from './speedQueries.ts';
import * as workers from './workerQueries.ts';
import type { WorkerRecord } from './workerRecords.ts';

/** The store over any database that Kysely speaks to; a dialect is a file that opens one. */
export class SqlStore implements Store {
  readonly #db: Database;
  readonly #commits: GroupCommit;
  readonly #reads: JobReads;

  constructor(db: Database, options: { setSync: SetSync }) {
    this.#db = db;
    this.#commits = new GroupCommit(db, options.setSync);
    this.#reads = new JobReads(db);
  }

  submit(job: StoredJob): Promise<StoredJob> {
    return this.#commits.write(true, (session) => insertJob(session, job));
  }

  submitted(submissionId: string): Promise<StoredJob | undefined> {
    return read.jobWithSubmission(this.#db, submissionId);
  }

  write(change: JobWrite): Promise<number> {
    return this.#commits.write(change.durable ?? false, (session) => updateJob(session, change));
  }

  explain(reasons: readonly Explanation[]): Promise<void> {
    return this.#commits.write(false, (session) => explainJobs(session, reasons));
  }

  job(id: string): Promise<StoredJob | undefined> {
    return this.#reads.job(id);
  }

  idsWithPrefix(prefix: string, limit: number): Promise<string[]> {
    return read.idsWithPrefix(this.#db, prefix, limit);
  }

  jobs(page: JobPage): Promise<{ jobs: StoredJob[]; next?: string }> {
    return read.jobs(this.#db, page);
  }

  changesSince(cursor: number, limit: number): ReturnType<Store['changesSince']> {
    return read.changesSince(this.#db, cursor, limit);
  }

  revision(): Promise<number> {
    return read.revision(this.#db);
  }

  hooksDue(page: HooksPage): Promise<StoredJob[]> {
    return read.hooksDue(this.#db, page);
  }

  nextHook(): Promise<number | undefined> {
    return read.nextHook(this.#db);
  }

  counts(): Promise<Counts> {
    return read.counts(this.#db);
  }

  queuePaused(): Promise<boolean> {
    return read.queuePaused(this.#db);
  }

  pauseQueue(paused: boolean): Promise<void> {
    return this.#commits.write(true, (session) => pauseQueue(session, paused));
  }

  clockSeen(): Promise<ClockSeen | undefined> {
    return readClockSeen(this.#db);
  }

  keepClockSeen(seen: ClockSeen): Promise<void> {
    return this.#commits.write(true, ({ db }) => writeClockSeen(db, seen));
  }

  queue(page: QueuePage): Promise<QueuedJob[]> {
    return queue.waitingTasks(this.#db, page);
  }

  countAhead(task: TaskRecord): Promise<number> {
    return queue.countAhead(this.#db, task);
  }

  knownWorkers(): Promise<WorkerRecord[]> {
    return workers.knownWorkers(this.#db);
  }

  keepWorker(worker: WorkerRecord): Promise<void> {
    return this.#commits.write(true, ({ db }) => workers.keepWorker(db, worker));
  }

  forgetWorker(id: string): Promise<void> {
    return this.#commits.write(true, ({ db }) => workers.forgetWorker(db, id));
  }

  speeds(): Promise<LearntSpeed[]> {
    return readSpeeds(this.#db);
  }

  keepSpeeds(speeds: readonly LearntSpeed[]): Promise<void> {
    return this.#commits.write(false, ({ db }) => writeSpeeds(db, speeds));
  }

  rank(ageingMs: number): Promise<void> {
    return this.#commits.write(false, (session) => queue.rankTasks(session, ageingMs));
  }

  nextDue(now: number, latest?: number): Promise<number | undefined> {
    return queue.nextDue(this.#db, now, latest);
  }

  underWay(): Promise<StoredJob[]> {
    return read.underWay(this.#db);
  }

  owedTo(client: string): Promise<StoredJob[]> {
    return read.owedTo(this.#db, client);
  }

  attached(): Promise<{ id: string; sessionId: string }[]> {
    return read.attached(this.#db);
  }

  replacementsDue(page: ReplacementPage): Promise<ReplacementsDue> {
    return replacements.replacementsDue(this.#db, page);
  }

  nextReplacement(now: number): Promise<number | undefined> {
    return replacements.nextReplacement(this.#db, now);
  }

  replacedPaths(): Promise<string[]> {
    return replacements.replacedPaths(this.#db);
  }

  jobsOfSource(names: readonly string[]): Promise<StoredJob[]> {
    return jobsOfSource(this.#db, names);
  }

  reserved(normalised: readonly string[], forJob: string): Promise<string[]> {
    return reservedAmong(this.#db, normalised, forJob);
  }

  madeAmong(normalised: readonly string[]): ReturnType<Store['madeAmong']> {
    return madeAmong(this.#db, normalised);
  }

  madeContents(bytes: number): Promise<string[]> {
    return madeContents(this.#db, bytes);
  }

  addMade(jobId: string, made: readonly MadeFile[]): Promise<void> {
    return this.#commits.write(true, ({ db }) => recordMade(db, jobId, made));
  }

  forgetMade(page: Parameters<Store['forgetMade']>[0]): ReturnType<Store['forgetMade']> {
    return this.#commits.write(false, ({ db }) => forgetMade(db, page));
  }

  watchFolders(): Promise<WatchFolderRecord[]> {
    return watched.folders(this.#db);
  }

  saveWatchFolder(
    folder: WatchFolderRecord,
    files: readonly WatchedFileRecord[] = [],
    forgetExisting = false,
  ): Promise<void> {
    return this.#commits.write(true, async ({ db: writing }) => {
      if (forgetExisting) await watched.forgetExisting(writing, folder.id);
      await watched.saveFolder(writing, folder, files);
    });
  }

  removeWatchFolder(id: string): Promise<void> {
    return this.#commits.write(true, ({ db }) => watched.removeFolder(db, id));
  }

  addWatchedFiles(folderId: string, files: readonly WatchedFileRecord[]): Promise<void> {
    return this.#commits.write(true, ({ db }) => watched.addFiles(db, folderId, files));
  }

  watchedAmong(folderId: string, keys: readonly IdentityKeys[]): Promise<boolean[]> {
    return watched.watchedAmong(this.#db, folderId, keys);
  }

  watchedContent(folderId: string, fileKey: string): Promise<WatchedFileRecord | undefined> {
    return watched.watchedContent(this.#db, folderId, fileKey);
  }

  watchedFiles(folderId: string, limit: number): ReturnType<Store['watchedFiles']> {
    return watched.watchedFiles(this.#db, folderId, limit);
  }

  watchSummary(folderId: string): ReturnType<Store['watchSummary']> {
    return watched.watchSummary(this.#db, folderId);
  }

  identities(): Promise<IdentityRecord[]> {
    return accounts.identities(this.#db);
  }

  identity(id: string): Promise<IdentityRecord | undefined> {
    return accounts.identity(this.#db, id);
  }

  addIdentity(identity: IdentityRecord): Promise<void> {
    return this.#commits.write(true, ({ db }) => accounts.addIdentity(db, identity));
  }

  changeIdentity(id: string, change: IdentityChange): Promise<IdentityRecord | undefined> {
    return this.#commits.write(true, ({ db }) => accounts.changeIdentity(db, id, change));
  }

  removeIdentity(id: string): Promise<boolean> {
    return this.#commits.write(true, ({ db }) => accounts.removeIdentity(db, id));
  }

  sawIdentity(id: string, at: number): Promise<void> {
    return this.#commits.write(false, ({ db }) => accounts.sawIdentity(db, id, at));
  }

  resealIdentities(keys: readonly ResealedKey[]): Promise<void> {
    return this.#commits.write(true, ({ db }) => accounts.resealIdentities(db, keys));
  }

  ended(page: EndedPage): Promise<JobRecord[]> {
    return endedJobs(this.#db, page);
  }

  remove(jobs: readonly EndedJob[]): Promise<string[]> {
    return this.#commits.write(false, (session) => removeJobs(session, jobs));
  }

  async saveTo(file: string): Promise<void> {
    await this.#commits.idle();
    await sql`vacuum into ${file}`.execute(this.#db);
  }

  async close(): Promise<void> {
    await Promise.all([this.#commits.idle(), this.#reads.idle()]);
    await this.#db.destroy();
  }
}
