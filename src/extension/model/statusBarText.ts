import type { Counts, WorkerInfo } from '../../protocol/model.ts';
import { isFfmpegMissing, type LinkState } from './viewState.ts';

export interface StatusBarFacts {
  readonly counts: Counts;
  /** Mean progress of what runs, 0 to 1. */
  readonly fraction: number | undefined;
  readonly workers: readonly WorkerInfo[];
  readonly link: LinkState;
}

export interface StatusBarText {
  readonly text: string;
  /** For a screen reader: no icons. */
  readonly label: string;
  readonly tooltip: string;
  /** Nothing will move until a person does something. */
  readonly blocked: boolean;
}

/** Undefined while there is nothing to tell: an item that is always there says nothing. */
export function statusBarText({
  counts,
  fraction,
  workers,
  link,
}: StatusBarFacts): StatusBarText | undefined {
  const { running, waiting, paused, queuePaused } = counts;
  if (running + waiting + paused === 0) return undefined;
  if (link.kind === 'failed') {
    const label = `DFFmpeg: ${running + waiting + paused} unfinished, no connection`;
    return {
      text: `$(error) ${label}`,
      label,
      tooltip: `${link.message} Click for the Jobs view.`,
      blocked: true,
    };
  }
  if (running === 0 && waiting > 0 && isFfmpegMissing(workers)) {
    const label = `${waiting} waiting for ffmpeg`;
    const tooltip =
      'ffmpeg was not found on this machine. Click for the Jobs view, which offers to install it.';
    return { text: `$(error) ${label}`, label, tooltip, blocked: true };
  }
  const parts = [
    ...(running > 0 ? [`${running} encoding`] : []),
    ...(waiting > 0 ? [`${waiting} ${queuePaused ? 'waiting, queue paused' : 'waiting'}`] : []),
    ...(paused > 0 ? [`${paused} paused`] : []),
  ].join(', ');
  const percent = running > 0 && fraction !== undefined ? ` · ${Math.floor(fraction * 100)} %` : '';
  const icon = running > 0 ? '$(sync~spin)' : waiting > 0 && !queuePaused ? '$(clock)' : '$(debug-pause)';
  const label = `${parts}${percent}`;
  return {
    text: `${icon} ${label}`,
    label: `DFFmpeg: ${label}`,
    tooltip: 'Show the Jobs view',
    blocked: false,
  };
}
