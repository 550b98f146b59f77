import { withParts } from './jobQueries.ts';
import type { StoredJob } from './records.ts';
import type { Database } from './schema.ts';
import { rowsAmong } from './statements.ts';

interface Asked {
  readonly id: string;
  readonly resolve: (stored: StoredJob | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Jobs of one read: bounds how long the connection is held. */
const groupLimit = 512;

/**
 * Jobs that are asked for one by one in one turn of the event loop, or while others are read, are read together: when a
 * worker with thousands of attempts is lost, each of its jobs is.
 */
export class JobReads {
  readonly #db: Database;
  readonly #asked: Asked[] = [];
  #reading: Promise<void> | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  job(id: string): Promise<StoredJob | undefined> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ id, resolve, reject });
      this.#reading ??= this.#readAll();
    });
  }

  /** Resolves when nothing is asked for. */
  async idle(): Promise<void> {
    await this.#reading;
  }

  async #readAll(): Promise<void> {
    do {
      await new Promise((resolve) => setImmediate(resolve));
      await this.#read(this.#asked.splice(0, groupLimit));
    } while (this.#asked.length > 0);
    this.#reading = undefined;
  }

  async #read(group: readonly Asked[]): Promise<void> {
    try {
      const ids = [...new Set(group.map(({ id }) => id))];
      const rows = await rowsAmong(this.#db, 'jobs', ids, (db, some) =>
        db.selectFrom('jobs').selectAll().where('id', 'in', some),
      );
      const found = new Map((await withParts(this.#db, rows)).map((stored) => [stored.job.id, stored]));
      for (const { id, resolve } of group) resolve(found.get(id));
    } catch (error) {
      // One that cannot be read keeps nobody from the others.
      if (group.length > 1) for (const asked of group) await this.#read([asked]);
      else for (const { reject } of group) reject(error);
    }
  }
}
