/**
 * The order of the queue: by priority, which rises by one for every `ageingMs` that a task waits, so that nothing
 * starves. Since it rises alike for all, two tasks never change places by waiting alone:
 *
 *     priority + (now − queuedAt) ÷ ageingMs     is largest     where     queuedAt − priority × ageingMs     is least
 *
 * and the right-hand side is a number that stays, which one index keeps sorted. (J. R. Jackson calls it a dynamic
 * priority with urgency numbers: Queues with Dynamic Priority Discipline, Management Science 8, 1961. The rates that
 * differ by class, of Kleinrock’s delay-dependent discipline, would have to be sorted anew at every look.)
 */
export function rankOf(
  task: { readonly queuedAt: number },
  job: { readonly priority: number },
  ageingMs: number,
): number {
  return task.queuedAt - job.priority * ageingMs;
}
