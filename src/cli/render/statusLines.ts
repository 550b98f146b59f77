import { formatDuration } from '../../encoding/formatting.ts';
import { shortenPath } from '../paths.ts';
import type { Status } from '../status/liveStatus.ts';
import { jobRows } from './jobTable.ts';
import type { TextOptions } from './jobText.ts';
import { table } from './table.ts';
import { ffmpegText, workerRows } from './workerTable.ts';

export function statusLines(
  { daemon, counts, jobs, workers, progress }: Status,
  options: TextOptions & { readonly now: number },
): string[] {
  const { style, now } = options;
  const stateDir = shortenPath(daemon.stateDir, { cwd: '', home: options.home });
  const lines = [
    `daemon ${daemon.version}, process ${daemon.pid}, up ${formatDuration((now - daemon.startedAt) / 1000)}, in ${stateDir}`,
    daemon.ffmpeg.state === 'missing'
      ? style.bad(`ffmpeg missing: ${daemon.ffmpeg.error.message}`)
      : `ffmpeg ${ffmpegText(daemon.ffmpeg)}`,
    countsText(counts),
  ];
  if (daemon.ffmpeg.state === 'missing' && daemon.ffmpeg.error.hint !== undefined)
    lines.splice(2, 0, `  ${daemon.ffmpeg.error.hint}`);
  if (workers.length > 0) lines.push('', ...table(workerRows(workers, { style, now })));
  if (jobs.length > 0)
    lines.push('', ...table(jobRows(jobs, { ...options, progressOf: (id) => progress.get(id) })));
  return lines;
}

function countsText({ queuePaused, ...states }: Status['counts']): string {
  const numbers = Object.entries(states).map(([name, count]) => `${count} ${name}`);
  return [...numbers, ...(queuePaused ? ['the queue is paused'] : [])].join(', ');
}
