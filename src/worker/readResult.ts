import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Dialect } from '../encoding/dialect.ts';
import type { JudgeInput } from '../encoding/judge.ts';
import { ladderProbeArguments } from '../encoding/ladderProbe.ts';
import type { Plan } from '../encoding/plan.ts';
import type { Probe, ProbeStream } from '../encoding/probe.ts';
import type { Container } from '../encoding/presetNames.ts';
import { stillProbeArguments } from '../encoding/stillProbe.ts';
import { placingFs } from '../files/placingFs.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Tools } from './findBinary.ts';
import { probeFile, probeWith, type ProbeOptions } from './probeFile.ts';
import { readBack } from './readBack.ts';
import type { WorkerSettings } from './workerSettings.ts';

export interface ReadResult {
  readonly result: Probe | undefined;
  readonly rungs?: JudgeInput['rungs'];
}

export interface ReadTools extends ProbeOptions {
  readonly tools: Tools;
  readonly dialect: Dialect;
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
  readonly settings: Pick<WorkerSettings, 'readBackTries' | 'readBackSeconds'>;
}

/** What the staged result is, for the judge: read back from the disk, not believed. */
export async function readResult(plan: Plan, staged: string, reading: ReadTools): Promise<ReadResult> {
  const { tools } = reading;
  if (plan.expected.kind === 'still')
    return { result: await readBack(() => probeStill(staged, reading), reading) };
  if (plan.expected.kind !== 'ladder')
    return { result: await readBack(() => probeFile(tools, staged, reading), reading) };
  const whole = await readBack(() => probeLadder(staged, reading), reading);
  return whole ? asLadder(whole, await placingFs.bytes(staged)) : { result: undefined, rungs: [] };
}

/** ffprobe gives the pipes of images no size. */
async function probeStill(staged: string, reading: ReadTools): Promise<Probe> {
  const container = path.extname(staged).slice(1) as Container;
  const probe = await probeWith(reading.tools, stillProbeArguments(staged, container), staged, reading);
  return { ...probe, bytes: await placingFs.bytes(staged) };
}

/**
 * Every rendition of a folder to stream from, as the tracks of one file. Playlists name other files, so that they are
 * opened nowhere else: this one was written here, by a command of ours, into a folder of our own.
 */
async function probeLadder(folder: string, reading: ReadTools): Promise<Probe> {
  const names = await readdir(folder);
  const index = ['master.m3u8', 'manifest.mpd'].find((name) => names.includes(name));
  const demuxer = index === 'master.m3u8' ? 'hls' : 'dash';
  if (index !== undefined && reading.dialect.demuxers.includes(demuxer)) {
    const file = path.join(folder, index);
    return probeWith(reading.tools, ladderProbeArguments(file, demuxer), file, reading);
  }
  // Without a demuxer for the manifest: the beginnings of its renditions, which say all but their duration.
  const beginnings = names.filter((name) => /^init-.*\.(?:m4s|mp4)$/u.test(name)).sort();
  const probes: Probe[] = [];
  for (const name of beginnings)
    probes.push(await probeFile(reading.tools, path.join(folder, name), reading));
  const [first] = probes;
  if (!first) throw new DffmpegError('source-not-media', `${folder} holds no playlist.`);
  return { ...first, duration: undefined, streams: probes.flatMap(({ streams }) => streams.map(untimed)) };
}

function untimed(stream: ProbeStream): ProbeStream {
  return { ...stream, duration: undefined, frames: undefined };
}

/** The tallest rung stands for the film; each rung is read for itself. */
function asLadder(whole: Probe, bytes: number): ReadResult {
  const pictures = whole.streams.filter(({ type }) => type === 'video');
  const others = whole.streams.filter(({ type }) => type !== 'video');
  const tallest = pictures.toSorted((a, b) => (b.height ?? 0) - (a.height ?? 0)).slice(0, 1);
  return {
    result: { ...whole, bytes, streams: [...tallest, ...others] },
    rungs: pictures.map((picture) => ({ ...whole, bytes, streams: [picture] })),
  };
}
