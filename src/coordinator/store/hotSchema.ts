import * as z from 'zod';

/** Compiling takes as long as some thousand reads, and memory: a short queue does without. */
const readsBeforeCompiling = 3_000;

/** A schema that rows are read through: compiled once it has turned out that there are many. */
export class HotSchema<S extends z.ZodType> {
  #schema: S;
  #reads = 0;

  constructor(schema: S) {
    this.#schema = schema;
  }

  safeParse(value: unknown): z.ZodSafeParseResult<z.output<S>> {
    this.#reads += 1;
    // The compiled one says of what does not fit exactly what the other says.
    if (this.#reads === readsBeforeCompiling) this.#schema = z.compile(this.#schema);
    return this.#schema.safeParse(value);
  }
}
