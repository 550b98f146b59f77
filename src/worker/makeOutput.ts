import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { missedGain } from '../encoding/judgeSize.ts';
import type { Plan } from '../encoding/plan.ts';
import type { PlanInput } from '../encoding/planInput.ts';
import type { Verdict } from '../encoding/verdict.ts';
import { briefKey } from '../files/contentKey.ts';
import { identityOf } from '../files/fileIdentity.ts';
import { keepAccess } from '../files/keepAccess.ts';
import { forgetPlacement } from '../files/placementRecord.ts';
import { keyOf } from '../files/placement.ts';
import { pausesMs, placePersistently } from '../files/placePersistently.ts';
import { assertUnchanged, type SourceIdentity } from '../files/sourceFile.ts';
import { removeStaging, stage } from '../files/staging.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { FileIdentity, SourceState } from '../protocol/fileState.ts';
import { settlePlan, type SettledPlan } from './analyse.ts';
import { faultOfSource } from './lookThrough.ts';
import { damagedResult, unreadSource } from './encodeFailure.ts';
import type { EncodeProgress } from './encodeProgress.ts';
import type { FfmpegExit } from './ffmpegProcess.ts';
import type { FetchedSources } from './remoteFiles.ts';
import { encodeStreamed, type Streamed } from './streamedEncode.ts';
import { exitOf, runCommand, type RunPlace } from './runCommand.ts';
import { toolTimes } from './runTool.ts';
import { isCancelled, TaskFailure, type CommitRequest, type TaskContext } from './task.ts';
import { verifyResult } from './verifyResult.ts';
import { verifyWhenThere } from './verifyWhenThere.ts';
import { besideSource, WorkFiles } from './workFiles.ts';

/** One output of an attempt. */
export interface OutputTask {
  /** Which of the job's outputs. */
  readonly index: number;
  /** Planned path of the result. */
  readonly path: string;
  readonly input: PlanInput;
  readonly sources: readonly [SourceIdentity, ...SourceIdentity[]];
  /** What the source was before it was encoded, where the result is to take its place, and it lies on this machine. */
  readonly replaced: SourceState | undefined;
  /** Where source and destination are on another machine: what was fetched of it. */
  readonly fetched: FetchedSources | undefined;
  /** Where the source is read while it comes. */
  readonly streamed?: Streamed | undefined;
  readonly progress: { next(): void; update: EncodeProgress['update']; delivered(): void };
  /** Nothing of the job is left to do after it. */
  readonly isLast: boolean;
}

