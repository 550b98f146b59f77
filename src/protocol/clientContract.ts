import * as z from 'zod';
import { identityNameSchema } from './identity.ts';
import { outputNameSchema } from '../encoding/preset.ts';
import { adminMethods } from './adminContract.ts';
import type { EventTable, MethodTable } from './contract.ts';
import {
  healthSchema,
  inquiryKey,
  inquiryProgressSchema,
  likenessSchema,
  metricSchema,
  previewOutputSchema,
} from './inquiry.ts';
import { jobStates } from './jobState.ts';
import {
  countsSchema,
  ffmpegStatusSchema,
  forecastSchema,
  idSchema,
  jobSchema,
  maxSources,
  onSuccessChoices,
  pathSchema,
  presetSnapshotSchema,
  progressSchema,
  labelsSchema,
  workerSchema,
} from './model.ts';
import {
  existingChoices,
  watchedFileSchema,
  watchFolderSchema,
  watchFolderSpecSchema,
  watchOrigins,
} from './watchFolder.ts';

/** What the extension and the command line may ask the daemon. docs/protocol.md is printed from this table. */

export const topics = ['jobs', 'progress', 'workers', 'counts', 'load', 'watch'] as const;

export const submitSchema = z.object({
  /** Made by the client; a repeat with the same id returns the same job and stores nothing. */
  submissionId: idSchema,
  /** Several are joined into one result, in this order. */
  sources: z.array(pathSchema).min(1).max(maxSources),
  preset: presetSnapshotSchema,
  /** Template of the result's path; `${fileDirname}` and the like, see docs/presets.md. */
  output: z.string().min(1).max(1024).optional(),
  priority: z.int().min(0).max(100).default(50),
  attached: z.boolean().default(false),
  /** `replace`: for one source and one file as result, verified whole; see `jobs.undo`. */
  onSuccess: z.enum(onSuccessChoices).default('keep'),
  /** Run on this worker only, by name. */
  on: z.string().optional(),
  /** Run on a worker that has all of these labels. */
  require: labelsSchema.optional(),
  /** On one that has most of these, unless another one ends it clearly sooner (`preferFactor`). */
  prefer: labelsSchema.optional(),
});

