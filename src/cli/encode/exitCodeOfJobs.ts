import os from 'node:os';
import type { Exit, Job } from '../../protocol/model.ts';
import { exitCodes, worstExitCode } from '../exitCodes.ts';

/** The worst of the jobs. With `ffmpeg`, a failed job gives what its last ffmpeg ended with. */
export function exitCodeOfJobs(jobs: readonly Job[], pass?: 'ffmpeg'): number {
  return worstExitCode(jobs.map((job) => exitCodeOfJob(job, pass)));
}

function exitCodeOfJob(job: Job, pass: 'ffmpeg' | undefined): number {
  if (job.state === 'done') return exitCodes.done;
  if (job.state === 'cancelled') return exitCodes.cancelled;
  const exit = job.attempts.findLast(({ kind }) => kind === 'encode')?.exit;
  return (pass === 'ffmpeg' && exit !== undefined ? shellCode(exit) : undefined) ?? exitCodes.failed;
}

/** 128 + number of the signal, as a shell says it. A failed job is never 0, whatever its ffmpeg ended with. */
function shellCode({ code, signal }: Exit): number | undefined {
  const number = Object.entries(os.constants.signals).find(([name]) => name === signal)?.[1];
  if (number !== undefined) return 128 + number;
  return code === null || code === 0 ? undefined : code;
}