/** Stage, measure, encode, judge, commit, place. Reports each step; throws what ended it. */
export async function makeOutput(task: OutputTask, context: TaskContext): Promise<void> {
  const { taskId, fence } = context.key;
  const destination = path.dirname(task.path);
  const { scratchDir, traces } = context;
  const directory = await stage({ scratchDir, destination, taskId, fence, traces });
  let keep = false;
  try {
    const place = runPlace(task, directory, context);
    const { streamed } = task;
    const files = new WorkFiles(place, task.fetched?.bringAsset ?? besideSource(task.input.sources[0].path));
    const { progress } = task;
    const make = async (input: PlanInput, signal: AbortSignal): Promise<Made> => {
      const settled = await settlePlan(input, { place, files, progress });
      const staged = path.join(directory, settled.plan.result);
      // Of an ffmpeg that was stopped to begin anew.
      await rm(staged, { recursive: true, force: true });
      return { settled, staged, exit: await encode(settled.plan, task, { ...place, signal }) };
    };
    const { settled, staged, exit } = streamed
      ? await encodeStreamed(streamed, task.input, make, { place, staging: context.settings.staging })
      : await make(task.input, place.signal);

    const ended = exitOf(exit);
    if (exit.stderr.unreadable) throw new TaskFailure(unreadSource(task.sources[0].path), { exit: ended });
    // Of one that was streamed there is a copy of its own, which has grown until now.
    if (!streamed) await asFailure(unchanged(task), ended);
    void context.report({ type: 'verifying', output: task.index, exit: ended }).catch(() => undefined);
    const verdict = await asFailure(
      verifyWhenThere(
        () =>
          verifyResult({ ...settled, staged, exit }, task.input, {
            place,
            tools: context.prover.tools,
            ...toolTimes(context.settings.verifyStallSeconds, context.settings),
          }),
        { staged, destination },
        context,
      ),
      ended,
    );
    context.signal.throwIfAborted();
    if (verdict.level === 'fail') {
      const fault = await asFailure(faultOfSource(task.input, place), ended);
      const error = damagedResult(verdict, exit, { fault });
      throw new TaskFailure(error, { exit: ended, output: task.index, verdict });
    }
    const bytes = await context.fs.bytes(staged);
    const why = missedGain(settled.plan.expected, { source: totalBytes(task.sources), result: bytes });
    if (why !== undefined) {
      await removeStaging(directory, context.traces);
      await skip(why, verdict, task, context);
      return;
    }

    await keepAccess(
      task.sources.map((source) => source.path),
      staged,
    );
    if (context.elsewhere && task.fetched) {
      // However long its way is: another may have the slot.
      if (task.isLast) context.rest();
      await context.elsewhere.handOver({ output: task.index, verdict, staged }, task.fetched, context.signal);
      task.progress.delivered();
      return;
    }
    // From the request on it may be granted: only an answer says that the staged result is not needed.
    keep = true;
    const delivered = await deliver({ verdict, bytes, staged, source: task.replaced }, task, context).catch(
      (error: unknown) => {
        // The worker ends without an answer: the next one is told whether to place it.
        keep = context.signal.aborted && !isCancelled(context.signal);
        throw error;
      },
    );
    await removeStaging(directory, context.traces);
    task.progress.delivered();
    const report = { type: 'delivered', output: task.index, ...delivered, bytes, verdict } as const;
    if ((await context.report(report, lastOf(task))) === 'stored')
      await forgetPlacement(context.recordDir, keyOf({ staged }));
    keep = false;
  } finally {
    if (!keep) await removeStaging(directory, context.traces);
  }
}

/** A result before anybody has looked at it. */
interface Made {
  readonly settled: SettledPlan;
  /** Path of the result. */
  readonly staged: string;
  readonly exit: FfmpegExit;
}

function runPlace(task: OutputTask, directory: string, context: TaskContext): RunPlace {
  const stream = task.streamed?.stream;
  return {
    directory,
    binary: context.prover.tools.ffmpeg.path,
    lowPriority: context.lowPriority,
    settings: context.settings,
    // Whatever ffmpeg makes of the end of what it could read: that is not the end of the source.
    signal: stream ? AbortSignal.any([context.signal, stream.failed]) : context.signal,
    suspension: context.suspension,
    waits: stream?.waits,
    log: (text) => {
      context.log(text);
    },
    started: (command) => {
      // Its answer is awaited by the order of the outbox, not here.
      void context
        .report({ type: 'started', output: task.index, directory, ...command })
        .catch(() => undefined);
    },
  };
}

/** All commands of the plan, in order; how the last one ended. */
async function encode(plan: Plan, { progress, streamed }: OutputTask, place: RunPlace): Promise<FfmpegExit> {
  if (plan.expected.kind === 'ladder') await mkdir(path.join(place.directory, plan.result));
  let last: FfmpegExit | undefined;
  for (const { purpose, argv } of plan.commands) {
    progress.next();
    last = await runCommand(place, {
      purpose,
      argv,
      onProgress: (block) => {
        progress.update(block);
        if ((block.frame ?? 0) > 0) streamed?.stream.fetchRest();
      },
    });
  }
  if (!last) throw new DffmpegError('internal', 'The plan has no command.');
  return last;
}

