import { explainFailure } from '../encoding/failure.ts';
import type { Probe } from '../encoding/probe.ts';
import {
  addFrameFacts,
  ffprobeArguments,
  ffprobeFrameArguments,
  parseProbe,
} from '../encoding/probeOutput.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Tools } from './findBinary.ts';
import { runTool, type ToolTimes } from './runTool.ts';
import { toError } from './task.ts';

export interface ProbeOptions extends ToolTimes {
  signal?: AbortSignal;
}

/**
 * Runs ffprobe on a file, and once more on its first frames where they can tell more. Throws the error that says why
 * it is no media, or could not be read.
 */
export async function probeFile(tools: Tools, file: string, options: ProbeOptions): Promise<Probe> {
  const probe = await probeWith(tools, ffprobeArguments(file), file, options);
  const frameArguments = ffprobeFrameArguments(file, probe);
  if (frameArguments === undefined) return probe;
  // What frames say is a help: without it the container's word counts.
  const frames = await runTool(tools.ffprobe.path, frameArguments, options);
  return frames.code === 0 ? addFrameFacts(probe, frames.stdout) : probe;
}

/** With arguments for ffprobe of the caller's own; `file` names it in messages. */
export async function probeWith(
  tools: Tools,
  argv: readonly string[],
  file: string,
  options: ProbeOptions,
): Promise<Probe> {
  const result = await runTool(tools.ffprobe.path, argv, options);
  if (result.failedToStart !== undefined)
    throw new DffmpegError('ffmpeg-missing', `${tools.ffprobe.path} could not be started.`, {
      hint: 'Install ffmpeg again, or correct the setting ffmpegPath.',
    });
  if (result.timedOut)
    throw new DffmpegError('timeout', `${file} could not be examined within ${options.timeoutMs / 1000} s.`, {
      hint: 'Check the disk or network drive that the file is on, then retry.',
    });
  if (result.code !== 0) throw toError(explainFailure(result.stderr.split('\n'), { program: 'ffprobe' }));
  const parsed = parseProbe(result.stdout);
  if (!parsed.ok) throw toError(parsed.problem);
  return parsed.probe;
}
