import type { DatabaseConnection } from 'kysely';
import { toDffmpegError } from '../../protocol/errors.ts';
import type { Database, Writing } from './schema.ts';
import { Statements } from './statements.ts';
import { WriteSession } from './writeSession.ts';

interface Pending {
  readonly durable: boolean;
  /** Does the work and returns what settles its promise once it is committed. May run again after a rollback. */
  run(session: WriteSession): Promise<() => void>;
  reject(error: unknown): void;
}

/** Called before a transaction begins: is it to be on the disk when it is answered? */
export type SetSync = (connection: Database, durable: boolean) => Promise<void>;

/** Writes of one transaction: bounds how long the connection is held. */
const groupLimit = 512;

/**
 * Writes that are asked for in one turn of the event loop, or while another group is written, share one
 * transaction and one sync of the disk. Each is answered when the group is committed; when one of them fails,
 * each gets a transaction of its own, so that it takes only itself back.
 */
export class GroupCommit {
  readonly #db: Database;
  readonly #setSync: SetSync;
  readonly #statements: Statements;
  readonly #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;

  constructor(db: Database, setSync: SetSync) {
    this.#db = db;
    this.#setSync = setSync;
    this.#statements = new Statements(db);
  }

  write<T>(durable: boolean, work: (session: WriteSession) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({
        durable,
        reject,
        run: async (session) => {
          const result = await work(session);
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
    try {
      await this.#commit(group);
    } catch (thrown) {
      const error = toDffmpegError(thrown, 'store-unavailable');
      if (group.length > 1 && error.code !== 'store-unavailable')
        for (const pending of group) await this.#flush([pending]);
      else for (const pending of group) pending.reject(error);
    }
  }

  async #commit(group: readonly Pending[]): Promise<void> {
    const settle: (() => void)[] = [];
    await this.#db.connection().execute(async (connection) => {
      const durable = group.some((pending) => pending.durable);
      await this.#setSync(connection, durable);
      await connection.transaction().execute(async (writing) => {
        const session = new WriteSession(writing, await connectionOf(writing), this.#statements);
        for (const pending of group) settle.push(await pending.run(session));
        await session.finish();
      });
    });
    for (const each of settle) each();
  }
}

/** The one that the transaction has until it ends. It is not kept from others of the transaction by asking for it. */
function connectionOf(writing: Writing): Promise<DatabaseConnection> {
  return writing.getExecutor().provideConnection((connection) => Promise.resolve(connection));
}