export const clientMethods = {
  'session.open': {
    doc: 'First request of a client: names it, so that attached jobs survive a short reconnection.',
    params: z.object({ sessionId: idSchema, client: z.enum(['cli', 'vscode', 'test']), version: z.string() }),
    result: z.object({ version: z.string(), build: z.string(), protocol: z.string() }),
    forClients: true,
  },
  'daemon.status': {
    doc: 'The daemon, its ffmpeg and the number of jobs by state.',
    params: z.object({}),
    result: z.object({
      version: z.string(),
      build: z.string(),
      protocol: z.string(),
      pid: z.int(),
      startedAt: z.number(),
      stateDir: z.string(),
      node: z.string(),
      ffmpeg: ffmpegStatusSchema,
      counts: countsSchema,
    }),
  },
  'daemon.stop': {
    doc: 'Ends the daemon: running encodes go back to the queue and start anew with the next daemon.',
    params: z.object({}),
    result: z.object({}),
  },
  'daemon.handOver': {
    doc: 'Asked by a newer client: nothing more is begun, what runs is waited for (`handOverMinutes`), then the daemon leaves. `now`: nothing runs, and it leaves at once; else it starts the newest program in the state folder itself when it is gone.',
    params: z.object({}),
    result: z.object({ now: z.boolean() }),
  },
  'jobs.submit': {
    doc: 'Stores a job as `accepted`, synced to disk, and answers; everything else happens afterwards.',
    params: submitSchema,
    result: z.object({ job: jobSchema }),
  },
  'jobs.list': {
    doc: 'A page of jobs, newest first.',
    params: z.object({
      states: z.array(z.enum(jobStates)).optional(),
      limit: z.int().min(1).max(500).default(100),
      after: z.string().optional(),
    }),
    result: z.object({ jobs: z.array(jobSchema), next: z.string().optional() }),
  },
  'jobs.get': {
    doc: 'One job, with every command that its attempts ran. A unique beginning of the id (4 characters or more) is enough.',
    params: z.object({ id: idSchema }),
    result: z.object({ job: jobSchema }),
  },
  'jobs.cancel': {
    doc: 'Cancels a job that has not ended; ffmpeg is gone when its attempt ends. An ended job is left as it is.',
    params: z.object({ id: idSchema }),
    result: z.object({ job: jobSchema }),
  },
  'jobs.retry': {
    doc: 'Puts a failed or cancelled job back into the queue, as a new attempt of the same job.',
    params: z.object({ id: idSchema }),
    result: z.object({ job: jobSchema }),
  },
  'jobs.chooseFolder': {
    doc: 'The results of a job that are not in place yet go to this folder, under their names. A verified result that waits for a destination that is gone or full is placed there; a failed or cancelled job is retried.',
    params: z.object({ id: idSchema, folder: pathSchema }),
    result: z.object({ job: jobSchema }),
  },
  'jobs.retryHooks': {
    doc: 'Runs the hooks of a job again that failed.',
    params: z.object({ id: idSchema }),
    result: z.object({ job: jobSchema }),
  },
  'jobs.pause': {
    doc: 'A waiting job keeps its place and is not begun; the ffmpeg of a running one stands still and keeps its slot. Refused (`conflict`) where the system of its worker cannot stop a process for a while.',
    params: z.object({ id: idSchema }),
    result: z.object({ job: jobSchema }),
  },
  'jobs.resume': {
    doc: 'Lets a paused job wait for its turn again, and a suspended one go on.',
    params: z.object({ id: idSchema }),
    result: z.object({ job: jobSchema }),
  },
  'jobs.prioritize': {
    doc: 'Gives a job that has not ended another priority: what waits is begun in the order of priority, which rises with the time it waits.',
    params: z.object({ id: idSchema, priority: z.int().min(0).max(100) }),
    result: z.object({ job: jobSchema }),
  },
  'jobs.replace': {
    doc: 'Lets the result of a job take the place of its source although that was held back (a warning, an undo, a failure). Refused where the gain is too small. Answered when it is done.',
    params: z.object({ id: idSchema }),
    result: z.object({ job: jobSchema }),
  },
  'jobs.undo': {
    doc: 'Gives a replaced source its place again; the result lies beside it, as if it had been kept from the beginning. Answered when it is done.',
    params: z.object({ id: idSchema }),
    result: z.object({ job: jobSchema }),
  },
  'queue.pause': {
    doc: 'Nothing new is encoded until `queue.resume`, also after a restart; what runs goes on, and what comes is looked at.',
    params: z.object({}),
    result: z.object({ counts: countsSchema }),
  },
  'queue.resume': {
    doc: 'The queue goes on.',
    params: z.object({}),
    result: z.object({ counts: countsSchema }),
  },
  'jobs.log': {
    doc: 'The log of a job from a byte offset. With `wait` the answer comes when there is more or the job has ended.',
    params: z.object({ id: idSchema, offset: z.int().min(0).default(0), wait: z.boolean().default(false) }),
    result: z.object({ text: z.string(), nextOffset: z.int(), ended: z.boolean() }),
  },
  'jobs.preview': {
    doc: 'What a job would run, without making it: every command of every output, to the byte. Looks at the sources as the encode would, with `inquiry.progress` meanwhile. What is wrong with one output is its `problem`; what is wrong with all (an unreadable source, a template) is the error of the request.',
    params: submitSchema.pick({ sources: true, preset: true, output: true }).extend(inquiryKey),
    result: z.object({ outputs: z.array(previewOutputSchema) }),
  },
  'media.check': {
    doc: 'Is a file whole? Quick: its index, its beginning and its end; `thorough`: every stream decoded, with `inquiry.progress` meanwhile.',
    params: z.object({ ...inquiryKey, path: pathSchema, thorough: z.boolean().default(false) }),
    result: healthSchema,
  },
  'media.measure': {
    doc: 'How like a result is to what it was made of: of two files, brought to the result’s size and rate; or of a job’s output, where the source also goes through the job’s crop, cut and rotation.',
    params: z.object({
      ...inquiryKey,
      metrics: z.array(metricSchema).min(1).default(['ssim', 'psnr']),
      of: z.union([
        z.object({ result: pathSchema, reference: pathSchema }),
        z.object({
          jobId: idSchema,
          /** Name of the output; of several, the first that is in place where it is missing. */
          output: outputNameSchema.optional(),
        }),
      ]),
    }),
    result: likenessSchema,
  },
  'sources.scan': {
    doc: 'Media files among the paths and below the folders; links are left out, and results of our own unless `results`.',
    params: z.object({ paths: z.array(pathSchema).min(1).max(10_000), results: z.boolean().default(false) }),
    result: z.object({
      files: z.array(z.object({ path: pathSchema, bytes: z.number() })),
      skipped: z.array(z.object({ path: pathSchema, why: z.string() })),
    }),
  },
  'watch.list': {
    doc: 'Watched folders: those that were activated, and those of config.jsonc that were not.',
    params: z.object({}),
    result: z.object({
      folders: z.array(watchFolderSchema),
      /** What is wrong with the declared ones in config.jsonc. */
      problems: z.array(z.string()),
    }),
  },
  'watch.activate': {
    doc: 'A person’s yes: from now on each new file of the folder becomes a job, also after a restart. Activated again, it takes the new settings over; its files stay known.',
    params: z.object({
      folder: watchFolderSpecSchema,
      origin: z.enum(watchOrigins).exclude(['config']).default('cli'),
      /** As it is now, where the daemon does not know it by its name; else its name is looked up for each file. */
      preset: presetSnapshotSchema.shape.preset.optional(),
      /** What becomes of the files that are there already. */
      existing: z.enum(existingChoices).default('skip'),
    }),
    result: z.object({ folder: watchFolderSchema }),
  },
  'watch.activateDeclared': {
    doc: 'As above, for a folder of config.jsonc, by its id or its path: what stands there counts, now and later.',
    params: z.object({ folder: pathSchema, existing: z.enum(existingChoices).default('skip') }),
    result: z.object({ folder: watchFolderSchema }),
  },
  'watch.pause': {
    doc: 'No file is taken until `watch.resume`, also after a restart; the jobs go on. By id or path.',
    params: z.object({ folder: pathSchema }),
    result: z.object({ folder: watchFolderSchema }),
  },
  'watch.resume': {
    doc: 'Files are taken again, those that came meanwhile too.',
    params: z.object({ folder: pathSchema }),
    result: z.object({ folder: watchFolderSchema }),
  },
  'watch.remove': {
    doc: 'The folder is not watched any more, and what was known of its files is forgotten; jobs and files stay.',
    params: z.object({ folder: pathSchema }),
    result: z.object({ folder: watchFolderSchema }),
  },
  'watch.scan': {
    doc: 'Looks at the folder now, and answers when that is done; files still have to stop growing.',
    params: z.object({ folder: pathSchema }),
    result: z.object({ folder: watchFolderSchema }),
  },
  'watch.files': {
    doc: 'Files of a watched folder: those that are still growing first, then the latest that were taken.',
    params: z.object({ folder: pathSchema, limit: z.int().min(1).max(500).default(50) }),
    result: z.object({ files: z.array(watchedFileSchema) }),
  },
  'workers.drain': {
    doc: 'It is given nothing more until `workers.resume`, also after a restart; what it runs comes to its end. By id or name.',
    params: z.object({ worker: z.string() }),
    result: z.object({ worker: workerSchema }),
  },
  'workers.resume': {
    doc: 'It is given something again.',
    params: z.object({ worker: z.string() }),
    result: z.object({ worker: workerSchema }),
  },
  'workers.setLabels': {
    doc: 'Gives it these labels, beside those that it has itself, in place of what it was given before.',
    params: z.object({ worker: z.string(), labels: labelsSchema }),
    result: z.object({ worker: workerSchema }),
  },
  'workers.rename': {
    doc: 'What people call it here from now on, also after a restart, whatever it calls itself. No two have one name.',
    params: z.object({ worker: z.string(), name: identityNameSchema }),
    result: z.object({ worker: workerSchema }),
  },
  'workers.list': {
    doc: 'Every worker: what it is, what it proved, what it runs; also those that are known and not connected now.',
    params: z.object({}),
    result: z.object({ workers: z.array(workerSchema) }),
  },
  'presets.list': {
    doc: 'Built-in presets and those of config.jsonc, by name.',
    params: z.object({}),
    result: z.object({
      presets: z.array(presetSnapshotSchema.extend({ origin: z.enum(['built-in', 'config']) })),
    }),
    forClients: true,
  },
  'config.show': {
    doc: 'Every setting of the daemon with its value and where it comes from, and what is wrong in its files.',
    params: z.object({}),
    result: z.object({
      settings: z.array(
        z.object({
          key: z.string(),
          value: z.string(),
          origin: z.enum(['flag', 'environment', 'config.jsonc', 'config.vscode.json', 'default']),
          /** The flag, the variable, or file and line. */
          place: z.string().optional(),
          unit: z.string().optional(),
          default: z.string().optional(),
          /** Whether a change of a file takes effect without a restart. */
          hot: z.boolean().optional(),
        }),
      ),
      problems: z
        .array(z.object({ place: z.string(), message: z.string(), hint: z.string().optional() }))
        .optional(),
    }),
  },
  ...adminMethods,
  subscribe: {
    doc: 'Begins events of the named topics and returns where things stand. Replaces an earlier subscription. With `since` only jobs changed after that revision are returned (or a snapshot when that is no longer known: `snapshot` says which).',
    params: z.object({
      topics: z.array(z.enum(topics)),
      since: z.int().optional(),
      /** Of a first answer, which a view waits for: more come with each change, and in pages. */
      limit: z.int().min(1).max(2000).default(250),
    }),
    result: z.object({
      snapshot: z.boolean(),
      jobs: z.array(jobSchema),
      /** Jobs that were removed since then. */
      removed: z.array(idSchema).default([]),
      cursor: z.int(),
      workers: z.array(workerSchema),
      counts: countsSchema,
    }),
  },
} as const satisfies MethodTable;

