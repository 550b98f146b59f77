import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import type { Attempt, Job, WorkerInfo } from '../../../src/protocol/model.ts';

/** Jobs as tests want them: a waiting one, with what is named put over it. */
export function makeJob(part: Partial<Job> = {}): Job {
  return {
    id: 'job1',
    revision: 1,
    state: 'waiting',
    suspended: false,
    onSuccess: 'keep',
    preset: 'web',
    presetData: builtinPresets.web!,
    priority: 50,
    attached: false,
    sources: [{ path: '/film/clip.mp4', bytes: 412_000_000, duration: 200 }],
    outputs: [],
    attempts: [],
    createdAt: 1000,
    ...part,
  };
}

export function makeDone(part: Partial<Job> = {}): Job {
  return makeJob({
    state: 'done',
    outputs: [
      {
        state: 'placed',
        path: '/film/clip.web.mp4',
        bytes: 63_000_000,
        verdict: { level: 'pass', findings: [] },
      },
    ],
    attempts: [makeAttempt()],
    startedAt: 2000,
    endedAt: 74_000,
    ...part,
  });
}

export function makeAttempt(part: Partial<Attempt> = {}): Attempt {
  return {
    taskId: 'task1',
    kind: 'encode',
    fence: 1,
    worker: 'desk',
    state: 'succeeded',
    argv: ['/usr/bin/ffmpeg', '-i', '/film/my clip.mp4', 'out.mp4'],
    startedAt: 2000,
    ...part,
  };
}

export function makeWorker(part: Partial<WorkerInfo> = {}): WorkerInfo {
  return {
    id: 'worker1',
    name: 'desk',
    local: true,
    platform: 'linux',
    arch: 'x64',
    cores: 2,
    ffmpeg: { state: 'ready', path: '/usr/bin/ffmpeg', ffprobePath: '/usr/bin/ffprobe', version: '5.1' },
    capabilities: {},
    slots: { cpu: 1 },
    running: [],
    labels: [],
    mounts: [],
    drained: false,
    connected: true,
    ...part,
  };
}
