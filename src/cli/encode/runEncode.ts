import { readClientSettings } from '../../client/clientSettings.ts';
import type { DaemonConnection } from '../../client/connection.ts';
import { DffmpegError } from '../../protocol/errors.ts';
import type { Job } from '../../protocol/model.ts';
import { printError, reportError, type Invocation } from '../command.ts';
import type { EncodeOptions } from '../commands/encode.ts';
import { withDaemon } from '../connect.ts';
import { exitCodes, worstExitCode } from '../exitCodes.ts';
import { jobsOutputSchema, printJson, type PresetOutput } from '../jsonOutput.ts';
import { toJobOutput } from '../../protocol/jobOutput.ts';
import { workspaceFiles } from '../presetFiles.ts';
import { choosePreset, presetCatalog } from '../presets.ts';
import { exitCodeOfJobs } from './exitCodeOfJobs.ts';
import { destinationTrouble } from './destinationTrouble.ts';
import { dryRun } from './dryRun.ts';
import { EncodeView } from './encodeView.ts';
import { expandSources } from './expandSources.ts';
import { checkTemplate, outputTemplate } from './outputTemplate.ts';
import { stopSignals } from './stopSignals.ts';
import { submitAll } from './submitAll.ts';
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
        const trouble = await destinationTrouble(
          jobSources.flatMap(([first = io.cwd]) => first),
          { preset, output, stateDir: invocation.stateDir },
        );
        if (trouble !== undefined) {
          reportError(io, trouble, invocation.json);
          return exitCodes.usage;
        }
        // Under --json a log wants no progress lines; a person at a terminal does.
        const isSeen = options.detach !== true && (!invocation.json || io.stderr.isTTY === true);
        const view = isSeen ? new EncodeView(io, settings) : undefined;
        let refused = 0;
        const onRefused = (error: DffmpegError): void => {
          refused += 1;
          if (view) view.refused(error);
          else printError(io, error);
        };
        const submit = (follow: (job: Job) => void): Promise<Job[]> =>
          submitAll(daemon, jobSources, {
            ...{ preset, output, options, signal: stop.signal, follow, onRefused },
            atOnce: settings.submitsAtOnce,
          });
        if (options.detach === true) detach(invocation, await submit(() => undefined));
        const jobs =
          options.detach === true ? [] : await waitForJobs(daemon, { submit, stop: stop.signal, view });
        if (options.detach !== true && invocation.json)
          printJson(io.stdout, jobsOutputSchema, { jobs: jobs.map(toJobOutput) });
        const code = exitCodeOfJobs(jobs, options.exitCode);
        return refused === 0 ? code : worstExitCode([code, exitCodes.failed]);
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

function detach({ io, json }: Invocation, jobs: readonly Job[]): void {
  if (json) printJson(io.stdout, jobsOutputSchema, { jobs: jobs.map(toJobOutput) });
  else for (const { id } of jobs) io.stdout.write(`${id}\n`);
}