export const clientEvents = {
  'jobs.changed': {
    doc: 'Jobs as they are after a change, in order of revision, and the ids of those that were removed because they ended long ago; `cursor` is what to resume from.',
    payload: z.object({
      jobs: z.array(jobSchema),
      removed: z.array(idSchema).default([]),
      cursor: z.int(),
    }),
    latestWins: false,
  },
  'jobs.progress': {
    doc: 'Progress of all that runs, 4 a second at most.',
    payload: z.object({ progress: z.array(progressSchema) }),
    latestWins: true,
  },
  'jobs.forecast': {
    doc: 'When waiting jobs will begin and end, all that can be foreseen, to subscribers of `progress`: at once, and whenever that has moved.',
    payload: z.object({ forecasts: z.array(forecastSchema) }),
    latestWins: true,
  },
  'inquiry.progress': {
    doc: 'How far an inquiry of this client is: `jobs.preview`, `media.check`, `media.measure`.',
    payload: inquiryProgressSchema,
    latestWins: true,
  },
  'workers.changed': {
    doc: 'All workers as they are now (without load unless `load` is subscribed).',
    payload: z.object({ workers: z.array(workerSchema) }),
    latestWins: true,
  },
  'watch.changed': {
    doc: 'Watched folders as they are now; once after `subscribe`, too.',
    payload: z.object({ folders: z.array(watchFolderSchema) }),
    latestWins: true,
  },
  'counts.changed': {
    doc: 'Number of jobs by state, for a status bar.',
    payload: countsSchema,
    latestWins: true,
  },
} as const satisfies EventTable;

export type ClientMethods = typeof clientMethods;
export type ClientEvents = typeof clientEvents;
export type SubmitParams = z.input<typeof submitSchema>;
export type Submission = z.output<typeof submitSchema>;
