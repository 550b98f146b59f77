import { execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { buildArguments } from '../../../src/encoding/arguments.ts';
import type { BuiltCommand } from '../../../src/encoding/arguments.ts';
import type { Capabilities, Dialect } from '../../../src/encoding/dialect.ts';
import { judge } from '../../../src/encoding/judge.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import type { Probe } from '../../../src/encoding/probe.ts';
import { ffprobeArguments, parseProbe } from '../../../src/encoding/probeOutput.ts';
import type { Outcome, Problem } from '../../../src/encoding/problem.ts';
import { createProgressParser } from '../../../src/encoding/progress.ts';
import type { ProgressBlock } from '../../../src/encoding/progress.ts';
import { createStderrReader } from '../../../src/encoding/stderr.ts';
import type { StderrSummary } from '../../../src/encoding/stderr.ts';
import {
  demuxersArguments,
  encoderTrials,
  frameRateModeTrial,
  parseDemuxers,
  parseVersion,
  versionArguments,
} from '../../../src/encoding/trial.ts';
import type { Verdict } from '../../../src/encoding/verdict.ts';

const run = promisify(execFile);

/** Another ffmpeg to hold the arguments against: `DFFMPEG_TEST_FFMPEG=/path/to/ffmpeg`. */
export const ffmpeg = process.env.DFFMPEG_TEST_FFMPEG ?? 'ffmpeg';

/** Everything may be chosen: a test that names an encoder wants to see it run. */
export const everything: Capabilities = Object.fromEntries(
  encoderTrials.map((trial) => [trial.encoder, { usable: true, pixelFormats: [...trial.pixelFormats] }]),
);

export async function findDialect(): Promise<Dialect> {
  const [version, demuxers, fpsMode] = await Promise.all([
    run(ffmpeg, [...versionArguments]),
    run(ffmpeg, [...demuxersArguments]),
    succeeds(frameRateModeTrial),
  ]);
  return {
    version: parseVersion(version.stdout) ?? '',
    frameRateModeOption: fpsMode ? '-fps_mode' : '-vsync',
    demuxers: parseDemuxers(demuxers.stdout),
  };
}

export async function succeeds(argv: readonly string[]): Promise<boolean> {
  return (await runToEnd(ffmpeg, argv)).code === 0;
}

export interface Run {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Standard input stays open, as it does under the worker. */
export function runToEnd(binary: string, argv: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, argv, { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

export async function probeClip(file: string): Promise<Outcome<{ probe: Probe }> & { stderr: string }> {
  const { stdout, stderr } = await runToEnd('ffprobe', ffprobeArguments(file));
  return { ...parseProbe(stdout), stderr };
}

export interface Encoded {
  readonly command: BuiltCommand;
  readonly run: Run;
  readonly source: Probe;
  readonly result: Probe | undefined;
  readonly last: ProgressBlock | undefined;
  readonly stderr: StderrSummary;
  readonly verdict: Verdict;
}

/** Probe, build, run, probe, judge: what a worker does, without its slots and its scratch. */
export async function encodeClip(
  preset: Preset,
  file: string,
  output: string,
  dialect: Dialect,
): Promise<Encoded | Problem> {
  const probed = await probeClip(file);
  if (!probed.ok) return probed.problem;
  const source = probed.probe;
  const command = buildArguments({
    preset,
    probe: source,
    dialect,
    capabilities: everything,
    source: file,
    output,
  });
  if (!command.ok) return command.problem;
  rmSync(output, { force: true });
  const done = await runToEnd(ffmpeg, command.argv);
  const reader = createStderrReader();
  reader.push(done.stderr);
  const stderr = reader.summary();
  const last = createProgressParser().push(done.stdout).at(-1);
  const after = await probeClip(output);
  const result = after.ok ? after.probe : undefined;
  const verdict = judge({
    expected: command.expected,
    source,
    read: { outTime: last?.outTime, frames: last?.frame, damage: stderr.damage, truncated: stderr.truncated },
    result,
    exit: { code: done.code, signal: done.signal },
  });
  return { command, run: done, source, result, last, stderr, verdict };
}
