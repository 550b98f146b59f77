import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import type { Store } from '../store.ts';
import { migrate } from './migrations.ts';
import { applicationId, requireOwnDatabase } from './ownDatabase.ts';
import type { Database, Schema } from './schema.ts';
import { NodeSqliteDialect } from './sqliteDialect.ts';
import { toStoreError } from './sqliteErrors.ts';
import { SqlStore } from './sqlStore.ts';

export interface SqliteStoreOptions {
  /** The database file, or `:memory:`. Its folder exists. */
  readonly file: string;
  /** Written into the database, so that an older program can say which version to install. */
  readonly programVersion: string;
  /** Milliseconds that SQLite waits for another program (a backup, a person looking); without it not at all. */
  readonly busyTimeoutMs?: number;
}

/** Opens the database, brings it to the newest schema, or throws `version-mismatch` or `store-unavailable`. */
export async function openSqliteStore({
  file,
  programVersion,
  busyTimeoutMs,
}: SqliteStoreOptions): Promise<Store> {
  return storeOver(openDatabase(file, busyTimeoutMs), programVersion);
}

/** Closed when that fails. */
export async function storeOver(database: DatabaseSync, programVersion: string): Promise<Store> {
  const db = new Kysely<Schema>({ dialect: new NodeSqliteDialect(database) });
  try {
    await migrate(db as unknown as Kysely<never>, programVersion);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  try {
    // One from before there was a number.
    mark(database);
  } catch {
    // Where the disk is full it goes on without.
  }
  return new SqlStore(db, { setSync: createSyncSwitch() });
}

export function openDatabase(file: string, busyTimeoutMs = 0): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    const kind = requireOwnDatabase(file, busyTimeoutMs);
    database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    // Read once before anything of it is changed: it may be no database.
    database.exec('pragma schema_version');
    // Paths of a person's files are nobody else's business; the -wal and -shm files take this mode over.
    if (file !== ':memory:' && process.platform !== 'win32') chmodSync(file, 0o600);
    // Before there is a log of changes: then it stands in the file itself.
    if (kind === 'new') mark(database);
    database.exec('pragma journal_mode = wal; pragma foreign_keys = on; pragma synchronous = normal');
    return database;
  } catch (error) {
    database?.close();
    throw toStoreError(error);
  }
}

/** Whose it is, for whoever finds the file; written once. */
function mark(database: DatabaseSync): void {
  const { application_id: number } = database.prepare('pragma application_id').get() ?? {};
  if (number !== applicationId) database.exec(`pragma application_id = ${applicationId}`);
}

/**
 * With a write-ahead log NORMAL survives a killed process, FULL a power cut too. It cannot be changed within a
 * transaction.
 */
function createSyncSwitch(): (connection: Database, synced: boolean) => Promise<void> {
  let current = false;
  return async (connection, synced) => {
    if (synced === current) return;
    await sql.raw(`pragma synchronous = ${synced ? 'full' : 'normal'}`).execute(connection);
    current = synced;
  };
}
