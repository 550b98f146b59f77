import * as z from 'zod';
import { capabilitiesSchema, dialectSchema } from '../encoding/dialect.ts';
import { presetNameSchema } from '../encoding/preset.ts';
import { maxAssets } from '../encoding/presetAssets.ts';
import { assetSchema } from '../encoding/presetValues.ts';
import { probeSchema } from '../encoding/probe.ts';
import { verdictSchema } from '../encoding/verdict.ts';
import type { EventTable, MethodTable } from './contract.ts';
import {
  contentSchema,
  fileIdentitySchema,
  folderMarkSchema,
  nanosecondsSchema,
  sourceStateSchema,
} from './fileState.ts';
import {
  healthSchema,
  inquiryKey,
  inquiryProgressSchema,
  likenessSchema,
  metricSchema,
  plannedCommandsSchema,
} from './inquiry.ts';
import {
  errorDataSchema,
  idSchema,
  jobSchema,
  labelsSchema,
  maxSources,
  pathSchema,
  progressSchema,
  workerDescriptionSchema,
  workerSchema,
} from './model.ts';
import { offeredAssetSchema, offeredResultSchema, offeredSourceSchema } from './offers.ts';
import { replacingMethods } from './replacingContract.ts';
import {
  attemptKey,
  encodePayloadSchema,
  outputIndexSchema,
  taskPayloadSchema,
  taskReportSchema,
} from './tasks.ts';

/** What a worker and its coordinator say to each other. */

/** Files of a task, for a worker on another machine than they. */
const offeredFilesSchema = z.object({
  /** Whose files they are. */
  holder: idSchema,
  sources: z.array(offeredSourceSchema).min(1).max(maxSources),
  assets: z.array(offeredAssetSchema).max(maxAssets).default([]),
});

/** Requests of a worker to its coordinator. */
export const coordinatorMethods = {
  'worker.register': {
    doc: 'First request of a worker. `running` lists attempts that it still runs after a reconnection.',
    params: z.object({
      worker: workerDescriptionSchema,
      dialect: dialectSchema.optional(),
      running: z.array(z.object(attemptKey)),
    }),
    result: z.object({ stop: z.array(z.object(attemptKey)) }),
  },
  'worker.update': {
    doc: 'ffmpeg found or lost, new capabilities, other slots.',
    params: z.object({ worker: workerDescriptionSchema }),
    result: z.object({}),
  },
  'task.report': {
    doc: 'What happened to an attempt. Answered when stored; repeated until answered; `fence-void` when a later attempt exists.',
    params: z.object({ ...attemptKey, report: taskReportSchema }),
    result: z.object({}),
  },
  'task.commit': {
    doc: 'The result is verified: may it be placed? Recorded as `committing` before it is granted. `taken` names a path that turned out to exist.',
    params: z.object({
      ...attemptKey,
      output: outputIndexSchema,
      verdict: verdictSchema,
      bytes: z.number(),
      /** Where the verified result lies now: a file or a folder. */
      staged: pathSchema,
      identity: fileIdentitySchema,
      content: contentSchema.optional(),
      /** The source that was encoded, where the result is to replace it. */
      source: sourceStateSchema.optional(),
      taken: pathSchema.optional(),
    }),
    result: z.object({ path: pathSchema }),
  },
  'task.sources': {
    doc: 'Asked by a worker on another machine than the sources: tickets with which it may fetch them, in the order of the offer, and what names the state that they are in; the same of the files beside the first one that its outputs name.',
    params: z.object(attemptKey),
    result: offeredFilesSchema,
  },
  'task.expected': {
    doc: 'The same of a task that the worker was told to expect, before there is an attempt.',
    params: z.object({ taskId: idSchema }),
    result: offeredFilesSchema,
  },
  'task.handOver': {
    doc: 'The same worker’s result is verified and offered to be fetched. Answered when it has its name on the machine that asked for it, however long that takes; asked again after a lost connection, it goes on. Only then may the worker delete its own copy. `sources`: as they were fetched.',
    params: z.object({
      ...attemptKey,
      output: outputIndexSchema,
      verdict: verdictSchema,
      result: offeredResultSchema,
      sources: z.array(offeredSourceSchema).min(1).max(maxSources),
    }),
    result: z.object({ path: pathSchema, bytes: z.number() }),
  },
} as const satisfies MethodTable;

