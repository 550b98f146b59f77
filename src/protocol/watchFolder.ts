import * as z from 'zod';
import { presetNameSchema } from '../encoding/preset.ts';
import { jobStates } from './jobState.ts';
import { errorDataSchema, idSchema, labelsSchema, onSuccessChoices, pathSchema } from './model.ts';

/** Folders whose new files are encoded by themselves: what a person writes of one, and what the daemon tells of it. */

const patternSchema = z.string().min(1).max(256);

export const watchFolderSpecSchema = z.strictObject({
  /** Absolute, or from the home folder: `~/Videos/in`. */
  path: pathSchema.refine((path) => /^(?:[/~]|[A-Za-z]:[\\/]|\\\\)/.test(path), {
    message: 'Write the whole path: it begins with / or ~, or with a drive.',
  }),
  preset: presetNameSchema,
  /** Template of the results’ paths; without it they lie beside their sources. */
  output: z.string().min(1).max(1024).optional(),
  /** Folders below it, too. */
  recursive: z.boolean().default(false),
  /** Patterns of names (`*.mov`), or of paths from the folder on (`day1/*.mov`); without one all media files. */
  include: z.array(patternSchema).max(100).default([]),
  /** What is left out all the same. */
  exclude: z.array(patternSchema).max(100).default([]),
  /** A file is complete when it has not changed for so long; without it the daemon’s `watchSettleSeconds`. */
  settleSeconds: z.number().min(0.1).max(86_400).optional(),
  priority: z.int().min(0).max(100).default(50),
  /** Labels that the worker of its jobs must have, and that it has rather than not. */
  require: labelsSchema.optional(),
  prefer: labelsSchema.optional(),
  /** What becomes of a source when its result is in place. Settings of a workspace never replace anything. */
  onSuccess: z.enum(onSuccessChoices).default('keep'),
});

/** Who wrote it: `config` is config.jsonc, `vscode` a person’s own settings, `workspace` those of a folder. */
export const watchOrigins = ['config', 'vscode', 'workspace', 'cli'] as const;

/**
 * `declared`: nobody has activated it yet. `watching`: the system tells of changes; `polling`: it cannot, so the
 * folder is looked at every few seconds. `missing`: the folder is not there, and is looked for. `blocked`: files
 * are there that cannot be queued; `reason` says why.
 */
export const watchStates = ['declared', 'watching', 'polling', 'paused', 'missing', 'blocked'] as const;

export const watchFolderSchema = z.object({
  /** Of path and preset: a folder may be watched for several presets. */
  id: idSchema,
  origin: z.enum(watchOrigins),
  spec: watchFolderSpecSchema,
  state: z.enum(watchStates),
  reason: errorDataSchema.optional(),
  /** Files that are looked at until they have stopped growing. */
  settling: z.int(),
  /** Files that became jobs since the folder was activated. */
  submitted: z.int(),
  /** Of those, jobs that have failed. */
  failed: z.int(),
  /** The file that became a job last. */
  last: z.object({ path: pathSchema, at: z.number(), jobId: idSchema }).optional(),
  activatedAt: z.number().optional(),
});

export const watchedFileStates = ['settling', 'submitted', 'existing', 'same', 'own', 'unreadable'] as const;

export const watchedFileSchema = z.object({
  path: pathSchema,
  bytes: z.number(),
  /**
   * `existing`: it was there before, and is left alone. `same`: its content was taken under another name or time.
   * `own`: a result of a job.
   */
  state: z.enum(watchedFileStates),
  at: z.number().optional(),
  jobId: idSchema.optional(),
  /** Of that job; missing when it is not kept any more. */
  jobState: z.enum(jobStates).optional(),
  reason: errorDataSchema.optional(),
});

/** What to do with the files that are in the folder when it is activated. */
export const existingChoices = ['skip', 'encode'] as const;

export type WatchFolderSpec = z.output<typeof watchFolderSpecSchema>;
export type WatchFolder = z.output<typeof watchFolderSchema>;
export type WatchedFile = z.output<typeof watchedFileSchema>;
export type WatchOrigin = (typeof watchOrigins)[number];
export type WatchState = (typeof watchStates)[number];
