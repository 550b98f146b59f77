import type { Compilable, CompiledQuery } from 'kysely';
import type { Database } from './schema.ts';

/**
 * Statements that are asked for often: Kysely builds each once, and later only its values change. A text that stays
 * the same is also prepared once by the database.
 */
export class Statements {
  readonly #db: Database;
  readonly #built = new Map<string, CompiledQuery>();

  constructor(db: Database) {
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
