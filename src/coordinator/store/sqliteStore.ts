import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import type { Store } from '../store.ts';
import { migrate } from './migrations.ts';
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
  return new SqlStore(db, { setSync: createSyncSwitch() });
}

export function openDatabase(file: string, busyTimeoutMs = 0): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    // Paths of a person's files are nobody else's business; the -wal and -shm files take this mode over.
    if (file !== ':memory:' && process.platform !== 'win32') chmodSync(file, 0o600);
    database.exec('pragma journal_mode = wal; pragma foreign_keys = on; pragma synchronous = normal');
    return database;
  } catch (error) {
    database?.close();
    throw toStoreError(error);
  }
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
