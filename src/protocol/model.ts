import * as z from 'zod';
import { capabilitiesSchema } from '../encoding/dialect.ts';
import { outputNameSchema, presetNameSchema } from '../encoding/preset.ts';
import { completePresetSchema } from '../encoding/presetComplete.ts';
import { verdictSchema } from '../encoding/verdict.ts';
import { errorCodes } from './errors.ts';
import { jobStates } from './jobState.ts';
import { maxMounts, mountNameSchema } from './mounts.ts';

/** The nouns that processes exchange. Times are milliseconds since the epoch, sizes bytes, durations seconds. */

export const errorDataSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  hint: z.string().optional(),
});

export const idSchema = z.string().regex(/^[0-9a-zA-Z_-]{1,64}$/);

/** Absolute on the machine that holds the file. May contain anything a file system allows but NUL. */
export const pathSchema = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0'), { message: 'A path has no NUL character.' });

export const sourceSchema = z.object({
  path: pathSchema,
  /** Known from probing on. */
  bytes: z.number().optional(),
  /** Seconds; known from probing on. */
  duration: z.number().optional(),
  /** It is itself a result: that of this job, which has taken the place of its own source. Known from planning on. */
  resultOf: idSchema.optional(),
});

/** Sources of one job, at most: several are joined. */
export const maxSources = 200;

/**
 * `planned`: still to be made. `placed`: it has its name. `skipped`: not made or not kept, by the preset’s own
 * words; its verdict says why.
 */
export const outputStates = ['planned', 'placed', 'skipped'] as const;

export const outputSchema = z.object({
  /** Its name in the preset; missing for the only one of a preset. */
  name: outputNameSchema.optional(),
  state: z.enum(outputStates).default('planned'),
  /**
   * Planned from planning on, final once it is placed (`clip.web-2.mp4` when the name was taken); missing when
   * it is skipped. A folder for `hls` and `dash`.
   */
  path: pathSchema.optional(),
  /** Of all files together, where it is a folder. */
  bytes: z.number().optional(),
  verdict: verdictSchema.optional(),
});

/** What becomes of the source when all went well. */
export const onSuccessChoices = ['keep', 'replace'] as const;

/**
 * `replacing`, `undoing`: under way. `replaced`: the source lies aside. `held`: both lie side by side, until a person
 * says “Replace anyway”. `refused`: as `held`, for good. `undone`: both lie side by side again. `expired`: the source
 * was kept aside for as long as the settings say, and is deleted.
 */
export const replacementStates = [
  'replacing',
  'replaced',
  'held',
  'refused',
  'undoing',
  'undone',
  'expired',
] as const;

export const replacementSchema = z.object({
  state: z.enum(replacementStates),
  /** Why it is held or refused, and what went wrong when it was last tried. */
  reason: errorDataSchema.optional(),
  /** Where the source lies while it is replaced; once that is undone, its second name that could not be removed. */
  aside: pathSchema.optional(),
  /** Then the source is deleted. */
  keptUntil: z.number().optional(),
});

export const exitSchema = z.object({
  code: z.int().nullable(),
  signal: z.string().nullable(),
});

/** One ffmpeg that an attempt ran. The next begins when it has ended with 0. */
export const attemptCommandSchema = z.object({
  /** Which of the job’s outputs it was for. */
  output: z.int().min(0),
  purpose: z.enum(['extract', 'crop', 'loudness', 'quality', 'first-pass', 'encode']),
  /** The exact command, the binary first. Relative paths begin in the attempt’s own folder. */
  argv: z.array(z.string()),
  /** Missing while it runs, and where its end was not seen. */
  exit: exitSchema.optional(),
});

