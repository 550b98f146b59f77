import { placedOutputs } from '../../protocol/jobResults.ts';
import type { ReplacementPage, ReplacementsDue } from '../store.ts';
import { withParts } from './jobQueries.ts';
import { toResultRecord } from './rows.ts';
import type { Database } from './schema.ts';

export async function replacementsDue(
  db: Database,
  { from, until, limit, after }: ReplacementPage,
): Promise<ReplacementsDue> {
  let query = db
    .selectFrom('jobs')
    .selectAll()
    .where('replacement_due', '>=', after?.due ?? from)
    .where('replacement_due', '<=', until)
    .orderBy('replacement_due')
    .orderBy('id')
    .limit(limit + 1);
  if (after)
    query = query.where((where) =>
      where.or([where('replacement_due', '>', after.due), where('id', '>', after.id)]),
    );
  const rows = await query.execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const jobs = await withParts(db, page);
  return rows.length > limit && last
    ? { jobs, next: { due: Number(last.replacement_due), id: last.id } }
    : { jobs };
}

export async function nextReplacement(db: Database, now: number): Promise<number | undefined> {
  const later = await db
    .selectFrom('jobs')
    .select((builder) => builder.fn.min('replacement_due').as('due'))
    .where('replacement_due', '>', now)
    .executeTakeFirst();
  return later?.due === null || later?.due === undefined ? undefined : Number(later.due);
}

export async function replacedPaths(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('jobs')
    .select(['id', 'outputs', 'replacement'])
    .where('on_success', '=', 'replace')
    .where('state', '=', 'done')
    .execute();
  return rows.map(toResultRecord).flatMap(({ replacement, outputs }) => {
    const replaced = replacement?.state === 'replaced' || replacement?.state === 'expired';
    return replaced ? placedOutputs({ outputs }).map(({ path }) => path) : [];
  });
}
