import type { StoredJob } from './store/records.ts';

/** What the job's log says of a change, beside what ffmpeg says: one line each, with the time. */
export function logLines(after: StoredJob, before: StoredJob | undefined, now: number): string[] {
  const lines: string[] = [];
  for (const attempt of after.attempts) {
    const earlier = before?.attempts.find(({ fence }) => fence === attempt.fence);
    if (attempt.argv && !earlier?.argv)
      lines.push(`attempt ${attempt.fence} on ${attempt.worker}: ${attempt.argv.map(quoted).join(' ')}`);
    if (attempt.exit && !earlier?.exit) lines.push(`ffmpeg ended: ${exitText(attempt.exit)}`);
  }
  const { job } = after;
  const verdict = job.outputs[0]?.verdict;
  if (verdict && !before?.job.outputs[0]?.verdict) {
    lines.push(`verdict: ${verdict.level}`);
    for (const { level, message } of verdict.findings) lines.push(`  ${level}: ${message}`);
  }
  if (job.state !== before?.job.state || job.reason?.message !== before.job.reason?.message)
    lines.push(job.reason ? `${job.state}: ${job.reason.message}` : stateText(after));
  else if (job.cancelling && !before.job.cancelling) lines.push('cancel requested');
  return lines.map((line) => `${new Date(now).toISOString()} ${line}`);
}

function stateText({ job }: StoredJob): string {
  const path = job.outputs[0]?.path;
  if (job.state === 'accepted')
    return `accepted: ${job.sources.map((source) => source.path).join(', ')}, preset ${job.preset}`;
  const named = path !== undefined && (job.state === 'committing' || job.state === 'done');
  return named ? `${job.state}: ${path}` : job.state;
}

function exitText({ code, signal }: { code: number | null; signal: string | null }): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}

/** As a POSIX shell reads it, so that a person can repeat the command. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
