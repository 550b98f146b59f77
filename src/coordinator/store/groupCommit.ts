import { sql } from 'kysely';
import { toDffmpegError } from '../../protocol/errors.ts';
import type { Database, Writing } from './schema.ts';

interface Pending {
  readonly durable: boolean;
  /** Does the work and returns what settles its promise once the group is committed. */
  run(writing: Writing): Promise<() => void>;
  reject(error: unknown): void;
}

/** Called before a transaction begins: is it to be on the disk when it is answered? */
export type SetSync = (connection: Database, durable: boolean) => Promise<void>;

/** Writes of one transaction: bounds how long the connection is held. */
const groupLimit = 512;

/**
 * Writes that are asked for in one turn of the event loop, or while another group is written, share one
 * transaction and one sync of the disk. Each is answered when the group is committed; one that fails takes
 * only itself back.
 */
export class GroupCommit {
  readonly #db: Database;
  readonly #setSync: SetSync;
  readonly #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;

  constructor(db: Database, setSync: SetSync) {
    this.#db = db;
    this.#setSync = setSync;
  }

  write<T>(durable: boolean, work: (writing: Writing) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({
        durable,
        reject,
        run: async (writing) => {
          const result = await work(writing);
          return () => {
            resolve(result);
          };
        },
      });
      this.#flushing ??= this.#flushAll();
    });
  }

  async idle(): Promise<void> {
    await this.#flushing;
  }

  async #flushAll(): Promise<void> {
    do {
      await new Promise((resolve) => setImmediate(resolve));
      await this.#flush(this.#pending.splice(0, groupLimit));
    } while (this.#pending.length > 0);
    this.#flushing = undefined;
  }

  async #flush(group: readonly Pending[]): Promise<void> {
    const settle: (() => void)[] = [];
    try {
      await this.#db.connection().execute(async (connection) => {
        await this.#setSync(
          connection,
          group.some(({ durable }) => durable),
        );
        await connection.transaction().execute(async (writing) => {
          for (const pending of group) settle.push(await runAlone(writing, pending));
        });
      });
      for (const each of settle) each();
    } catch (error) {
      for (const pending of group) pending.reject(toDffmpegError(error, 'store-unavailable'));
    }
  }
}

/** A savepoint keeps what others of the group have done; an error that ended the transaction ends the group. */
async function runAlone(writing: Writing, pending: Pending): Promise<() => void> {
  await sql`savepoint one`.execute(writing);
  try {
    const settle = await pending.run(writing);
    await sql`release savepoint one`.execute(writing);
    return settle;
  } catch (error) {
    if (toDffmpegError(error).code === 'store-unavailable') throw error;
    await sql`rollback to savepoint one`.execute(writing);
    await sql`release savepoint one`.execute(writing);
    return () => {
      pending.reject(error);
    };
  }
}
