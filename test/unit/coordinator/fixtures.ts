import type { Preset } from '../../../src/encoding/preset.ts';
import type { Probe } from '../../../src/encoding/probe.ts';
import type { SubmitParams } from '../../../src/protocol/clientContract.ts';
import type { JobWrite } from '../../../src/coordinator/store.ts';
import type { JobRecord, StoredJob } from '../../../src/coordinator/store/records.ts';
import { rankOf } from '../../../src/coordinator/ageing.ts';
import { newTask } from '../../../src/coordinator/jobTasks.ts';
import { defaultQueueSettings } from '../../../src/coordinator/queueSettings.ts';

export const preset: Preset = {
  container: 'mp4',
  video: { encoders: ['h264_nvenc', 'libx264'], crf: 22 },
  audio: { encoder: 'aac' },
};

export const probe: Probe = {
  formatName: 'mov,mp4,m4a,3gp,3g2,mj2',
  duration: 10,
  bytes: 1_000_000,
  streams: [
    {
      ...{ index: 0, type: 'video', codec: 'h264', attachedPicture: false, default: true },
      ...{ width: 1920, height: 1080 },
    },
  ],
};

/** Of which `uhd` is not for `probe`, and the last is a folder. */
export const severalPreset: Preset = {
  ...preset,
  outputs: {
    hd: {},
    uhd: { when: { tallerThan: 1080 } },
    stream: { container: 'hls', ladder: { rungs: [{ height: 360, bitrate: '800k' }] } },
  },
};

let submissions = 0;

export function submission(changes: Partial<SubmitParams> = {}): SubmitParams {
  submissions += 1;
  return {
    submissionId: `submission-${submissions}`,
    sources: [`/media/clip${submissions}.mov`],
    preset: { name: 'web', preset },
    ...changes,
  };
}

export function storedJob(id: string, changes: Partial<JobRecord> = {}): StoredJob {
  const job: JobRecord = {
    id,
    submissionId: `s-${id}`,
    revision: 0,
    state: 'accepted',
    preset: 'web',
    presetData: preset,
    priority: 50,
    attached: false,
    sources: [{ path: `/media/${id}.mov` }],
    outputs: [],
    cancelling: false,
    suspended: false,
    onSuccess: 'keep',
    fence: 0,
    createdAt: 1_700_000_000_000,
    ...changes,
  };
  const task = newTask(id, 'probe', job.createdAt);
  const rank = rankOf(task, job, defaultQueueSettings.ageingMs);
  return { job, tasks: [{ ...task, rank, priority: job.priority }], attempts: [] };
}

/** What a store is asked to write, of a job as it was read. */
export function changeOf(
  { id, revision, state }: JobRecord,
  job: Partial<JobRecord>,
  rest: Partial<JobWrite> = {},
): JobWrite {
  return { ...{ id, revision, from: state, job }, ...rest };
}
