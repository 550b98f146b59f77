import { stat } from 'node:fs/promises';
import path from 'node:path';
import { buildArguments, type BuiltCommand } from '../encoding/arguments.ts';
import { judge } from '../encoding/judge.ts';
import { createProgressTracker } from '../encoding/progressTracker.ts';
import type { Verdict } from '../encoding/verdict.ts';
import { checkDestination } from '../files/destination.ts';
import { identityOf } from '../files/fileIdentity.ts';
import { requireSpace } from '../files/freeSpace.ts';
import { forgetPlacement } from '../files/placementRecord.ts';
import { placePersistently } from '../files/placePersistently.ts';
import { assertUnchanged, checkSource } from '../files/sourceFile.ts';
import { removeStaging, stage, type Staging } from '../files/staging.ts';
import { DffmpegError, toDffmpegError } from '../protocol/errors.ts';
import type { TaskPayload } from '../protocol/workerContract.ts';
import { damagedResult, failedRun } from './encodeFailure.ts';
import { runFfmpeg, type FfmpegExit } from './ffmpegProcess.ts';
import { probeFile } from './probeFile.ts';
import { proveFor } from './proveFor.ts';
import { readBack } from './readBack.ts';
import { surelyNeededBytes } from './sizeEstimate.ts';
import { isCancelled, TaskFailure, toError, type TaskContext } from './task.ts';

export type EncodePayload = Extract<TaskPayload, { kind: 'encode' }>;

/** Stage, encode, judge, commit, place. Reports each step; throws what ended it. The source is only read. */
export async function encodeTask(payload: EncodePayload, context: TaskContext): Promise<void> {
  const destination = path.dirname(payload.output);
  const source = await checkSource(payload.source);
  // It waited for its turn since it was looked at: the command was made for what it was then.
  if (source.bytes !== payload.probe.bytes)
    throw new DffmpegError('source-changed', `${payload.source} changed while it waited to be encoded.`, {
      hint: 'Retry the job to look at the file anew.',
    });
  await checkDestination(destination);
  await requireSpace(destination, surelyNeededBytes(payload.preset, payload.probe), 'destination-full');

  const { taskId, fence } = context.key;
  const staging = await stage({
    scratchDir: context.scratchDir,
    destination,
    taskId,
    fence,
    extension: payload.preset.container,
  });
  let keep = false;
  try {
    const command = await build(payload, staging, context);
    const tracker = createProgressTracker({
      duration: command.expected.duration,
      frames: command.expected.video?.frames,
    });
    const exit = await encode(command, staging, context, (block) => {
      context.progress(tracker.update(block, performance.now()));
    });
    const ended = { code: exit.code, signal: exit.signal };
    if (context.signal.aborted) throw new TaskFailure(toDffmpegError(context.signal.reason), { exit: ended });
    await asFailure(assertUnchanged(source), ended);
    if (exit.code !== 0) throw new TaskFailure(failedRun(exit, staging, context), { exit: ended });

    void context.report({ type: 'verifying', exit: ended }).catch(() => undefined);
    const verdict = await asFailure(verify(payload, command, staging, exit, context), ended);
    context.signal.throwIfAborted();
    if (verdict.level === 'fail')
      throw new TaskFailure(damagedResult(verdict, exit), { exit: ended, verdict });

    // From the request on it may be granted: only an answer says that the staged file is not needed.
    keep = true;
    const delivered = await deliver(verdict, staging, context).catch((error: unknown) => {
      // The worker ends without an answer: the next one is told whether to place it.
      keep = context.signal.aborted && !isCancelled(context.signal);
      throw error;
    });
    context.progress(tracker.delivered());
    if ((await context.report({ type: 'delivered', ...delivered, verdict })) === 'stored')
      await forgetPlacement(context.recordDir, staging.file);
    keep = false;
  } finally {
    if (!keep) await removeStaging(staging);
  }
}

async function build(payload: EncodePayload, staging: Staging, context: TaskContext): Promise<BuiltCommand> {
  const { preset, probe, source } = payload;
  const { prover } = context;
  const capabilities = await proveFor(preset, prover);
  const built = buildArguments({
    preset,
    probe,
    source,
    output: staging.file,
    dialect: prover.dialect,
    capabilities,
  });
  if (!built.ok) throw toError(built.problem);
  context.signal.throwIfAborted();
  return built;
}

async function encode(
  command: BuiltCommand,
  staging: Staging,
  context: TaskContext,
  onProgress: Parameters<typeof runFfmpeg>[0]['onProgress'],
): Promise<FfmpegExit> {
  const binary = context.prover.tools.ffmpeg.path;
  const run = runFfmpeg({
    binary,
    argv: command.argv,
    output: staging.file,
    lowPriority: context.lowPriority,
    stallMs: context.settings.stallSeconds * 1000,
    signal: context.signal,
    onProgress,
    onLog: (text) => {
      context.log(text);
    },
  });
  if (run.pid !== undefined) {
    const { pid } = run;
    const processStart = await run.processStart;
    // Its answer is awaited by the order of the outbox, not here.
    void context
      .report({ type: 'started', argv: [binary, ...command.argv], pid, processStart: processStart ?? '' })
      .catch(() => undefined);
  }
  return run.exit;
}

async function verify(
  payload: EncodePayload,
  command: BuiltCommand,
  staging: Staging,
  exit: FfmpegExit,
  context: TaskContext,
): Promise<Verdict> {
  const { signal, settings, prover } = context;
  const timeoutMs = settings.probeTimeoutSeconds * 1000;
  const result = await readBack(() => probeFile(prover.tools, staging.file, { timeoutMs, signal }), context);
  return judge({
    expected: command.expected,
    source: payload.probe,
    read: {
      outTime: exit.progress?.outTime,
      frames: exit.progress?.frame,
      damage: exit.stderr.damage,
      truncated: exit.stderr.truncated,
    },
    result,
    exit,
  });
}

/** Asks for a name and takes it, for the next one when it turns out to be taken. No grant, no name. */
async function deliver(
  verdict: Verdict,
  staging: Staging,
  context: TaskContext,
): Promise<{ path: string; bytes: number }> {
  const { file: staged } = staging;
  const identity = await identityOf(staged);
  const { size: bytes } = await stat(staged);
  let taken: string | undefined;
  for (;;) {
    const granted = await context.commit({ verdict, bytes, staged, identity, taken });
    const placement = { staged, identity, path: granted, recordDir: context.recordDir };
    if ((await placePersistently(placement, context)) === 'placed') return { path: granted, bytes };
    taken = granted;
  }
}

async function asFailure<T>(check: Promise<T>, exit: TaskFailure['exit']): Promise<T> {
  try {
    return await check;
  } catch (error) {
    throw error instanceof DffmpegError ? new TaskFailure(error, { exit }) : error;
  }
}
