import { describeRetry } from '../../encoding/formatting.ts';
import type { FfmpegStatus, WorkerInfo } from '../../protocol/model.ts';
import { printable } from '../../encoding/printable.ts';
import type { Style } from '../style.ts';

/** Rows with a heading: name, machine, ffmpeg, proven encoders, slots and what runs. */
export function workerRows(
  workers: readonly WorkerInfo[],
  { style, now }: { readonly style: Style; readonly now: number },
): string[][] {
  const heading = ['WORKER', 'MACHINE', 'FFMPEG', 'ENCODERS', 'SLOTS', 'RUNNING'].map((cell) =>
    style.dim(cell),
  );
  const rows = workers.map((worker) => [
    printable(worker.name) + (worker.local ? ' (this machine)' : ''),
    `${worker.platform} ${worker.arch}, ${worker.cores} cores`,
    ffmpegText(worker.ffmpeg),
    provenEncoders(worker).join(' ') || 'none proven yet',
    Object.entries(worker.slots)
      .map(([kind, count]) => `${kind}=${count}`)
      .join(' '),
    worker.setAside ? style.warn(asideText(worker.setAside, now)) : String(worker.running.length),
  ]);
  return [heading, ...rows];
}

function asideText({ reason, until }: NonNullable<WorkerInfo['setAside']>, now: number): string {
  const again = describeRetry(until, now) ?? 'tried again at any moment';
  return `set aside, ${again}: ${printable(reason.message)}`;
}

export function provenEncoders({ capabilities }: Pick<WorkerInfo, 'capabilities'>): string[] {
  return Object.entries(capabilities)
    .filter(([, { usable }]) => usable)
    .map(([name]) => name);
}

export function ffmpegText(ffmpeg: FfmpegStatus): string {
  switch (ffmpeg.state) {
    case 'ready':
      return printable(ffmpeg.version);
    case 'checking':
      return 'looking for it';
    case 'missing':
      return 'missing';
  }
}
