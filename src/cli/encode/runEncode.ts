import { randomUUID } from 'node:crypto';
import { readClientSettings } from '../../client/clientSettings.ts';
import type { DaemonConnection } from '../../client/connection.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import type { Job, PresetSnapshot } from '../../protocol/model.ts';
import type { Invocation } from '../command.ts';
import type { EncodeOptions } from '../commands/encode.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes } from '../exitCodes.ts';
import { jobsOutputSchema, printJson, type PresetOutput } from '../jsonOutput.ts';
import { toJobOutput } from '../../protocol/jobOutput.ts';
import { workspaceFiles } from '../presetFiles.ts';
import { choosePreset, presetCatalog } from '../presets.ts';
import { exitCodeOfJobs } from './exitCodeOfJobs.ts';
import { dryRun } from './dryRun.ts';
import { EncodeView } from './encodeView.ts';
import { expandSources } from './expandSources.ts';
import { checkTemplate, outputTemplate } from './outputTemplate.ts';
import { stopSignals } from './stopSignals.ts';
import { tellFolders } from './tellFolders.ts';
import { withTrim } from './trimPreset.ts';
import { waitForJobs } from './waitForJobs.ts';

export async function runEncode(
  invocation: Invocation,
  typed: readonly string[],
  options: EncodeOptions,
): Promise<number> {
  const { io } = invocation;
  const settings = await readClientSettings(invocation.stateDir, io.env);
  const stop = stopSignals(io, exitCodes.cancelled);
  try {
    return await withDaemon(
      invocation,
      async (daemon) => {
        const found = await findPreset(invocation, daemon, options.preset);
        const preset = { name: found.name, preset: withTrim(found.preset, options) };
        const sources = await expandSources(typed, io.cwd, daemon);
        const output = options.output === undefined ? undefined : outputTemplate(options.output, io.cwd);
        if (output !== undefined) checkTemplate(output, { source: sources.files[0] ?? io.cwd, preset });
        tellFolders(invocation, sources, `with preset ${preset.name}`);
        if (options.detach !== true) await requireFfmpeg(daemon);
        stop.signal.throwIfAborted();
        const jobSources = options.join === true ? [sources.files] : sources.files.map((file) => [file]);
        if (options.dryRun === true)
          return dryRun(invocation, daemon, {
            preset,
            jobs: jobSources,
            output,
            signal: stop.signal,
            settings,
          });
        const submit = (follow: (job: Job) => void): Promise<Job[]> =>
          submitAll(daemon, jobSources, {
            ...{ preset, output, options, signal: stop.signal, follow },
            atOnce: settings.submitsAtOnce,
          });
        if (options.detach === true) return detach(invocation, await submit(() => undefined));
        // Under --json a log wants no progress lines; a person at a terminal does.
        const view = invocation.json && io.stderr.isTTY !== true ? undefined : new EncodeView(io, settings);
        const jobs = await waitForJobs(daemon, { submit, stop: stop.signal, view });
        if (invocation.json) printJson(io.stdout, jobsOutputSchema, { jobs: jobs.map(toJobOutput) });
        return exitCodeOfJobs(jobs, options.exitCode);
      },
      { signal: stop.signal },
    );
  } catch (thrown) {
    throw stop.signal.aborted ? new DffmpegError('cancelled', 'Cancelled.', { cause: thrown }) : thrown;
  } finally {
    stop.release();
  }
}

async function findPreset(
  invocation: Invocation,
  daemon: DaemonConnection,
  name: string,
): Promise<PresetOutput> {
  const [fromDaemon, files] = await Promise.all([
    daemon.request('presets.list', {}),
    workspaceFiles(invocation.io.cwd),
  ]);
  return choosePreset(presetCatalog(fromDaemon.presets, files), name);
}

/** Without ffmpeg the job would wait for a person who is not there. */
async function requireFfmpeg(daemon: DaemonConnection): Promise<void> {
  const { ffmpeg } = await daemon.request('daemon.status', {});
  if (ffmpeg.state === 'missing') throw DffmpegError.from(ffmpeg.error);
}

interface Submission {
  readonly preset: PresetSnapshot;
  readonly output: string | undefined;
  readonly options: EncodeOptions;
  readonly signal: AbortSignal;
  readonly follow: (job: Job) => void;
  /** Submissions under way at once: enough to keep the daemon's grouped syncs full. */
  readonly atOnce: number;
}

async function submitAll(
  daemon: DaemonConnection,
  jobSources: readonly (readonly string[])[],
  { preset, output, options, signal, follow, atOnce }: Submission,
): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let begin = 0; begin < jobSources.length && !signal.aborted; begin += atOnce) {
    const batch = jobSources.slice(begin, begin + atOnce).map(async (sources) => {
      const { job } = await daemon.request('jobs.submit', {
        submissionId: randomUUID(),
        sources: [...sources],
        preset,
        output,
        priority: options.priority,
        attached: options.detach !== true,
        on: options.on,
        onSuccess: options.onSuccess,
      });
      follow(job);
      return job;
    });
    jobs.push(...(await Promise.all(batch)));
  }
  return jobs;
}

function detach({ io, json }: Invocation, jobs: readonly Job[]): number {
  if (json) printJson(io.stdout, jobsOutputSchema, { jobs: jobs.map(toJobOutput) });
  else for (const { id } of jobs) io.stdout.write(`${id}\n`);
  return exitCodes.done;
}
