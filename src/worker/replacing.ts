import { asidePath, isSourceAt, ownTimeOf, releaseAside } from '../files/aside.ts';
import { sameFile } from '../files/fileIdentity.ts';
import type { PlacingFs } from '../files/placingFs.ts';
import {
  discardSource,
  replaceSource,
  restoreSource,
  type PlacedResult,
  type Restoring,
} from '../files/replaceSource.ts';
import type { Handlers, Result } from '../protocol/contract.ts';
import { toDffmpegError } from '../protocol/errors.ts';
import type { WorkerMethods } from '../protocol/workerContract.ts';
import { Turns } from '../protocol/turns.ts';

/** What happens to sources that a result takes the place of, one at a time: a repeat finds the first one done. */
export function replacingHandlers(
  recordDir: string,
  fs: PlacingFs,
): Pick<Handlers<WorkerMethods>, 'source.replace' | 'source.restore' | 'source.locate' | 'source.discard'> {
  const turns = new Turns(1);
  // Once begun it is not called off: between two renames is no place to stop.
  const { signal } = new AbortController();
  const place = { recordDir, fs };
  return {
    'source.replace': ({ jobId, source, result }) =>
      turns.take(signal, async () => {
        const replacing = { source: { ...source, jobId }, result, ...place };
        const placed = await replaceSource(replacing);
        const aside = asidePath(replacing.source);
        return { ...placed, aside, asideChanged: await ownTimeOf(aside) };
      }),
    'source.restore': ({ jobId, source, result, home }) =>
      turns.take(signal, () => restore({ source: { ...source, jobId }, result, home, ...place })),
    'source.locate': (asked) =>
      turns.take(signal, async () => {
        const source = { ...asked.source, jobId: asked.jobId };
        const aside = asidePath(source);
        await releaseAside(source, place);
        const isAside = (await fs.identity(aside)) !== undefined;
        return {
          ...(isAside ? { aside } : {}),
          isHome: await isSourceAt(source.path, source, fs),
        };
      }),
    'source.discard': ({ jobId, source, result }) =>
      turns.take(signal, async () => ({
        outcome: await discardSource({ source: { ...source, jobId }, result, ...place }),
      })),
  };
}

/** Where it cannot be done it says what lies where: half of it may be done for good. */
async function restore(restoring: Restoring): Promise<Result<WorkerMethods['source.restore']>> {
  let moved: PlacedResult | undefined;
  const onMoved = (result: PlacedResult): void => {
    moved = result;
  };
  try {
    const result = await restoreSource({ ...restoring, onMoved });
    return { result, changed: await ownTimeOf(restoring.source.path), left: await secondName(restoring) };
  } catch (thrown) {
    const error = toDffmpegError(thrown);
    if (error.class === 'transient') throw error;
    const aside = asidePath(restoring.source);
    const isAside = (await restoring.fs.identity(aside)) !== undefined;
    if (!moved && !isAside) throw error;
    return { result: moved, stuck: { error: error.toData(), aside: isAside ? aside : undefined } };
  }
}

/** The source has its own name again: what it had aside may not be removed there. */
async function secondName({ source, fs }: Restoring): Promise<string | undefined> {
  const aside = asidePath(source);
  const [there, left] = [await fs.identity(source.path), await fs.identity(aside)];
  return there && left && sameFile(there, left) ? aside : undefined;
}
