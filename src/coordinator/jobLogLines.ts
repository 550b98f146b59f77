import type { JobState } from '../protocol/jobState.ts';
import type { JobHook, Output } from '../protocol/model.ts';
import type { AttemptRecord, JobRecord, StoredJob } from './store/records.ts';

/**
 * States that say nothing that the lines around them do not say. A job that comes and is given out writes no log at
 * all until its attempt has begun: a file for each costs more than all the rest of the queue.
 */
const silentStates: readonly JobState[] = ['accepted', 'probing', 'planned', 'waiting', 'running'];

/** What a job's log begins with. */
export function logHead({ createdAt, sources, preset }: JobRecord): string {
  const text = `accepted: ${sources.map((source) => source.path).join(', ')}, preset ${preset}`;
  return `${new Date(createdAt).toISOString()} ${text}\n`;
}

/** What the job's log says of a change, beside what ffmpeg says: one line each, with the time. */
export function logLines(after: StoredJob, before: StoredJob | undefined, now: number): string[] {
  const lines: string[] = [];
  for (const attempt of after.attempts)
    lines.push(
      ...commandLines(
        attempt,
        before?.attempts.find(({ fence }) => fence === attempt.fence),
      ),
    );
  const { job } = after;
  for (const [index, output] of job.outputs.entries())
    lines.push(...outputLines(output, before?.job.outputs[index]));
  lines.push(...hookLines(job.hooks ?? [], before?.job.hooks ?? []));
  const replaced = job.replacement?.state;
  if (job.replacement && replaced !== before?.job.replacement?.state)
    lines.push(
      [`source ${replaced}`, job.replacement.reason?.message ?? job.replacement.aside]
        .filter((part) => part !== undefined)
        .join(': '),
    );
  const isNew = job.state !== before?.job.state || job.reason?.message !== before.job.reason?.message;
  if (isNew && job.reason) lines.push(`${job.state}: ${job.reason.message}`);
  else if (isNew && !silentStates.includes(job.state)) lines.push(stateText(after));
  else if (!isNew && job.cancelling && !before.job.cancelling) lines.push('cancel requested');
  return lines.map((line) => `${new Date(now).toISOString()} ${line}`);
}

function hookLines(hooks: readonly JobHook[], earlier: readonly JobHook[]): string[] {
  return hooks.flatMap(({ id, kind, name, state, tries, error }) => {
    const known = earlier.find((hook) => hook.id === id);
    if (tries === 0 || (known?.state === state && known.tries === tries)) return [];
    const what = state === 'waiting' ? 'to be tried again' : state;
    return [`hook ${kind} ${name}, try ${tries}: ${what}${error ? `: ${error.message}` : ''}`];
  });
}

function commandLines(attempt: AttemptRecord, earlier: AttemptRecord | undefined): string[] {
  const lines: string[] = [];
  for (const [index, { purpose, argv, exit }] of (attempt.commands ?? []).entries()) {
    const known = earlier?.commands?.[index];
    if (!known)
      lines.push(`attempt ${attempt.fence} on ${attempt.worker}, ${purpose}: ${argv.map(quoted).join(' ')}`);
    if (exit && !known?.exit) lines.push(`ffmpeg ended: ${exitText(exit)}`);
  }
  return lines;
}

function outputLines({ name, state, path, verdict }: Output, earlier: Output | undefined): string[] {
  const lines: string[] = [];
  if (verdict && !earlier?.verdict) {
    lines.push(`verdict${name === undefined ? '' : ` of ${name}`}: ${verdict.level}`);
    for (const { level, message } of verdict.findings) lines.push(`  ${level}: ${message}`);
  }
  if (state === 'planned' && earlier?.state === 'placed')
    lines.push(`${earlier.path} is not there any more, or was changed: ${name ?? 'the result'} is made anew`);
  if (state !== 'planned' && state !== earlier?.state)
    lines.push([`${state}:`, name, path].filter((part) => part !== undefined).join(' '));
  return lines;
}

function stateText({ job }: StoredJob): string {
  return job.state === 'committing' && job.placement ? `committing: ${job.placement.path}` : job.state;
}

function exitText({ code, signal }: { code: number | null; signal: string | null }): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}

/** As a POSIX shell reads it, so that a person can repeat the command. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