/** Requests of a coordinator to a worker. */
export const workerMethods = {
  'task.offer': {
    doc: 'Offers an attempt. The worker owns its slots and may answer busy. `job`: what people have said of its job, for a fleet, which chooses among its own workers.',
    params: z.object({
      ...attemptKey,
      payload: taskPayloadSchema,
      job: z
        .object({
          preset: presetNameSchema,
          priority: jobSchema.shape.priority,
          require: labelsSchema.optional(),
          prefer: labelsSchema.optional(),
        })
        .optional(),
    }),
    result: z.object({
      accepted: z.boolean(),
      /** Why this one was not taken while others may be: a disk is full. It is offered again later. */
      waitsFor: errorDataSchema.optional(),
      /** Its slots of that kind serve another coordinator: `slot.free` tells when the turn has come. */
      servesOthers: z.boolean().optional(),
    }),
  },
  'task.cancel': {
    doc: 'Stops an attempt; answered at once, `cancelled` is reported when the process is gone.',
    params: z.object(attemptKey),
    result: z.object({}),
  },
  'task.suspend': {
    doc: 'Stops the ffmpeg of an attempt where it is, or lets it go on; between two commands the next one waits. Answered at once; unknown attempts are left alone.',
    params: z.object({ ...attemptKey, suspended: z.boolean() }),
    result: z.object({}),
  },
  'task.prioritize': {
    doc: 'Told to a fleet: the job of an attempt has another priority by now. Answered at once; unknown attempts are left alone.',
    params: z.object({ ...attemptKey, priority: jobSchema.shape.priority }),
    result: z.object({}),
  },
  'task.redirect': {
    doc: 'A person has chosen another folder for the result: where it waits for the one that was granted, the worker asks `task.commit` again. Answered at once; unknown attempts are left alone.',
    params: z.object(attemptKey),
    result: z.object({}),
  },
  'task.expect': {
    doc: 'Told to a worker on another machine than the files: an encode that will come here next, as far as that can be foreseen. It fetches the files while others encode, and keeps them until its attempt has them; then it answers. `no-room`: it does not fetch them ahead. Cancelled when the task goes elsewhere.',
    params: z.object({ taskId: idSchema, payload: encodePayloadSchema }),
    result: z.object({ outcome: z.enum(['over', 'no-room']) }),
  },
  'capabilities.try': {
    doc: 'Tries these encoders now, before the background trials reach them; answers what is then known of them.',
    params: z.object({ encoders: z.array(z.string()).min(1).max(32) }),
    result: z.object({ capabilities: capabilitiesSchema }),
  },
  'placement.recover': {
    doc: 'After a restart: was this granted placement finished? Finishes it where the staged file is still there.',
    params: z.object({ staged: pathSchema, identity: fileIdentitySchema, path: pathSchema }),
    result: z.object({
      outcome: z.enum(['placed', 'gone', 'taken']),
      /** Of what is placed. */
      identity: fileIdentitySchema.optional(),
      modified: nanosecondsSchema.optional(),
    }),
  },
  'source.offer': {
    doc: 'Asked of the worker on the machine of the sources: lets `taker` fetch them, and the files below the folder of the first one that the preset names; those that cannot be used are answered with why.',
    params: z.object({
      sources: z.array(pathSchema).min(1).max(maxSources),
      taker: idSchema,
      /** The result is to replace it: its content is named, too. */
      replaces: z.boolean(),
      assets: z
        .array(z.object({ asset: assetSchema, maxBytes: z.int().positive() }))
        .max(maxAssets)
        .default([]),
    }),
    result: z.object({
      sources: z.array(offeredSourceSchema),
      assets: z.array(offeredAssetSchema).default([]),
    }),
  },
  'result.receive': {
    doc: 'Asked of the same worker: fetches a result that `from` offers, to the file system of its destination, and checks that the sources are still what was encoded. It has no name yet: see `placement.recover`. Cancelled, it leaves nothing.',
    params: z.object({
      ...attemptKey,
      from: idSchema,
      result: offeredResultSchema,
      /** The folder that it is meant for, and on which disk that was. */
      destination: pathSchema,
      mark: folderMarkSchema.optional(),
      sources: z.array(offeredSourceSchema).min(1).max(maxSources),
    }),
    result: z.object({
      staged: pathSchema,
      identity: fileIdentitySchema,
      content: contentSchema.optional(),
      bytes: z.number(),
    }),
  },
  'result.drop': {
    doc: 'A result that was received is not placed after all.',
    params: z.object(attemptKey),
    result: z.object({}),
  },
  ...replacingMethods,
  'process.reap': {
    doc: 'Ends an ffmpeg that an earlier daemon left behind, if pid and start time still name the same process, and removes its attempt’s folder.',
    params: z.object({ pid: z.int(), processStart: z.string(), directory: pathSchema.optional() }),
    result: z.object({ ended: z.boolean() }),
  },
  'media.probe': {
    doc: 'Looks at files, as the first step of an inquiry. Inquiries take no slot: the next ones wait for their turn.',
    params: z.object({ ...inquiryKey, sources: z.array(pathSchema).min(1).max(maxSources) }),
    result: z.object({ probes: z.array(probeSchema) }),
  },
  'encode.preview': {
    doc: 'What an attempt with this payload would run: looks at the sources as it would, and encodes nothing.',
    params: z.object({ ...inquiryKey, payload: encodePayloadSchema }),
    result: z.object({ outputs: z.array(plannedCommandsSchema.extend({ index: outputIndexSchema })) }),
  },
  'media.check': {
    doc: 'Is a file whole? Quick: its index, its beginning and its end; thorough: every stream decoded.',
    params: z.object({ ...inquiryKey, path: pathSchema, thorough: z.boolean() }),
    result: healthSchema,
  },
  'media.measure': {
    doc: 'How like a file is to the one it was made of.',
    params: z.object({
      ...inquiryKey,
      metrics: z.array(metricSchema).min(1),
      result: pathSchema,
      reference: pathSchema,
      /** How the result was made: the reference goes through the same crop, cut, rotation and size. */
      made: encodePayloadSchema.optional(),
    }),
    result: likenessSchema,
  },
} as const satisfies MethodTable;

