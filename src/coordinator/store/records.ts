import * as z from 'zod';
import { probeSchema } from '../../encoding/probe.ts';
import { verdictSchema } from '../../encoding/verdict.ts';
import { jobStates } from '../../protocol/jobState.ts';
import { destinationsSchema } from '../../protocol/tasks.ts';
import {
  attemptSchema,
  errorDataSchema,
  idSchema,
  jobSchema,
  pathSchema,
  replacementSchema,
  sourceSchema,
} from '../../protocol/model.ts';
import {
  contentSchema,
  fileIdentitySchema,
  nanosecondsSchema,
  sourceStateSchema,
} from '../../protocol/fileState.ts';

/** What the store keeps: read rows are checked against these. Times are milliseconds since the epoch. */

/** A granted placement: recorded before it is granted, so that a later daemon can bring it to its end. */
export const placementSchema = z.object({
  taskId: idSchema,
  fence: z.int().positive(),
  workerId: idSchema,
  /** Which of the job's outputs. */
  output: z.int().min(0),
  staged: pathSchema,
  identity: fileIdentitySchema,
  path: pathSchema,
  bytes: z.number(),
  verdict: verdictSchema,
  content: contentSchema.optional(),
  /** The source that was encoded, where the result is to replace it. */
  source: sourceStateSchema.optional(),
});

/** With what a later daemon needs to bring a replacement, or its undo, to its end. */
export const replacementRecordSchema = replacementSchema.extend({
  /** Whose machine the files lie on. */
  workerId: idSchema,
  source: sourceStateSchema.extend({ asideChanged: nanosecondsSchema.optional() }),
  result: z.object({
    identity: fileIdentitySchema,
    bytes: z.number(),
    content: contentSchema.optional(),
    modified: nanosecondsSchema.optional(),
  }),
  /** Where the result lies while the source has its own place. */
  home: pathSchema,
});

/** With what tells that two paths lead to one file; known from probing on. */
const sourceRecordSchema = sourceSchema.extend({
  /** Links resolved, where that is another path. */
  realPath: pathSchema.optional(),
  /** The file itself, see `fileName`. */
  file: z.string().optional(),
});

export const jobRecordSchema = jobSchema
  .omit({ attempts: true, rank: true, retryAt: true, forecast: true })
  .extend({
    submissionId: idSchema,
    state: z.enum(jobStates),
    sources: z.array(sourceRecordSchema).min(1),
    /** The client that an attached job belongs to. */
    sessionId: idSchema.optional(),
    /** Of a job of another daemon's client: the attempt there that this whole job is. */
    order: z
      .object({
        jobId: idSchema,
        taskId: idSchema,
        fence: z.int().positive(),
        /** Not wanted there any more. */
        withdrawn: z.boolean().optional(),
        /** Paused there, rather than by somebody here. */
        suspended: z.boolean().optional(),
      })
      .optional(),
    /** That client, for as long as it has not heard how this ended. */
    owedTo: idSchema.optional(),
    /** Name of the only worker that may run it. */
    on: z.string().optional(),
    /** An attempt was stopped for somebody else, which happens once. */
    preempted: z
      .object({
        fence: z.int().positive(),
        reason: errorDataSchema,
        /** Other workers come first from then on. */
        avoid: z.boolean(),
      })
      .optional(),
    /** Template of the result's path. */
    output: z.string().optional(),
    /** Where its results go instead, under the names that the template gives. */
    folder: pathSchema.optional(),
    /** Of its results, as they were when it was looked at. */
    destinations: destinationsSchema.optional(),
    /** Of its sources, in their order. */
    probes: z.array(probeSchema).optional(),
    placement: placementSchema.optional(),
    replacement: replacementRecordSchema.optional(),
    cancelling: z.boolean(),
    /** Number of the latest attempt over all tasks, 0 before the first. */
    fence: z.int().min(0),
  });

/** `paused`: as its job, in no queue until that goes on. */
export const taskStates = ['waiting', 'paused', 'running', 'ended'] as const;

export const taskRecordSchema = z.object({
  id: idSchema,
  jobId: idSchema,
  kind: z.enum(['probe', 'encode']),
  state: z.enum(taskStates),
  /** Its job's. */
  priority: z.int().min(0).max(100),
  /** When its job was submitted, or retried: it waits since then. */
  queuedAt: z.number(),
  /** The queue goes by it, least first; see `rankOf`. */
  rank: z.number(),
  /** Not offered before this time. */
  notBefore: z.number(),
  environmentFailures: z.int().min(0),
  transientFailures: z.int().min(0),
  /** Ids of workers on which it failed: others come first. */
  avoid: z.array(z.string()),
});

export const attemptRecordSchema = attemptSchema.extend({
  jobId: idSchema,
  workerId: idSchema,
  pid: z.int().optional(),
  processStart: z.string().optional(),
  /** The folder of its own that the attempt's latest command writes in. */
  directory: pathSchema.optional(),
});

export type SourceRecord = z.output<typeof sourceRecordSchema>;
export type ReplacementRecord = z.output<typeof replacementRecordSchema>;
export type Placement = z.output<typeof placementSchema>;
export type JobRecord = z.output<typeof jobRecordSchema>;
export type TaskRecord = z.output<typeof taskRecordSchema>;
export type AttemptRecord = z.output<typeof attemptRecordSchema>;
export type TaskKind = TaskRecord['kind'];

/** A job with everything that belongs to it. Attempts in order of fence. */
export interface StoredJob {
  readonly job: JobRecord;
  readonly tasks: readonly TaskRecord[];
  readonly attempts: readonly AttemptRecord[];
}

export interface AttemptKey {
  readonly taskId: string;
  readonly fence: number;
}
