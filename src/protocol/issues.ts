import type * as z from 'zod';

const shown = 3;

/** What does not fit a schema, in one line: `sources.0: Invalid input; … and 4 more`. */
export function describeIssues({ issues }: z.core.$ZodError): string {
  const lines = issues
    .slice(0, shown)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`));
  if (issues.length > shown) lines.push(`and ${issues.length - shown} more`);
  return lines.join('; ');
}
