import * as z from 'zod';
import { presetNameSchema } from '../encoding/preset.ts';
import { presetOrigins } from '../encoding/presetCatalog.ts';
import { completePresetSchema } from '../encoding/presetComplete.ts';
import { identitySchema } from '../protocol/identity.ts';
import { jobOutputSchema } from '../protocol/jobOutput.ts';
import {
  countsSchema,
  errorDataSchema,
  ffmpegStatusSchema,
  workerSchema,
  type WorkerInfo,
} from '../protocol/model.ts';
import { watchedFileSchema, watchFolderSchema } from '../protocol/watchFolder.ts';

/**
 * What `--json` prints: one JSON value on standard output. Stable: fields are added, never renamed or taken away.
 * Times are milliseconds since the epoch, sizes bytes, durations seconds. docs/cli.md shows them.
 */

/** `job pause --queue`, `job resume --queue`. */
export const countsOutputSchema = z.object({ counts: countsSchema });

export const jobsOutputSchema = z.object({
  jobs: z.array(jobOutputSchema),
  /** What `--after` takes for the next page. */
  next: z.string().optional(),
  /** Of several jobs that were to be changed, those that were not, and why. */
  errors: z.array(errorDataSchema.extend({ id: z.string() })).optional(),
});

export const workerOutputSchema = workerSchema.omit({ load: true });
export const workersOutputSchema = z.object({ workers: z.array(workerOutputSchema) });

export const presetOutputSchema = z.object({
  name: presetNameSchema,
  origin: z.enum(presetOrigins),
  /** Path of the file that holds it, where that is one of a workspace. */
  file: z.string().optional(),
  /** The preset that it begins with; what it takes from there is in `preset`. */
  extends: presetNameSchema.optional(),
  preset: completePresetSchema,
});
export const presetsOutputSchema = z.object({ presets: z.array(presetOutputSchema) });
export const validationOutputSchema = z.object({
  /** Names of the presets without a problem. */
  right: z.array(z.string()),
  problems: z.array(
    z.object({
      /** `file:line` */
      place: z.string(),
      /** Missing when the file as a whole is wrong. */
      preset: z.string().optional(),
      message: z.string(),
      hint: z.string().optional(),
    }),
  ),
});

export const statusOutputSchema = z.object({
  /** `null`: none runs; the next encode starts one. */
  daemon: z
    .object({
      version: z.string(),
      build: z.string(),
      protocol: z.string(),
      pid: z.int(),
      startedAt: z.number(),
      stateDir: z.string(),
      node: z.string(),
      ffmpeg: ffmpegStatusSchema,
    })
    .nullable(),
  counts: countsSchema,
  jobs: z.array(jobOutputSchema),
  workers: z.array(workerOutputSchema),
});

/** `stop`. `null`: none ran. */
export const stopOutputSchema = z.object({ stopped: z.object({ pid: z.int() }).nullable() });

export const checkLevels = ['ok', 'note', 'warn', 'fail'] as const;
export const checkSchema = z.object({
  name: z.string(),
  level: z.enum(checkLevels),
  /** What was found. */
  detail: z.string(),
  /** What to do about it. */
  hint: z.string().optional(),
});
export const doctorOutputSchema = z.object({
  /** Whether an encode could run. */
  ok: z.boolean(),
  checks: z.array(checkSchema),
  settings: z.array(
    z.object({
      key: z.string(),
      value: z.string(),
      /** Which of flag, environment, `config.jsonc`, `config.vscode.json` and default it comes from. */
      origin: z.string(),
      /** The flag, the variable, or file and line. */
      place: z.string().optional(),
      unit: z.string().optional(),
      default: z.string().optional(),
      /** Whether a change of a file takes effect without a restart. */
      hot: z.boolean().optional(),
    }),
  ),
});

/** `watch …`: the folders that were named; of `list` all, with `files` under `--files`. */
export const watchFoldersOutputSchema = z.object({
  folders: z.array(watchFolderSchema.extend({ files: z.array(watchedFileSchema).optional() })),
  /** What is wrong with the folders of config.jsonc. */
  problems: z.array(z.string()),
});

/** `admin user …`: those who were named; of `list` all. */
export const usersOutputSchema = z.object({ users: z.array(identitySchema) });
/** `admin user add`, `admin user rotate-key`: the key itself is in the file alone. */
export const userKeyOutputSchema = z.object({ user: identitySchema, keyFile: z.string() });
export const reencryptOutputSchema = z.object({ count: z.int() });
/** Of `worker add`. */
export const addedWorkerOutputSchema = z.object({ id: z.string(), name: z.string() });
export const pairingOutputSchema = z.object({
  code: z.string(),
  expiresAt: z.number(),
  /**
   * Where other machines reach this daemon; missing while it listens on this one alone. `install`: the line to paste there,
   * which brings the program along.
   */
  reach: z.object({ url: z.string(), fingerprint: z.string(), install: z.string().optional() }).optional(),
});

export const logOutputSchema = z.object({ id: z.string(), log: z.string() });
export const errorOutputSchema = z.object({ error: errorDataSchema });

export type WorkerOutput = z.output<typeof workerOutputSchema>;
export type PresetOutput = z.output<typeof presetOutputSchema>;
export type StatusOutput = z.output<typeof statusOutputSchema>;
export type DoctorOutput = z.output<typeof doctorOutputSchema>;
export type Check = z.output<typeof checkSchema>;

export function toWorkerOutput(worker: WorkerInfo): WorkerOutput {
  return workerOutputSchema.parse(worker);
}

export function printJson<S extends z.ZodType>(
  output: { write(text: string): unknown },
  schema: S,
  value: z.input<S>,
): void {
  output.write(`${JSON.stringify(schema.parse(value), undefined, 2)}\n`);
}

/** One value a line, for `--watch`. */
export function printJsonLine<S extends z.ZodType>(
  output: { write(text: string): unknown },
  schema: S,
  value: z.input<S>,
): void {
  output.write(`${JSON.stringify(schema.parse(value))}\n`);
}
