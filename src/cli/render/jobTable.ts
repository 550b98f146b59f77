import { describeForecast, describeRetry, formatDuration } from '../../encoding/formatting.ts';
import type { JobState } from '../../protocol/jobState.ts';
import type { Job, Progress } from '../../protocol/model.ts';
import { printable } from '../../encoding/printable.ts';
import { sourceName, stateText, type TextOptions } from './jobText.ts';
import type { Style } from '../style.ts';

export interface RowOptions extends TextOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  progressOf?(id: string): Progress | undefined;
}

/** Rows with a heading: id, state, preset, source, age, and what there is to say. */
export function jobRows(jobs: readonly Job[], options: RowOptions): string[][] {
  const { style, now } = options;
  const heading = ['ID', 'STATE', 'PRESET', 'SOURCE', 'AGE', ''].map((cell) => style.dim(cell));
  const rows = jobs.map((job) => [
    job.id,
    stateColour(job.state, style)(job.state),
    job.preset,
    sourceName(job, options),
    formatDuration((now - job.createdAt) / 1000),
    ['accepted', 'cancelled'].includes(job.state) && job.reason === undefined
      ? ''
      : [
          said(job, options.progressOf?.(job.id)),
          describeRetry(job.retryAt, now),
          job.forecast && describeForecast(job.forecast, now),
        ]
          .filter((text) => text !== undefined)
          .join(' · '),
  ]);
  return [heading, ...rows];
}

/** Behind a column that says that it waits. */
function said(job: Job, progress: Progress | undefined): string {
  return job.state === 'waiting' && job.reason ? printable(job.reason.message) : stateText(job, progress);
}

function stateColour(state: JobState, style: Style): (text: string) => string {
  if (state === 'done') return style.good;
  if (state === 'failed') return style.bad;
  return state === 'cancelled' ? style.warn : (text) => text;
}