/** Asks for a name and takes it, for the next one when it turns out to be taken. No grant, no name. */
async function deliver(
  result: Pick<CommitRequest, 'verdict' | 'bytes' | 'staged' | 'source'>,
  task: Pick<OutputTask, 'index' | 'isLast'>,
  context: TaskContext,
): Promise<{ path: string; identity: FileIdentity; modified: string | undefined }> {
  const { staged } = result;
  const identity = await identityOf(staged);
  const content = await contentOf(staged, context);
  let taken: string | undefined;
  for (;;) {
    // Before the name is granted: what is chosen meanwhile counts.
    const elsewhere = context.redirection.next();
    const granted = await context.commit({ ...result, output: task.index, identity, content, taken });
    const { recordDir, fs, traces, requireForeign } = context;
    const placement = {
      staged,
      identity,
      bytes: result.bytes,
      path: granted,
      recordDir,
      fs,
      traces,
      requireForeign,
    };
    const { placeRetries, placeRetryMinSeconds, placeRetryMaxSeconds, placeRetryFactor } = context.settings;
    const [first, longest] = [placeRetryMinSeconds * 1000, placeRetryMaxSeconds * 1000];
    const options = {
      signal: context.signal,
      pausesMs: pausesMs(placeRetries, first, longest, placeRetryFactor),
      longPauseMs: longest,
      onWait: tellOnce(task, context),
      elsewhere,
    };
    if ((await warnWhenSlow(placePersistently(placement, options), granted, context)) === 'placed')
      // It is placed: a folder that is away for a moment must not make it be made again.
      return {
        path: granted,
        identity: await identityOf(granted).catch(() => identity),
        modified: await fs.modified(granted).catch(() => undefined),
      };
    taken = granted;
  }
}

/** By which the result is known wherever it goes; undefined for a folder. */
async function contentOf(staged: string, { fs, signal }: TaskContext): Promise<string | undefined> {
  if (await fs.isFolder(staged)) return undefined;
  // It is known by its name as well: what cannot be read here does not make it be made again.
  return briefKey(staged, signal).catch(() => undefined);
}

async function skip(why: string, verdict: Verdict, task: OutputTask, context: TaskContext): Promise<void> {
  const findings = [...verdict.findings, { level: 'note' as const, message: why }];
  task.progress.delivered();
  await context.report(
    { type: 'skipped', output: task.index, verdict: { ...verdict, findings } },
    lastOf(task),
  );
}

function lastOf({ isLast }: OutputTask): 'last' | undefined {
  return isLast ? 'last' : undefined;
}

/** Of what is to be replaced, and of what another machine may write to as well, not even their attributes. */
async function unchanged({ sources, replaced, fetched }: OutputTask): Promise<void> {
  const wholly = replaced !== undefined || (fetched?.mounted.length ?? 0) > 0;
  for (const source of sources) await assertUnchanged(source, wholly);
}

function totalBytes(sources: readonly SourceIdentity[]): number {
  return sources.reduce((total, { bytes }) => total + bytes, 0);
}

async function asFailure<T>(check: Promise<T>, exit: TaskFailure['exit']): Promise<T> {
  try {
    return await check;
  } catch (error) {
    throw error instanceof DffmpegError ? new TaskFailure(error, { exit }) : error;
  }
}

/** Says once when the destination takes long. A try that is given up might come to its end later, beside the next one. */
async function warnWhenSlow<T>(placing: Promise<T>, target: string, context: TaskContext): Promise<T> {
  const seconds = context.settings.placeStallSeconds;
  const timer = setTimeout(() => {
    const folder = path.dirname(target);
    context.log(
      `The result has no name after ${seconds} s: ${folder} is slow, or does not answer. It is waited for.\n`,
    );
  }, seconds * 1000);
  return placing.finally(() => {
    clearTimeout(timer);
  });
}

/** The verified result is kept, and waits: said whenever it waits for something else. What encodes after it keeps its slot. */
function tellOnce(
  { index: output, isLast }: Pick<OutputTask, 'index' | 'isLast'>,
  context: TaskContext,
): (error: DffmpegError) => void {
  let told = '';
  return (error) => {
    if (told === error.message) return;
    told = error.message;
    void context.report({ type: 'waiting', output, error: error.toData() }).catch(() => undefined);
    if (isLast) context.rest();
  };
}
