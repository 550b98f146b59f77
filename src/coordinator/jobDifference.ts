import { attemptName } from './attemptName.ts';
import type { JobWrite } from './store.ts';
import type { StoredJob } from './store/records.ts';

type Difference = Pick<
  JobWrite,
  'id' | 'revision' | 'from' | 'job' | 'tasks' | 'newTasks' | 'attempts' | 'newAttempts'
>;

/**
 * What is to be written so that `before` becomes `after`, beside an attempt that is dropped. What is empty is left out:
 * it goes to another thread, and each field costs. Pure.
 */
export function differenceOf(before: StoredJob, after: StoredJob): Difference {
  const { id, revision, state } = before.job;
  const tasks = new Map(before.tasks.map((task) => [task.id, task]));
  const attempts = new Map(before.attempts.map((attempt) => [attemptName(attempt), attempt]));
  const changedTasks = after.tasks.flatMap((task) => changeOf(task, tasks.get(task.id), { id: task.id }));
  const newTasks = after.tasks.filter((task) => !tasks.has(task.id));
  const changedAttempts = after.attempts.flatMap((attempt) => {
    const { taskId, fence } = attempt;
    return changeOf(attempt, attempts.get(attemptName(attempt)), { taskId, fence });
  });
  const newAttempts = after.attempts.filter((attempt) => !attempts.has(attemptName(attempt)));
  return {
    ...{ id, revision, from: state },
    job: changedFields(before.job, after.job),
    ...(changedTasks.length > 0 ? { tasks: changedTasks } : undefined),
    ...(newTasks.length > 0 ? { newTasks } : undefined),
    ...(changedAttempts.length > 0 ? { attempts: changedAttempts } : undefined),
    ...(newAttempts.length > 0 ? { newAttempts } : undefined),
  };
}

/** Nothing where it is new or the same. */
function changeOf<T extends object, Key>(row: T, before: T | undefined, key: Key): (Key & Partial<T>)[] {
  if (before === undefined || before === row) return [];
  const changed = changedFields(before, row);
  return Object.keys(changed).length === 0 ? [] : [{ ...key, ...changed }];
}

/** A nested value counts as the same only where it is the same object. */
function changedFields<T extends object>(before: T, after: T): Partial<T> {
  const changed: Partial<T> = {};
  for (const field in after) if (after[field] !== before[field]) changed[field] = after[field];
  for (const field in before)
    if (!(field in after) && before[field] !== undefined) changed[field] = undefined;
  return changed;
}
