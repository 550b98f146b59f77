/** Carries out a plan with the worker’s own steps, on a given ffmpeg, and has the result judged. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { OutputPreset } from '../../../../src/encoding/output.ts';
import type { Plan } from '../../../../src/encoding/plan.ts';
import type { PlanInput, PlanSource } from '../../../../src/encoding/planInput.ts';
import { planOutput } from '../../../../src/encoding/planOutput.ts';
import type { Problem } from '../../../../src/encoding/problem.ts';
import type { Verdict } from '../../../../src/encoding/verdict.ts';
import { DffmpegError } from '../../../../src/protocol/errors.ts';
import { settlePlan } from '../../../../src/worker/analyse.ts';
import type { FfmpegExit } from '../../../../src/worker/ffmpegProcess.ts';
import { runCommand } from '../../../../src/worker/runCommand.ts';
import type { RunPlace } from '../../../../src/worker/runCommand.ts';
import { verifyResult } from '../../../../src/worker/verifyResult.ts';
import { besideSource, WorkFiles } from '../../../../src/worker/workFiles.ts';
import type { TestedFfmpeg } from './binaries.ts';
import { defaultWorkerSettings } from '../../../../src/worker/workerSettings.ts';

export type Ran =
  | { readonly refused: { readonly code: string; readonly message: string; readonly path?: Problem['path'] } }
  | {
      readonly refused?: undefined;
      readonly plan: Plan;
      readonly verdict: Verdict;
      /** Path of the result: a file, or the folder of a ladder. */
      readonly result: string;
      /** What ffmpeg said on standard error. */
      readonly said: string;
    };

/** What goes wrong unseen: ffmpeg ends with 0 all the same. */
export interface Tampering {
  /** ffmpeg does something else than it was told. */
  readonly argv?: (argv: readonly string[]) => string[];
  /** That the encode took: without it none, so that decoding the end is always worth its time. */
  readonly seconds?: number;
  /** The result is not what ffmpeg wrote. */
  readonly result?: (file: string) => Promise<void>;
}

/** `directory`: empty, the attempt’s own. */
export async function runPlan(
  ffmpeg: TestedFfmpeg,
  output: OutputPreset,
  paths: readonly string[],
  directory: string,
  tampering: Tampering = {},
): Promise<Ran> {
  const input = await inputOf(ffmpeg, output, paths);
  if (input instanceof DffmpegError) return { refused: input };
  const first = planOutput(input);
  if (!first.ok) return { refused: first.problem };
  const signal = AbortSignal.timeout(timeoutMs);
  let said = '';
  const place: RunPlace = {
    directory,
    binary: ffmpeg.tools.ffmpeg.path,
    lowPriority: false,
    settings: defaultWorkerSettings,
    signal,
    log: (text) => (said += text),
    started: () => undefined,
  };
  const progress = { next: () => undefined, update: () => undefined };
  try {
    const files = new WorkFiles(place, besideSource(input.sources[0].path));
    const { plan, findings } = await settlePlan(input, { place, files, progress });
    if (plan.expected.kind === 'ladder') await mkdir(path.join(directory, plan.result));
    let exit: FfmpegExit | undefined;
    for (const { purpose, argv } of plan.commands)
      exit = await runCommand(place, { purpose, argv: tampering.argv?.(argv) ?? argv });
    if (!exit) throw new Error('The plan has no command.');
    const result = path.join(directory, plan.result);
    await tampering.result?.(result);
    exit = { ...exit, seconds: tampering.seconds ?? 0 };
    const verdict = await verifyResult({ plan, findings, staged: result, exit }, input, {
      ...{ place, tools: ffmpeg.tools, timeoutMs, stopGraceMs: 1_500 },
    });
    return { plan, verdict, result, said };
  } catch (error) {
    throw new Error(`The plan could not be carried out.\n${said}`, { cause: error });
  }
}

/** On a machine that has other things to do as well. */
const timeoutMs = 110_000;

async function inputOf(
  ffmpeg: TestedFfmpeg,
  output: OutputPreset,
  paths: readonly string[],
): Promise<PlanInput | DffmpegError> {
  try {
    const sources: PlanSource[] = [];
    for (const file of paths) sources.push({ path: file, probe: await ffmpeg.probe(file) });
    const [first, ...more] = sources;
    if (!first) throw new Error('A plan has a source.');
    return { output, sources: [first, ...more], ...(await ffmpeg.prove([output])) };
  } catch (error) {
    if (error instanceof DffmpegError) return error;
    throw error;
  }
}