/** Events of a worker to its coordinator. */
export const workerEvents = {
  'task.progress': { doc: 'Progress of one attempt.', payload: progressSchema, latestWins: true },
  'task.log': {
    doc: 'Lines for the job’s log.',
    payload: z.object({ ...attemptKey, jobId: idSchema, text: z.string() }),
    latestWins: false,
  },
  'task.fetched': {
    doc: 'All files of a task that is expected here are here.',
    payload: z.object({ taskId: idSchema }),
    latestWins: false,
  },
  'room.free': {
    doc: 'A disk that was full has room for this task again, which waits for it.',
    payload: z.object({ jobId: idSchema, taskId: idSchema }),
    latestWins: false,
  },
  'slot.free': {
    doc: 'A slot of this kind, which served another coordinator, is kept for a task of this one, for a few seconds.',
    payload: z.object({ kind: z.string().max(64) }),
    latestWins: false,
  },
  'inquiry.progress': {
    doc: 'How far an inquiry is.',
    payload: inquiryProgressSchema,
    latestWins: true,
  },
  'worker.load': {
    doc: 'Processor and memory.',
    payload: workerSchema.shape.load.unwrap(),
    latestWins: true,
  },
  'worker.foreignLoad': {
    doc: 'Which part of the machine other programs have used since the last time, 0 to 1.',
    payload: z.object({ share: z.number().min(0).max(1) }),
    latestWins: true,
  },
} as const satisfies EventTable;

/** Events of a coordinator to a worker. */
export const coordinatorEvents = {
  recovered: {
    doc: 'All that this worker had left under way is brought to an end: what lies in its scratch and belongs to no attempt that runs is nobody’s.',
    payload: z.object({
      /** But for these: results that were received from other machines and granted a name. */
      keep: z.array(z.object({ ...attemptKey, staged: pathSchema })).default([]),
    }),
    latestWins: true,
  },
  dismissed: {
    doc: 'A person has removed this worker: what it was given is of no use any more.',
    payload: z.object({}),
    latestWins: false,
  },
  'load.wanted': {
    doc: 'Whether anybody looks at the load, and whether what other programs use is to be told; measuring costs.',
    payload: z.object({ wanted: z.boolean(), foreign: z.boolean().default(false) }),
    latestWins: true,
  },
} as const satisfies EventTable;

export type CoordinatorMethods = typeof coordinatorMethods;
export type WorkerMethods = typeof workerMethods;
export type WorkerEvents = typeof workerEvents;
export type CoordinatorEvents = typeof coordinatorEvents;
