import type { Compilable, CompiledQuery, DatabaseConnection } from 'kysely';
import type { JobState } from '../../protocol/jobState.ts';
import { countsName, revisionCounter } from './counters.ts';
import type { Database, Writing } from './schema.ts';
import type { Statements } from './statements.ts';

/** One transaction: what its writes share. `finish` is its last write. */
export class WriteSession {
  readonly db: Writing;
  readonly #connection: DatabaseConnection;
  readonly #statements: Statements;
  #revision: { readonly first: number; latest: number } | undefined;
  readonly #counted = new Map<JobState, number>();

  /** `connection`: the one of the transaction. */
  constructor(db: Writing, connection: DatabaseConnection, statements: Statements) {
    this.db = db;
    this.#connection = connection;
    this.#statements = statements;
  }

  /** Runs a statement that is built once, see `Statements`: at once on the connection, without Kysely’s layers. */
  async run<R = never>(
    name: string,
    build: (db: Database) => Compilable,
    values: readonly unknown[],
  ): Promise<{ rows: R[]; changed: number }> {
    const query = this.#statements.fill(name, build, values) as CompiledQuery<R>;
    const { rows, numAffectedRows } = await this.#connection.executeQuery<R>(query);
    return { rows, changed: Number(numAffectedRows ?? 0) };
  }

  /**
   * The one counter behind all revisions. The first write of a transaction takes its row and keeps it until the
   * commit, so that no cursor skips what commits late.
   */
  async nextRevision(): Promise<number> {
    this.#revision ??= await this.#firstRevision();
    return (this.#revision.latest += 1);
  }

  /** A job has gone from one state to another; from none when it is new, to none when it is removed. */
  count(from: JobState | undefined, to: JobState | undefined): void {
    if (from === to) return;
    if (from) this.#counted.set(from, (this.#counted.get(from) ?? 0) - 1);
    if (to) this.#counted.set(to, (this.#counted.get(to) ?? 0) + 1);
  }

  async finish(): Promise<void> {
    if (this.#revision && this.#revision.latest > this.#revision.first)
      await this.#add(revisionCounter, this.#revision.latest - this.#revision.first);
    // In one order, so that two transactions never wait for each other.
    for (const [state, change] of [...this.#counted].sort(([a], [b]) => (a < b ? -1 : 1)))
      if (change !== 0) await this.#add(countsName(state), change);
  }

  async #firstRevision(): Promise<{ first: number; latest: number }> {
    // Written before it is read: that is what takes the row.
    await this.#add(revisionCounter, 0);
    const { rows } = await this.run<{ value: number }>(
      'read counter',
      (db) => db.selectFrom('counters').select('value').where('name', '=', ''),
      [revisionCounter],
    );
    const value = Number(rows[0]?.value);
    return { first: value, latest: value };
  }

  async #add(name: string, change: number): Promise<void> {
    await this.run(
      'add to counter',
      (db) =>
        db
          .updateTable('counters')
          .set((builder) => ({ value: builder.eb('value', '+', 0) }))
          .where('name', '=', ''),
      [change, name],
    );
  }
}
