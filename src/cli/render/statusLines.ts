import { formatDuration } from '../../encoding/formatting.ts';
import { shortenPath } from '../paths.ts';
import type { Status } from '../status/liveStatus.ts';
import { jobRows } from './jobTable.ts';
import type { TextOptions } from './jobText.ts';
import { fitted } from './table.ts';
import { hanging, wrapped } from './wrap.ts';
import { ffmpegText, workerLines } from './workerTable.ts';

export function statusLines(
  { daemon, counts, jobs, workers, progress }: Status,
  options: TextOptions & { readonly now: number; readonly width?: number | undefined },
): string[] {
  const { style, now, width } = options;
  const stateDir = shortenPath(daemon.stateDir, { cwd: '', home: options.home });
  const up = formatDuration((now - daemon.startedAt) / 1000);
  const missing = daemon.ffmpeg.state === 'missing' ? daemon.ffmpeg.error : undefined;
  const lines = [
    ...hanging('daemon ', `${daemon.version}, process ${daemon.pid}, up ${up}, in ${stateDir}`, width),
    ...(missing
      ? hanging('ffmpeg ', style.bad(`missing: ${missing.message}`), width)
      : [`ffmpeg ${ffmpegText(daemon.ffmpeg)}`]),
    ...(missing?.hint === undefined ? [] : hanging('  ', missing.hint, width)),
    ...wrapped(countsText(counts), width),
  ];
  if (workers.length > 0) lines.push('', ...workerLines(workers, { style, now, width }));
  if (jobs.length > 0)
    lines.push('', ...fitted(jobRows(jobs, { ...options, progressOf: (id) => progress.get(id) }), width));
  return lines;
}

function countsText({ queuePaused, ...states }: Status['counts']): string {
  const numbers = Object.entries(states).map(([name, count]) => `${count} ${name}`);
  return [...numbers, ...(queuePaused ? ['the queue is paused'] : [])].join(', ');
}
