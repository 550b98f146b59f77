import { execa } from 'execa';
import type { Job } from '../../protocol/model.ts';
import { placedOutputs } from '../../protocol/jobResults.ts';
import type { CommandHook } from './hookSchema.ts';
import type { HookOutcome, HookRun } from './hookTable.ts';

/** What a program needs of the environment to run at all; the rest is nobody's business. */
const kept =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|SystemDrive|USERPROFILE|LOCALAPPDATA|APPDATA|PATHEXT|COMSPEC)$/i;

/** Runs the operator's command, without a shell. What it prints goes into the job's log. */
export async function runCommandHook(hook: CommandHook, run: HookRun): Promise<HookOutcome> {
  const { job, settings, signal, log } = run;
  const { hookTimeoutSeconds, hookStopMs, hookOutputBytes } = settings;
  const [program, ...args] = hook.command;
  const values = valuesOf(job, hook.on);
  const argv = args.flatMap((each) => (each === '${outputs}' ? values.outputs : [fill(each, values)]));
  const result = await execa(program, argv, {
    env: { ...environment(process.env), DFFMPEG_JOB: job.id, DFFMPEG_EVENT: hook.on },
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    timeout: hookTimeoutSeconds * 1000,
    forceKillAfterDelay: hookStopMs,
    cancelSignal: signal,
    maxBuffer: hookOutputBytes,
    stripFinalNewline: true,
  });
  if (result.all !== '') log(`hook ${program}:\n${result.all}`);
  if (!result.failed) return { done: true };
  signal.throwIfAborted();
  const why = result.timedOut
    ? `did not end within ${hookTimeoutSeconds} seconds`
    : result.isMaxBuffer
      ? 'printed too much'
      : result.exitCode !== undefined
        ? `ended with exit code ${result.exitCode}`
        : result.signal !== undefined
          ? `was ended by ${result.signal}`
          : `could not be started (${result.code ?? 'unknown error'})`;
  return {
    ...{ done: false, again: false, message: `${program} ${why}.` },
    hint: 'The job’s log has what it printed; “dffmpeg job retry-hooks” runs it again.',
  };
}

interface Values {
  readonly single: Readonly<Record<string, string>>;
  readonly outputs: string[];
}

function valuesOf(job: Job, event: string): Values {
  const outputs = placedOutputs(job).flatMap(({ path }) => (path === undefined ? [] : [path]));
  const source = job.sources[0]?.path ?? '';
  const single = { output: outputs[0] ?? '', source, jobId: job.id, preset: job.preset, event };
  return { single, outputs };
}

/** Values are put in as they are and never read again: a file named `${source}` stays that. */
function fill(argument: string, { single }: Values): string {
  return argument.replace(/\$\{(\w+)\}/g, (all, name: string) =>
    Object.hasOwn(single, name) ? (single[name] ?? '') : all,
  );
}

function environment(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => kept.test(entry[0]) && entry[1] !== undefined,
    ),
  );
}
