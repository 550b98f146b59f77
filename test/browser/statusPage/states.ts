import type { Counts, Progress } from '../../../src/protocol/model.ts';
import type {
  HostMessage,
  LoadSeries,
  StatusJob,
  StatusWorker,
} from '../../../src/protocol/statusPageContract.ts';
import { noCounts } from '../../../src/protocol/jobState.ts';

/** A working night, told to the page. Times count back from `now`. */

const MB = 1e6;
const minute = 60_000;

export const counts: Counts = { ...noCounts, running: 2, waiting: 3, done: 128, failed: 3, cancelled: 1 };

export function job(id: string, change: Partial<StatusJob>): StatusJob {
  return {
    id,
    state: 'waiting',
    suspended: false,
    preset: 'web',
    priority: 50,
    sources: [{ path: `/media/${id}.mp4` }],
    outputs: [],
    createdAt: 0,
    ...change,
  };
}

export function workingNight(now: number): StatusJob[] {
  const ago = (minutes: number): number => now - minutes * minute;
  return [
    job('interview', {
      state: 'running',
      worker: 'studio-7',
      sources: [{ path: '/media/shoot/interview camera A.mov', bytes: 18_400 * MB, duration: 2710 }],
      outputs: [{ state: 'placed', path: '/media/shoot/interview camera A.web.mp4' }],
      startedAt: ago(9),
    }),
    job('drone', {
      state: 'running',
      preset: 'av1',
      worker: 'studio-7',
      sources: [{ path: '/media/shoot/drone-4k-log.mp4', bytes: 4120 * MB, duration: 412 }],
      outputs: [{ state: 'placed', path: '/media/shoot/drone-4k-log.av1.mkv' }],
      startedAt: ago(2),
    }),
    job('lecture', {
      sources: [{ path: '/media/lectures/Lecture 12 – Fourier.mkv', bytes: 2210 * MB, duration: 5423 }],
      reason: { code: 'slots-busy', message: 'Both slots of studio-7 are busy.' },
      createdAt: ago(8),
      priority: 70,
    }),
    job('podcast', {
      preset: 'audio',
      sources: [{ path: '/media/podcast/episode-041.wav', bytes: 812 * MB, duration: 3721 }],
      reason: { code: 'slots-busy', message: 'Both slots of studio-7 are busy.' },
      createdAt: ago(7),
    }),
    job('fresh', { state: 'probing', sources: [{ path: '/media/shoot/b-roll 003.mov' }], createdAt: ago(1) }),
    job('clip', {
      state: 'done',
      sources: [{ path: '/media/clip.mp4', bytes: 412 * MB, duration: 60 }],
      outputs: [
        {
          state: 'placed',
          path: '/media/clip.web.mp4',
          bytes: 63 * MB,
          verdict: { level: 'pass', findings: [] },
        },
      ],
      startedAt: ago(14),
      endedAt: ago(12),
    }),
    job('old-tape', {
      state: 'done',
      preset: 'small',
      sources: [{ path: '/media/archive/old tape (1994).avi', bytes: 1980 * MB, duration: 1802 }],
      outputs: [
        {
          state: 'placed',
          path: '/media/archive/old tape (1994).small.mp4',
          bytes: 212 * MB,
          verdict: {
            level: 'warn',
            findings: [
              { level: 'warn', message: 'The source has 14 damaged frames; they were left out.' },
              { level: 'warn', message: 'The sound is 0.08 s shorter than the picture.' },
            ],
          },
        },
      ],
      startedAt: ago(41),
      endedAt: ago(33),
    }),
    job('notes', {
      state: 'failed',
      sources: [{ path: '/media/notes.mp4', bytes: 2048 }],
      reason: {
        code: 'source-not-media',
        message: 'notes.mp4 is not a media file.',
        hint: 'Open it in a text editor to see what it is.',
      },
      endedAt: ago(52),
    }),
    job('wrong', { state: 'cancelled', sources: [{ path: '/media/wrong take.mov' }], endedAt: ago(95) }),
  ];
}

export function progress(fraction = 0.43): Progress[] {
  return [
    {
      jobId: 'interview',
      fence: 1,
      fraction,
      framesPerSecond: 61.4,
      speed: 2.05,
      eta: Math.round(1323 * (1 - fraction)),
      bytes: 178 * MB,
    },
    {
      jobId: 'drone',
      fence: 1,
      fraction: 0.081,
      framesPerSecond: 9.2,
      speed: 0.31,
      eta: 1222,
      bytes: 6 * MB,
    },
  ];
}

export const workers: StatusWorker[] = [
  {
    id: 'w1',
    name: 'studio-7',
    local: true,
    platform: 'linux',
    arch: 'x64',
    cpuModel: 'AMD Ryzen 9 7950X',
    cores: 32,
    ffmpeg: { state: 'ready', path: '/usr/bin/ffmpeg', ffprobePath: '/usr/bin/ffprobe', version: '5.1.6' },
    encoders: ['libx264', 'libx265', 'libsvtav1', 'libvpx-vp9', 'aac', 'libopus', 'flac'],
    slots: { probe: 4, cpu: 2 },
    running: ['interview', 'drone'],
    labels: [],
    drained: false,
    connected: true,
  },
];

/** Beside it: one that is labelled and drained, and one that was here this morning. */
export const fleet: StatusWorker[] = [
  ...workers,
  {
    ...(workers[0] as StatusWorker),
    ...{ id: 'w2', name: 'rack-2', local: false, cpuModel: 'AMD EPYC 9354', running: ['lecture'] },
    ...{ labels: ['gpu', 'server-room'], drained: true },
  },
  {
    ...(workers[0] as StatusWorker),
    ...{ id: 'w3', name: 'attic', local: false, cpuModel: 'Intel N100', cores: 4, running: [] },
    ...{ connected: false, lastSeenAt: 0 },
  },
];

/** A made-up five minutes, the same in every run. */
export function load(now: number, samples = 150): LoadSeries[] {
  const indexes = Array.from({ length: samples }, (_, index) => index);
  return [
    {
      workerId: 'w1',
      at: indexes.map((index) => now - (samples - 1 - index) * 2000),
      cpu: indexes.map((index) =>
        Math.min(1, 0.55 + 0.3 * Math.sin(index / 9) + 0.1 * Math.sin(index * 1.7)),
      ),
      memoryUsed: indexes.map((index) => (9 + 3 * Math.sin(index / 40)) * 1e9),
      memoryTotal: 34.3e9,
      disk: { free: 812e9, total: 2e12 },
      cards: [{ name: 'NVIDIA T4', busy: 0.64, memoryUsed: 3.1e9, memoryTotal: 16.1e9 }],
    },
  ];
}

export function allMessages(now: number): HostMessage[] {
  return [
    { type: 'connection', connection: { state: 'ready' } },
    { type: 'workers', workers },
    { type: 'load', series: load(now) },
    { type: 'jobs', jobs: workingNight(now), counts },
    { type: 'progress', progress: progress() },
  ];
}
