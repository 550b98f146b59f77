import { guessSpeed } from '../../src/coordinator/speedGuess.ts';
import type { WorkerDescription } from '../../src/protocol/model.ts';
import type { JobRecord } from '../../src/coordinator/store/records.ts';
import type { Work } from '../../src/encoding/workEstimate.ts';
import type { Preset } from '../../src/encoding/preset.ts';
import { describeWorker } from '../unit/coordinator/fakeWorker.ts';
import { storedJob } from '../unit/coordinator/fixtures.ts';
import { createRandom, type Random } from './random.ts';

/** A job of a load: what the queue knows of it, and what it does not. */
export interface SimJob {
  readonly record: JobRecord;
  /** Seconds from the beginning. */
  readonly arrivesAt: number;
  /** By how much its pictures are harder than they look; a factor of the time. */
  readonly difficulty: number;
}

export interface Load {
  readonly workers: readonly WorkerDescription[];
  readonly jobs: readonly SimJob[];
  /** What this worker truly does in a second. */
  readonly speed: (workerId: string, key: string) => number;
  /** Seconds until the sources of this job are there. */
  readonly fetch: (workerId: string, job: SimJob) => number;
}

export interface LoadOptions {
  readonly seed: number;
  readonly count: number;
  /** Jobs a second; 0: all at once. */
  readonly rate: number;
  /** All jobs are of one preset and much the same length; else they differ in all. */
  readonly alike?: boolean | undefined;
  /** All workers but the first fetch the sources, each over a link of its own speed. */
  readonly mixed?: boolean | undefined;
}

/** Spreads, as standard deviations of logarithms. */
const spread = { worker: 0.5, encoder: 0.3, difficulty: 0.3, duration: 1, alikeDuration: 0.3 } as const;
const medianSeconds = 600;
/** Bytes of a second of a source: 20 Mbit/s, as cameras have it. */
const bytesASecond = 2.5e6;
/** Bytes a second: from a line of 100 Mbit/s to one of 10 Gbit/s whose disk bounds it. */
const linkSpeeds = [12e6, 60e6, 110e6, 110e6, 400e6] as const;
const encoders = ['h264_nvenc', 'libx264', 'libx265', 'aac'] as const;
const sizes = [
  [1280, 720],
  [1920, 1080],
  [1920, 1080],
  [3840, 2160],
] as const;
const presets = [
  { container: 'mp4', video: { encoders: ['h264_nvenc', 'libx264'] }, audio: { encoder: 'aac' } },
  { container: 'mp4', video: { encoders: ['h264_nvenc', 'libx264'] }, audio: { encoder: 'aac' } },
  { container: 'mkv', video: { encoders: ['libx265'] }, audio: { encoder: 'aac' } },
  { container: 'm4a', video: false, audio: { encoder: 'aac' } },
] as const satisfies readonly Preset[];
const priorities = [20, 50, 50, 50, 80] as const;

/** A fleet and its jobs, the same for the same seed; the jobs alike for every rate. */
export function makeLoad({ seed, count, rate, alike = false, mixed = false }: LoadOptions): Load {
  const random = createRandom(seed);
  const workers = Array.from({ length: 3 + Math.floor(random.uniform() * 3) }, (_, at) => ({
    ...makeWorker(at, random),
    local: !mixed || at === 0,
  }));
  const ofLinks = createRandom(seed + 500);
  const links = new Map(workers.map(({ id }) => [id, ofLinks.pick(linkSpeeds)]));
  const factors = new Map<string, number>();
  for (const { id } of workers) {
    const whole = random.normal() * spread.worker;
    for (const encoder of encoders)
      factors.set(`${id} ${encoder}`, Math.exp(whole + random.normal() * spread.encoder));
  }
  const cores = new Map(workers.map(({ id, cores: number }) => [id, number]));
  let time = 0;
  const jobs = Array.from({ length: count }, (_, at): SimJob => {
    const job = makeJob(at, random, alike);
    const gap = -Math.log(1 - random.uniform());
    time += rate > 0 ? gap / rate : 0;
    return { ...job, arrivesAt: time };
  });
  return {
    workers,
    jobs,
    speed: (id, key) => {
      const [encoder = ''] = key.split(' ');
      return guessSpeed(key, { cores: cores.get(id) ?? 1 }) * (factors.get(`${id} ${encoder}`) ?? 1);
    },
    fetch: (id, { record: { probes = [] } }) =>
      workers.some((worker) => worker.id === id && worker.local)
        ? 0
        : probes.reduce((sum, { bytes }) => sum + bytes, 0) / (links.get(id) ?? Infinity),
  };
}

/** Seconds that it truly takes there. */
export function trueSeconds(
  { speed, fetch }: Load,
  job: SimJob,
  workerId: string,
  works: readonly Work[],
): number {
  const encode = works.reduce((sum, { key, amount }) => sum + amount / speed(workerId, key), 0);
  return 1 + fetch(workerId, job) + job.difficulty * encode;
}

function makeWorker(at: number, random: Random): WorkerDescription {
  const usable = { usable: true as const, pixelFormats: ['yuv420p'] };
  const refused = { usable: false as const, refusal: 'no such device' };
  // The first has a card, so that there is always a fast and a slow way.
  const hasCard = at === 0 || random.uniform() < 0.25;
  const id = `w${at}`;
  return describeWorker({
    ...{ id, name: id, local: true, cores: random.pick([2, 4, 8, 16]) },
    capabilities: { h264_nvenc: hasCard ? usable : refused, libx264: usable, libx265: usable, aac: usable },
    slots: { cpu: random.pick([1, 1, 2]), ...(hasCard ? { nvenc: 2 } : {}) },
  });
}

function makeJob(at: number, random: Random, alike: boolean): Omit<SimJob, 'arrivesAt'> {
  const id = `j${String(at).padStart(5, '0')}`;
  const duration =
    medianSeconds * Math.exp(random.normal() * (alike ? spread.alikeDuration : spread.duration));
  const [width, height] = alike ? sizes[1] : random.pick(sizes);
  const presetData = alike ? presets[2] : random.pick(presets);
  const track = { attachedPicture: false, default: true };
  const sound = { ...track, index: 1, type: 'audio', codec: 'aac', channels: 2 } as const;
  const picture = { ...track, index: 0, type: 'video', codec: 'h264', width, height, frameRate: 25 } as const;
  const { job } = storedJob(id, {
    state: 'waiting',
    priority: random.pick(priorities),
    presetData: presetData,
    probes: [
      {
        formatName: 'mov,mp4,m4a,3gp,3g2,mj2',
        duration,
        bytes: duration * bytesASecond,
        streams: [picture, sound],
      },
    ],
    outputs: [{ state: 'planned', path: `/media/${id}.mp4` }],
  });
  return { record: job, difficulty: Math.exp(random.normal() * spread.difficulty) };
}
