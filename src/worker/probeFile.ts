import { explainFailure } from '../encoding/failure.ts';
import type { Probe } from '../encoding/probe.ts';
import { ffprobeArguments, parseProbe } from '../encoding/probeOutput.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { Tools } from './findBinary.ts';
import { runTool } from './runTool.ts';
import { toError } from './task.ts';

/** Runs ffprobe on a file. Throws the error that says why it is no media, or could not be read. */
export async function probeFile(
  tools: Tools,
  file: string,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<Probe> {
  const result = await runTool(tools.ffprobe.path, ffprobeArguments(file), options);
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
