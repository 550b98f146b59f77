import type * as z from 'zod';
import { nearestName } from './nearestName.ts';

/** One thing wrong with a value, for a person. */
export interface SchemaIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** What to do next, where that can be told. */
  readonly hint?: string;
}

/**
 * zod's issues as a person wants them: of a union only the branch that was meant (the one that got deepest), each
 * unknown key by itself, a bad key of a record by its own rule. With the schema, an unknown key is told which known
 * one is near.
 */
export function schemaIssues(error: z.core.$ZodError, schema?: z.core.$ZodType): SchemaIssue[] {
  return error.issues.flatMap((issue) => flatten(issue, schema && [schema]));
}

function flatten(issue: z.core.$ZodIssue, schemas: readonly z.core.$ZodType[] | undefined): SchemaIssue[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  const here = schemas && path.reduce(below, schemas);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: 'There is no such field.',
      ...nearHint(key, here?.flatMap(keysOf) ?? []),
    }));
  if (issue.code === 'invalid_value' && typeof issue.input === 'string')
    return [{ path, message: sentence(issue), ...nearHint(issue.input, issue.values.map(String)) }];
  if (issue.code === 'invalid_key') return [{ path, message: issue.issues[0]?.message ?? issue.message }];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0)
    return [{ path, message: sentence(issue) }];
  const branches = issue.errors.map((issues) => issues.flatMap((one) => flatten(one, here)));
  const meant = branches.sort((a, b) => depth(b) - depth(a))[0] ?? [];
  return meant.map((one) => ({ ...one, path: [...path, ...one.path] }));
}

/** zod's own sentences are for programmers; a schema's own ones are kept. */
function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `This must be ${kinds[issue.expected] ?? issue.expected}.`;
  if (issue.code === 'invalid_value')
    return issue.values.length === 1
      ? `This can only be ${String(issue.values[0])}.`
      : `This must be one of ${issue.values.map(String).join(', ')}.`;
  if (issue.code === 'too_big')
    return `This can be ${measure[issue.origin] ?? ''}${String(issue.maximum)} at most.`;
  if (issue.code === 'too_small')
    return `This must be ${measure[issue.origin] ?? ''}${String(issue.minimum)} at least.`;
  return issue.message;
}

const kinds: Readonly<Record<string, string>> = {
  object: 'an object, in { }',
  record: 'an object, in { }',
  array: 'a list, in [ ]',
  string: 'text, in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** What is counted, where it is not the value itself. */
const measure: Readonly<Record<string, string>> = {
  string: 'as long as ',
  array: 'as long as ',
};

function depth(issues: readonly SchemaIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

function nearHint(typed: string, known: readonly string[]): { hint?: string } {
  const near = nearestName(typed, known);
  return near === undefined ? {} : { hint: `Did you mean “${near}”?` };
}

/** The schemas that a key of any of these may have. */
function below(schemas: readonly z.core.$ZodType[], key: string | number): z.core.$ZodType[] {
  return schemas.flatMap(unwrapped).flatMap(({ _zod: { def } }) => {
    if (isObject(def)) return def.shape[key] ?? [];
    if (isRecord(def)) return [def.valueType];
    return isArray(def) ? [def.element] : [];
  });
}

function keysOf(schema: z.core.$ZodType): string[] {
  return unwrapped(schema).flatMap(({ _zod: { def } }) => (isObject(def) ? Object.keys(def.shape) : []));
}

/** Without the layers that say nothing of keys, every branch of a union. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  const { def } = schema._zod;
  if (isOptional(def)) return unwrapped(def.innerType);
  return isUnion(def) ? def.options.flatMap(unwrapped) : [schema];
}

type Def = z.core.$ZodTypeDef;

function isObject(def: Def): def is z.core.$ZodObjectDef {
  return def.type === 'object';
}

function isRecord(def: Def): def is z.core.$ZodRecordDef {
  return def.type === 'record';
}

function isArray(def: Def): def is z.core.$ZodArrayDef {
  return def.type === 'array';
}

function isOptional(def: Def): def is z.core.$ZodOptionalDef {
  return def.type === 'optional';
}

function isUnion(def: Def): def is z.core.$ZodUnionDef {
  return def.type === 'union';
}
