import type { Compilable, CompiledQuery } from 'kysely';
import { chunks } from './chunks.ts';
import type { Database, Writing } from './schema.ts';

/**
 * Statements that are asked for often: Kysely builds each once, and later only its values change. A text that stays
 * the same is also prepared once by the database.
 */
export class Statements {
  readonly #db: Database | Writing;
  readonly #built = new Map<string, CompiledQuery>();

  constructor(db: Database | Writing) {
    this.#db = db;
  }

  /** `values` in the order in which `build` uses its own; those of `build` may be any. */
  fill(name: string, build: (db: Database) => Compilable, values: readonly unknown[]): CompiledQuery<never> {
    let built = this.#built.get(name);
    if (!built) {
      built = build(this.#db).compile();
      this.#built.set(name, built);
    }
    return { ...built, parameters: values };
  }
}

const ofDatabases = new WeakMap<Database | Writing, Statements>();

/**
 * The rows that `build` selects for these ids and nothing else. Lists are filled up to a power of two by their last id,
 * so that there are few statements for lists of all lengths.
 */
export async function rowsAmong<R>(
  db: Database | Writing,
  name: string,
  ids: readonly string[],
  build: (db: Database, ids: readonly string[]) => Compilable<R>,
): Promise<R[]> {
  let statements = ofDatabases.get(db);
  if (!statements) ofDatabases.set(db, (statements = new Statements(db)));
  const rows: R[] = [];
  for (const part of chunks(ids)) {
    const filled = filledUp(part);
    const query = statements.fill(`${name} ${filled.length}`, (each) => build(each, filled), filled);
    for (const row of (await db.executeQuery<R>(query)).rows) rows.push(row);
  }
  return rows;
}

function filledUp(ids: readonly string[]): string[] {
  const length = 2 ** Math.ceil(Math.log2(ids.length));
  return Array.from({ length }, (_, index) => ids[Math.min(index, ids.length - 1)] ?? '');
}
