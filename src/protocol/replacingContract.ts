import * as z from 'zod';
import type { MethodTable } from './contract.ts';
import { contentSchema, fileIdentitySchema, nanosecondsSchema, sourceStateSchema } from './fileState.ts';
import { errorDataSchema, idSchema, pathSchema } from './model.ts';

const replacingKey = {
  jobId: idSchema,
  source: sourceStateSchema.extend({
    path: pathSchema,
    /** When it, or what is said of it, was changed last as it lay aside (ctime). */
    asideChanged: nanosecondsSchema.optional(),
  }),
  result: z.object({
    path: pathSchema,
    identity: fileIdentitySchema,
    bytes: z.number(),
    content: contentSchema.optional(),
    modified: nanosecondsSchema.optional(),
  }),
};

/** Requests of a coordinator to the worker on whose machine the files lie: a result takes the place of its source, and back. */
export const replacingMethods = {
  'source.replace': {
    doc: 'The source is renamed aside on its own file system, then the result gets its name. Asked again after a crash, it goes on. Refused (`source-changed`) when the source is not the file any more that was encoded.',
    params: z.object(replacingKey),
    result: replacingKey.result.extend({ aside: pathSchema, asideChanged: nanosecondsSchema.optional() }),
  },
  'source.restore': {
    doc: 'The other way round: the result goes to `home`, the source gets its own name again. The result is missing in the answer where a person has moved it; `stuck`: why the source could not get its name, and where it lies aside; the result lies there now all the same.',
    params: z.object({ ...replacingKey, home: pathSchema }),
    result: z.object({
      result: replacingKey.result.optional(),
      /** Of the source, in its own place again (ctime). */
      changed: nanosecondsSchema.optional(),
      /** The name that it had aside, where that could not be removed: it has both. */
      left: pathSchema.optional(),
      stuck: z.object({ error: errorDataSchema, aside: pathSchema.optional() }).optional(),
    }),
  },
  'source.locate': {
    doc: 'Where a source lies by now: `aside`, where it was put aside; `isHome`, where what has its name is it.',
    params: z.object(replacingKey),
    result: z.object({ aside: pathSchema.optional(), isHome: z.boolean() }),
  },
  'source.discard': {
    doc: 'Deletes a source that lies aside, if it is still the one that was put there, and its result is still where it was placed.',
    params: z.object(replacingKey),
    result: z.object({ outcome: z.enum(['discarded', 'changed', 'missing', 'result-missing']) }),
  },
} as const satisfies MethodTable;
