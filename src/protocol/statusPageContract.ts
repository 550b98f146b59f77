import * as z from 'zod';
import {
  countsSchema,
  errorDataSchema,
  idSchema,
  jobSchema,
  loadSchema,
  progressSchema,
  workerSchema,
  type Job,
  type WorkerInfo,
} from './model.ts';

/**
 * What the status page and its host in the extension say to each other by `postMessage`. The page says
 * `ready` first; the host then sends each of its messages once, and again whenever it changed. Every host
 * message is a complete snapshot of its part: the newest wins, a lost one costs nothing.
 */

/** A job as the page shows it: without the preset's data and the attempts' command lines. */
export const statusJobSchema = jobSchema
  .pick({
    id: true,
    state: true,
    suspended: true,
    preset: true,
    priority: true,
    rank: true,
    sources: true,
    outputs: true,
    reason: true,
    retryAt: true,
    replacement: true,
    forecast: true,
    createdAt: true,
    startedAt: true,
    endedAt: true,
  })
  .extend({
    /** Name of the worker that runs it or ran it last. */
    worker: z.string().optional(),
  });

export const statusWorkerSchema = workerSchema.omit({ load: true, capabilities: true, mounts: true }).extend({
  /** Encoders that a trial run proved. */
  encoders: z.array(z.string()),
});

/** Samples of one worker, oldest first, all arrays of one length. */
export const loadSeriesSchema = z.object({
  workerId: idSchema,
  /** Milliseconds since the epoch. */
  at: z.array(z.number()),
  /** 0 to 1 over all cores. */
  cpu: z.array(z.number()),
  /** Bytes in use. */
  memoryUsed: z.array(z.number()),
  /** Bytes. */
  memoryTotal: z.number(),
  /** As it was measured last. */
  disk: loadSchema.shape.disk,
  cards: loadSchema.shape.cards,
});

export const connectionSchema = z.discriminatedUnion('state', [
  /** No daemon runs and none was needed yet. */
  z.object({ state: z.literal('idle') }),
  z.object({ state: z.literal('connecting') }),
  z.object({ state: z.literal('ready') }),
  z.object({ state: z.literal('failed'), error: errorDataSchema }),
]);

export const hostMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connection'), connection: connectionSchema }),
  z.object({
    type: z.literal('jobs'),
    jobs: z.array(statusJobSchema),
    /** Over all jobs of the queue, also those not in `jobs`. */
    counts: countsSchema,
  }),
  z.object({ type: z.literal('progress'), progress: z.array(progressSchema) }),
  z.object({ type: z.literal('workers'), workers: z.array(statusWorkerSchema) }),
  z.object({ type: z.literal('load'), series: z.array(loadSeriesSchema) }),
]);

export const jobActions = ['cancel', 'pause', 'resume', 'retry', 'replace', 'undo', 'reveal', 'log'] as const;
export const pageActions = ['encode', 'startDaemon', 'showDaemonLog', 'installFfmpeg'] as const;

export const pageMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('job'), action: z.enum(jobActions), id: idSchema }),
  z.object({ type: z.literal('run'), action: z.enum(pageActions) }),
]);

export type StatusJob = z.output<typeof statusJobSchema>;
export type StatusWorker = z.output<typeof statusWorkerSchema>;
export type LoadSeries = z.output<typeof loadSeriesSchema>;
export type StatusConnection = z.output<typeof connectionSchema>;
export type HostMessage = z.output<typeof hostMessageSchema>;
export type PageMessage = z.output<typeof pageMessageSchema>;
export type JobAction = (typeof jobActions)[number];
export type PageAction = (typeof pageActions)[number];

export function toStatusJob(job: Job): StatusJob {
  const { id, state, suspended, preset, priority, rank, sources, outputs } = job;
  const { reason, retryAt, replacement, forecast, createdAt, startedAt, endedAt } = job;
  const worker = job.attempts.at(-1)?.worker;
  return {
    ...{ id, state, suspended, preset, priority, rank, sources, outputs },
    ...{ reason, retryAt, replacement, forecast, createdAt, startedAt, endedAt, worker },
  };
}

export function toStatusWorker(worker: WorkerInfo): StatusWorker {
  const { id, name, local, platform, arch, cpuModel, cores, ffmpeg, setAside, running } = worker;
  const { labels, drained, connected, lastSeenAt } = worker;
  // Looking at files takes no room from encodes.
  const slots = Object.fromEntries(Object.entries(worker.slots).filter(([kind]) => kind !== 'probe'));
  const encoders = Object.entries(worker.capabilities)
    .filter(([, capability]) => capability.usable)
    .map(([encoder]) => encoder);
  return {
    ...{ id, name, local, platform, arch, cpuModel, cores, ffmpeg, setAside, slots, running, encoders },
    ...{ labels, drained, connected, lastSeenAt },
  };
}