export const attemptSchema = z.object({
  taskId: idSchema,
  kind: z.enum(['probe', 'encode']),
  fence: z.int().positive(),
  worker: z.string(),
  state: z.enum(['running', 'succeeded', 'failed', 'cancelled', 'void']),
  /** The exact command of the last encode, the binary first. */
  argv: z.array(z.string()).optional(),
  /** Everything that ran, in order; left out where many jobs are told at once. */
  commands: z.array(attemptCommandSchema).optional(),
  /** Of the command that ran last. */
  exit: exitSchema.optional(),
  error: errorDataSchema.optional(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
});

/** A preset as it travels: the data itself, never a name that another machine would look up. */
export const presetSnapshotSchema = z.object({ name: presetNameSchema, preset: completePresetSchema });

/** `waiting`: it is run at `at`, for the first time or again. */
export const hookStates = ['waiting', 'done', 'failed'] as const;

/** Something of the operator's that happens when the job has ended. It never changes the job's own state. */
export const jobHookSchema = z.object({
  /** The same for every try: what a receiver tells repetitions by. */
  id: idSchema,
  /** Which of the operator's hooks. */
  key: idSchema,
  kind: z.enum(['command', 'webhook', 'copy']),
  /** For a person: the program, the server, the folder. */
  name: z.string(),
  state: z.enum(hookStates),
  tries: z.int().min(0),
  /** When it is run next, or was run last. */
  at: z.number(),
  error: errorDataSchema.optional(),
});

/** An operator’s tag on a worker. */
export const labelSchema = z
  .string()
  .regex(/^[0-9A-Za-z][0-9A-Za-z._-]{0,31}$/, 'up to 32 letters, digits, “.”, “_” and “-”');
export const labelsSchema = z.array(labelSchema).max(32);

/** When a waiting job will begin and end, as things stand; latest wins, never stored. */
export const forecastSchema = z.object({
  jobId: idSchema,
  startsAt: z.number(),
  endsAt: z.number(),
  /** Nothing like it was encoded on that worker yet. */
  guess: z.boolean(),
});

export const jobSchema = z.object({
  id: idSchema,
  /** Grows with every change of the job, over all jobs: what `jobs.changed` resumes from. */
  revision: z.int(),
  state: z.enum(jobStates),
  /** A person paused it while it runs: its ffmpeg stands still, and keeps its slot. */
  suspended: z.boolean().default(false),
  /** The preset's name; its data is in `presetData`. */
  preset: presetNameSchema,
  presetData: completePresetSchema,
  /** 0 to 100, higher first. */
  priority: z.int().min(0).max(100),
  /** Labels that its worker must have. */
  require: labelsSchema.optional(),
  /** Labels that its worker has rather than not. */
  prefer: labelsSchema.optional(),
  /** Of a job that waits or is paused: the least is begun first. Priority and age are in it. */
  rank: z.number().optional(),
  /** Cancelled when the client that submitted it goes away. */
  attached: z.boolean(),
  /** `replace`: the result takes the place of the source, which is kept aside for a while. */
  onSuccess: z.enum(onSuccessChoices).default('keep'),
  /** What became of that, once there is a result. */
  replacement: replacementSchema.optional(),
  /** Whose daemon has it encoded here: the files lie there. Missing where they lie on this machine. */
  client: idSchema.optional(),
  /** Several are joined, in this order. */
  sources: z.array(sourceSchema).min(1),
  /** All of the preset, in its order, from planning on. */
  outputs: z.array(outputSchema),
  /** Why it waits, failed or was cancelled. */
  reason: errorDataSchema.optional(),
  /** Of a job that waits after a failure: it is not tried again before, see `reason`. */
  retryAt: z.number().optional(),
  /** From its end on, where the operator has any. */
  hooks: z.array(jobHookSchema).optional(),
  attempts: z.array(attemptSchema),
  /** Of a waiting job, where there is a basis for it; `jobs.changed` goes without, see `jobs.forecast`. */
  forecast: forecastSchema.omit({ jobId: true }).optional(),
  createdAt: z.number(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
});

/** Latest wins; never stored. */
export const progressSchema = z.object({
  jobId: idSchema,
  fence: z.int(),
  /** 0 to 1, monotone within an attempt, below 1 until the last result is delivered; missing when unknowable. */
  fraction: z.number().min(0).max(1).optional(),
  framesPerSecond: z.number().optional(),
  /** Media seconds per wall second. */
  speed: z.number().optional(),
  /** Seconds left; missing until it can be said. */
  eta: z.number().optional(),
  /** Media seconds encoded. */
  outTime: z.number().optional(),
  /** Bytes written so far. */
  bytes: z.number().optional(),
  /** What is done now, in a few words; missing where there is but one thing to do. */
  step: z.string().optional(),
});

export const ffmpegStatusSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ready'), path: z.string(), ffprobePath: z.string(), version: z.string() }),
  z.object({ state: z.literal('checking') }),
  z.object({ state: z.literal('missing'), error: errorDataSchema }),
]);

