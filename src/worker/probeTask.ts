import { pickAudio, pickVideo } from '../encoding/streams.ts';
import { checkDestination } from '../files/destination.ts';
import { beginsAsIsoMedia } from '../files/isoMedia.ts';
import { checkSource } from '../files/sourceFile.ts';
import { DffmpegError } from '../protocol/errors.ts';
import type { TaskPayload } from '../protocol/workerContract.ts';
import { probeFile } from './probeFile.ts';
import type { TaskContext } from './task.ts';

/** Is the source media that can be read, and can the result be written? Reports `probed`, or throws why not. */
export async function probeTask(
  payload: Extract<TaskPayload, { kind: 'probe' }>,
  context: TaskContext,
): Promise<void> {
  const source = await checkSource(payload.source);
  const probe = await probeFile(context.prover.tools, payload.source, {
    timeoutMs: context.settings.probeTimeoutSeconds * 1000,
    signal: context.signal,
  }).catch(async (error: unknown) => {
    const damaged = error instanceof DffmpegError && error.code === 'source-damaged';
    throw damaged && !(await beginsAsIsoMedia(payload.source)) ? notMedia(payload.source) : error;
  });
  if (!pickVideo(probe) && pickAudio(probe, true).length === 0) throw notMedia(payload.source);
  await checkDestination(payload.destination);
  context.signal.throwIfAborted();
  await context.report({ type: 'probed', probe: { ...probe, bytes: source.bytes } });
}

function notMedia(source: string): DffmpegError {
  return new DffmpegError('source-not-media', `${source} holds no video or sound to encode.`, {
    hint: 'Choose a video or audio file; check that this one plays.',
  });
}
