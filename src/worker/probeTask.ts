import { realpath } from 'node:fs/promises';
import type { Probe } from '../encoding/probe.ts';
import { hasSound, pickVideo } from '../encoding/streams.ts';
import { checkDestination } from '../files/destination.ts';
import { folderMark } from '../files/folderMark.ts';
import { beginsAsIsoMedia } from '../files/isoMedia.ts';
import { lostResults } from '../files/lostResults.ts';
import { checkSource } from '../files/sourceFile.ts';
import { DffmpegError, type ErrorCode } from '../protocol/errors.ts';
import type { FileIdentity, FolderMark } from '../protocol/fileState.ts';
import type { TaskPayload } from '../protocol/tasks.ts';
import { probeFile } from './probeFile.ts';
import { toolTimes } from './runTool.ts';
import type { TaskContext } from './task.ts';

export type Examining = Pick<TaskContext, 'prover' | 'settings' | 'signal'>;

/** Of a destination. */
const passing = new Set<ErrorCode>(['destination-full', 'destination-away']);

/** Characters of all probes together: they travel in one frame, and with every encode. */
const maxProbeCharacters = 4_000_000;

/** Are the sources media that can be read, and can the results be written? Reports `probed`, or throws why not. */
export async function probeTask(
  payload: Extract<TaskPayload, { kind: 'probe' }>,
  context: TaskContext,
): Promise<void> {
  const probes = await examineAll(payload.sources, context);
  const files = await Promise.all(payload.sources.map(fileOf));
  for (const folder of payload.destinations) {
    await context.requireForeign(folder);
    await checkDestination(folder, context.traces).catch(unlessItPasses);
  }
  const destinations = await marksOf(payload.destinations);
  const lost = await lostResults(payload.placed ?? [], context.fs);
  context.signal.throwIfAborted();
  await context.report(
    { type: 'probed', probes, files, destinations, ...(lost.length > 0 ? { lost } : {}) },
    'last',
  );
}

/** By which another job is seen to read the same file, links resolved. Throws where it is gone by now. */
async function fileOf(source: string): Promise<{ realPath: string; identity: FileIdentity }> {
  const { device, inode } = await checkSource(source);
  const identity = { device: String(device), inode: String(inode) };
  return { realPath: await realpath(source), identity };
}

/** Of those that are there. */
async function marksOf(folders: readonly string[]): Promise<{ path: string; mark: FolderMark }[]> {
  const marked = folders.map(async (folder) => {
    const mark = await folderMark(folder).catch(() => undefined);
    return mark ? [{ path: folder, mark }] : [];
  });
  return (await Promise.all(marked)).flat();
}

/** A full disk may have room when the job's turn comes, and one that was pulled be back: the encode is not begun before, and says what it waits for. */
function unlessItPasses(error: unknown): void {
  const passes = error instanceof DffmpegError && passing.has(error.code);
  if (!passes) throw error;
}

/** What each of the sources is. Throws for the first that is no media or cannot be read. */
export async function examineAll(sources: readonly string[], context: Examining): Promise<Probe[]> {
  const probes: Probe[] = [];
  let characters = 0;
  for (const source of sources) {
    const probe = await examine(source, context);
    characters += JSON.stringify(probe).length;
    if (characters > maxProbeCharacters)
      throw new DffmpegError('source-not-media', `${source} announces more tracks than anybody needs.`, {
        hint: 'Choose a video or audio file; check that this one plays.',
      });
    probes.push(probe);
  }
  return probes;
}

async function examine(path: string, context: Examining): Promise<Probe> {
  const { bytes, inode, modified, changed } = await checkSource(path);
  const probe = await probeFile(context.prover.tools, path, {
    ...toolTimes(context.settings.probeTimeoutSeconds, context.settings),
    signal: context.signal,
  }).catch(async (error: unknown) => {
    const damaged = error instanceof DffmpegError && error.code === 'source-damaged';
    throw damaged && !(await beginsAsIsoMedia(path)) ? notMedia(path) : error;
  });
  if (!holdsMedia(probe)) throw notMedia(path);
  const state = { inode: String(inode), modified: String(modified), changed: String(changed) };
  return { ...probe, bytes, state };
}

/** A cover alone is a picture that a still can be made of. */
function holdsMedia(probe: Probe): boolean {
  return (
    pickVideo(probe) !== undefined ||
    probe.streams.some((stream) => stream.attachedPicture || (stream.type === 'audio' && hasSound(stream)))
  );
}

function notMedia(source: string): DffmpegError {
  return new DffmpegError('source-not-media', `${source} holds no video or sound to encode.`, {
    hint: 'Choose a video or audio file; check that this one plays.',
  });
}
