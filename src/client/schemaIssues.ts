import type * as z from 'zod';

/** One thing wrong with a value, for a person. */
export interface SchemaIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * zod's issues as a person wants them: of a union only the branch that was meant (the one that got deepest), each
 * unknown key by itself, a bad key of a record by its own rule.
 */
export function schemaIssues(error: z.ZodError): SchemaIssue[] {
  return error.issues.flatMap(flatten);
}

function flatten(issue: z.core.$ZodIssue): SchemaIssue[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], message: 'There is no such field.' }));
  if (issue.code === 'invalid_key') return [{ path, message: issue.issues[0]?.message ?? issue.message }];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ path, message: issue.message }];
  const branches = issue.errors.map((issues) => issues.flatMap(flatten));
  const meant = branches.sort((a, b) => depth(b) - depth(a))[0] ?? [];
  return meant.map((one) => ({ path: [...path, ...one.path], message: one.message }));
}

function depth(issues: readonly SchemaIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}
