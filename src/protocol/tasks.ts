import * as z from 'zod';
import { completePresetSchema, maxOutputs } from '../encoding/presetComplete.ts';
import { probeSchema } from '../encoding/probe.ts';
import { verdictSchema } from '../encoding/verdict.ts';
import { contentSchema, fileIdentitySchema, folderMarkSchema, nanosecondsSchema } from './fileState.ts';
import {
  attemptCommandSchema,
  errorDataSchema,
  exitSchema,
  idSchema,
  maxSources,
  onSuccessChoices,
  pathSchema,
} from './model.ts';

/** What a worker is given to do, and what it tells of it. */

/** Spread into whatever speaks of one attempt. */
export const attemptKey = { taskId: idSchema, fence: z.int().positive() };

/** Which of the preset’s outputs is meant: its place in `outputsOf(preset)`. */
export const outputIndexSchema = z
  .int()
  .min(0)
  .max(maxOutputs - 1);

/** Folders that results go to, on the disks that they were on when the job was looked at. */
export const destinationsSchema = z
  .array(z.object({ path: pathSchema, mark: folderMarkSchema }))
  .max(maxOutputs + 1);

export const encodePayloadSchema = z.object({
  kind: z.literal('encode'),
  jobId: idSchema,
  sources: z
    .array(z.object({ path: pathSchema, probe: probeSchema }))
    .min(1)
    .max(maxSources),
  preset: completePresetSchema,
  /**
   * What is still to be made, in this order, each placed before the next begins. Its planned path: taken at
   * placing time → the worker asks `task.commit` again.
   */
  outputs: z
    .array(z.object({ index: outputIndexSchema, path: pathSchema }))
    .min(1)
    .max(maxOutputs),
  /** Where one is on another disk by now, its own is away: nothing is begun. Those that are not known are not among them. */
  destinations: destinationsSchema.optional(),
  /** With `replace` the result is decoded whole before it counts as verified, and the source is named exactly. */
  onSuccess: z.enum(onSuccessChoices).default('keep'),
});

export const taskPayloadSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('probe'),
    jobId: idSchema,
    /** All of a job. */
    sources: z.array(pathSchema).min(1).max(maxSources),
    /** Planned folders of the results, as far as they are known, checked to be writable. */
    destinations: z.array(pathSchema).max(maxOutputs),
    /** Of a job that is tried again: results that were put in place before, to be looked at. */
    placed: z
      .array(
        z.object({
          output: outputIndexSchema,
          path: pathSchema,
          bytes: z.number().optional(),
          content: contentSchema.optional(),
        }),
      )
      .max(maxOutputs)
      .optional(),
  }),
  encodePayloadSchema,
]);

/** What a worker tells of an attempt, in order, at least once. */
export const taskReportSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    ...attemptCommandSchema.omit({ exit: true }).shape,
    /** The attempt’s own folder: where the command runs and what it writes lies. */
    directory: pathSchema,
    /** Process id and its start time (system's own unit, as text), so that a later daemon can find an orphan. */
    pid: z.int(),
    processStart: z.string(),
  }),
  z.object({ type: z.literal('verifying'), output: outputIndexSchema, exit: exitSchema }),
  z.object({
    type: z.literal('probed'),
    probes: z.array(probeSchema).min(1).max(maxSources),
    /** What each source is, by whatever path it was named. */
    files: z
      .array(z.object({ realPath: pathSchema, identity: fileIdentitySchema }))
      .max(maxSources)
      .optional(),
    destinations: destinationsSchema.optional(),
    /** Those of `placed` that are not there any more, or are something else. */
    lost: z.array(outputIndexSchema).max(maxOutputs).optional(),
  }),
  z.object({
    type: z.literal('delivered'),
    output: outputIndexSchema,
    path: pathSchema,
    /** Of what now has that name. */
    identity: fileIdentitySchema.optional(),
    modified: nanosecondsSchema.optional(),
    bytes: z.number(),
    verdict: verdictSchema,
  }),
  /** The verified result cannot get its name now: it is kept, takes no slot, and is tried again. */
  z.object({ type: z.literal('waiting'), output: outputIndexSchema, error: errorDataSchema }),
  /** Made and not kept, because the preset says so: its verdict tells why. */
  z.object({ type: z.literal('skipped'), output: outputIndexSchema, verdict: verdictSchema }),
  z.object({
    type: z.literal('failed'),
    error: errorDataSchema,
    exit: exitSchema.optional(),
    /** The one that was being made. */
    output: outputIndexSchema.optional(),
    verdict: verdictSchema.optional(),
  }),
  z.object({ type: z.literal('cancelled'), exit: exitSchema.optional() }),
]);

export type EncodePayload = z.output<typeof encodePayloadSchema>;
export type TaskPayload = z.output<typeof taskPayloadSchema>;
export type TaskReport = z.output<typeof taskReportSchema>;
