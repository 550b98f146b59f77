import { describeRetry } from '../../encoding/formatting.ts';
import type { FfmpegStatus, MountState, WorkerInfo } from '../../protocol/model.ts';
import { printable } from '../../encoding/printable.ts';
import { workerState, workerStateTexts } from '../../protocol/workerState.ts';
import type { Style } from '../style.ts';
import { seenText } from './seenText.ts';
import { table } from './table.ts';
import { hanging } from './wrap.ts';

interface WorkerTextOptions {
  readonly style: Style;
  readonly now: number;
  /** Of the terminal, where there is one. */
  readonly width?: number | undefined;
}

/** A row for each: name, machine, ffmpeg, slots and what runs; below it what is longer: encoders, and why it is set aside. */
export function workerLines(
  workers: readonly WorkerInfo[],
  { style, now, width }: WorkerTextOptions,
): string[] {
  const heading = ['WORKER', 'MACHINE', 'FFMPEG', 'SLOTS', 'RUNNING'].map((cell) => style.dim(cell));
  const rows = workers.map((worker) => [
    printable(worker.name) + (worker.local ? ' (this machine)' : '') + stateText(worker, now),
    machineText(worker),
    ffmpegText(worker.ffmpeg),
    Object.entries(worker.slots)
      .map(([kind, count]) => `${kind}=${count}`)
      .join(' '),
    String(worker.running.length),
  ]);
  const [first = '', ...lines] = table([heading, ...rows]);
  return [
    first,
    ...workers.flatMap((worker, index) => [
      lines[index] ?? '',
      ...hanging(style.dim('  encoders '), provenEncoders(worker).join(' ') || 'none proven yet', width),
      ...(worker.labels.length > 0 ? hanging(style.dim('  labels '), worker.labels.join(' '), width) : []),
      ...mountLines(worker, { style, width }),
      ...(worker.setAside ? hanging('  ', style.warn(asideText(worker.setAside, now)), width) : []),
    ]),
  ];
}

/** Those that are there in one line, each of the others with why. */
function mountLines(
  { mounts }: WorkerInfo,
  { style, width }: Pick<WorkerTextOptions, 'style' | 'width'>,
): string[] {
  const there = mounts.filter(({ trouble }) => trouble === undefined);
  const lines =
    there.length > 0 ? hanging(style.dim('  mounts '), there.map(mountText).join(' '), width) : [];
  for (const mount of mounts)
    if (mount.trouble)
      lines.push(
        ...hanging(
          style.dim('  mounts '),
          style.warn(`${mountText(mount)} is away: ${printable(mount.trouble.message)}`),
          width,
        ),
      );
  return lines;
}

function mountText({ name, path }: MountState): string {
  return printable(`${name}=${path}`);
}

function machineText({ members, platform, arch, cores }: WorkerInfo): string {
  if (members === undefined) return `${platform} ${arch}, ${cores} cores`;
  return `a fleet of ${members === 1 ? 'one worker' : `${members} workers`}, ${cores} cores`;
}

/** Set aside is said below, with the reason. */
function stateText(worker: WorkerInfo, now: number): string {
  const state = workerState(worker);
  if (state === undefined || state === 'set aside') return '';
  const seen = state === 'away' ? `, seen ${seenText(worker.lastSeenAt, now)}` : '';
  return `, ${workerStateTexts[state]}${seen}`;
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