export const loadSchema = z.object({
  /** 0 to 1 over all cores. */
  cpu: z.number(),
  memoryUsed: z.number(),
  memoryTotal: z.number(),
  /** Bytes of the disk that it encodes on, and how many are free; missing where its file system does not tell. */
  disk: z.object({ free: z.number(), total: z.number() }).optional(),
  /** Graphics cards, as far as the system tells; `busy`: 0 to 1, memory in bytes, where a driver tells. */
  cards: z
    .array(
      z.object({
        name: z.string().max(200),
        busy: z.number().min(0).max(1).optional(),
        memoryUsed: z.number().optional(),
        memoryTotal: z.number().optional(),
      }),
    )
    .max(16)
    .optional(),
  at: z.number(),
});

/** A folder that several machines see, as it is on one of them. */
export const mountStateSchema = z.object({
  name: mountNameSchema,
  /** Where it lies on that machine. */
  path: z.string().max(4096),
  /** Why nothing in it is opened there now; missing: it is there, and can be read. */
  trouble: errorDataSchema.optional(),
});

export const workerSchema = z.object({
  id: idSchema,
  name: z.string(),
  /** `local` runs inside the daemon itself. */
  local: z.boolean(),
  platform: z.string(),
  arch: z.string(),
  cpuModel: z.string().optional(),
  cores: z.int(),
  ffmpeg: ffmpegStatusSchema,
  capabilities: capabilitiesSchema,
  /** Slot kind → how many tasks of that kind run at once. */
  slots: z.record(z.string(), z.int()),
  /** Ids of the jobs it runs now. */
  running: z.array(idSchema),
  /** It gets nothing until then, because what it was given failed there; afterwards it is tried with one encode. */
  setAside: z.object({ reason: errorDataSchema, until: z.number() }).optional(),
  load: loadSchema.optional(),
  labels: labelsSchema.default([]),
  /** A person wants it to be given nothing more; what it runs comes to its end. */
  drained: z.boolean().default(false),
  /** Else it is as it was last. */
  connected: z.boolean().default(true),
  /** Of one that is not connected: when it was, milliseconds since the epoch. */
  lastSeenAt: z.number().optional(),
  /** What it sees of folders that other machines see, too: what lies there need not be fetched. */
  mounts: z.array(mountStateSchema).max(maxMounts).default([]),
  /** It stands for so many workers: those of another daemon, which gives them what it is given. */
  members: z.int().min(0).optional(),
});

/** What a worker says of itself; the rest is known by its coordinator. */
export const workerDescriptionSchema = workerSchema.omit({
  running: true,
  load: true,
  setAside: true,
  drained: true,
  connected: true,
  lastSeenAt: true,
});

export const countsSchema = z.object({
  waiting: z.int(),
  paused: z.int().default(0),
  running: z.int(),
  done: z.int(),
  failed: z.int(),
  cancelled: z.int(),
  /** The whole queue is paused: what runs goes on, nothing else begins. */
  queuePaused: z.boolean().default(false),
});

export type Source = z.output<typeof sourceSchema>;
export type Output = z.output<typeof outputSchema>;
export type AttemptCommand = z.output<typeof attemptCommandSchema>;
export type OnSuccess = (typeof onSuccessChoices)[number];
export type Replacement = z.output<typeof replacementSchema>;
export type Exit = z.output<typeof exitSchema>;
export type Attempt = z.output<typeof attemptSchema>;
export type PresetSnapshot = z.output<typeof presetSnapshotSchema>;
export type JobHook = z.output<typeof jobHookSchema>;
export type Job = z.output<typeof jobSchema>;
export type Forecast = z.output<typeof forecastSchema>;
export type Progress = z.output<typeof progressSchema>;
export type FfmpegStatus = z.output<typeof ffmpegStatusSchema>;
export type MountState = z.output<typeof mountStateSchema>;
export type Load = z.output<typeof loadSchema>;
export type WorkerInfo = z.output<typeof workerSchema>;
export type WorkerDescription = z.output<typeof workerDescriptionSchema>;
export type Counts = z.output<typeof countsSchema>;
