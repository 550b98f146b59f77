import { lstat, mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { briefKey, contentKey } from '../../files/contentKey.ts';
import { place } from '../../files/placing.ts';
import { placingFs } from '../../files/placingFs.ts';
import { requireForeign } from '../../files/requireForeign.ts';
import { ownPrefix } from '../../files/staging.ts';
import { toDffmpegError } from '../../protocol/errors.ts';
import { placedOutputs } from '../../protocol/jobResults.ts';
import type { CopyHook } from './hookSchema.ts';
import type { HookOutcome, HookRun } from './hookTable.ts';

/** Names tried until something else must be wrong. */
const maxNames = 1000;
/** Files up to this size are compared as a whole when a name is taken, bytes. */
const wholeBytes = 1 << 30;

/** Copies every result into a folder, never over anything: `clip.web.mp4`, else `clip.web-2.mp4`. */
export async function runCopyHook({ copyTo }: CopyHook, run: HookRun): Promise<HookOutcome> {
  const { job, deliveryId, stateDir, signal, log } = run;
  const staging = path.join(copyTo, `${ownPrefix}${deliveryId}-1.part`);
  try {
    await requireForeign(copyTo, [stateDir]);
    for (const { path: result } of placedOutputs(job)) {
      if (result === undefined) continue;
      signal.throwIfAborted();
      const { name, ext } = path.parse(result);
      await rm(staging, { recursive: true, force: true });
      await mkdir(staging);
      const staged = path.join(staging, `result${ext}`);
      await placingFs.copy(result, staged);
      if (!(await isResult(staged, result, run))) return notTheResult(result);
      const target = await placeUnderFreeName(staged, copyTo, { name, ext, result }, run);
      log(`hook: copied to ${target}`);
    }
    return { done: true };
  } catch (error) {
    signal.throwIfAborted();
    const { message, hint } = toDffmpegError(error);
    return { done: false, again: true, message, ...(hint === undefined ? {} : { hint }) };
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Another job's, or anybody's, may have that name by now. */
async function isResult(staged: string, result: string, { contentOf, signal }: HookRun): Promise<boolean> {
  const content = await contentOf(result);
  return content === undefined || (await briefKey(staged, signal)) === content;
}

function notTheResult(result: string): HookOutcome {
  return {
    done: false,
    again: false,
    message: `${result} is not the result of this job any more: it was not copied.`,
    hint: 'Where the result lies by now, or that it was changed, only you know: copy it by hand.',
  };
}

async function placeUnderFreeName(
  staged: string,
  folder: string,
  { name, ext, result }: { name: string; ext: string; result: string },
  { stateDir, noteCopy, signal }: HookRun,
): Promise<string> {
  const recordDir = path.join(stateDir, 'scratch', 'placements');
  const isFolder = await placingFs.isFolder(staged);
  const copy = isFolder
    ? {}
    : { bytes: await placingFs.bytes(staged), content: await briefKey(staged, signal) };
  for (let number = 1; number < maxNames; number += 1) {
    const target = path.join(folder, `${name}${number === 1 ? '' : `-${number}`}${ext}`);
    // Copied by an earlier try, whose end was not seen.
    const isThere = await isCopy(target, { staged, result });
    if (!isThere && (await placingFs.identity(target))) continue;
    // Before anybody can see it.
    await noteCopy({ path: target, ...copy });
    if (isThere || (await place({ staged, path: target, recordDir })) === 'placed') return target;
  }
  throw new Error(`Every name for the copy is taken in ${folder}.`);
}

/** A link to the result, or the result itself where its folder has two names, is none: it is gone when that is. */
async function isCopy(
  target: string,
  { staged, result }: { staged: string; result: string },
): Promise<boolean> {
  if (await placingFs.isFolder(staged)) return false;
  const there = await lstat(target, { bigint: true }).catch(() => undefined);
  if (!there?.isFile()) return false;
  const itself = await stat(result, { bigint: true }).catch(() => undefined);
  if (itself && there.dev === itself.dev && there.ino === itself.ino) return false;
  const keys = await Promise.all(
    [staged, target].map((file) => contentKey(file, { wholeBytes }).catch(() => file)),
  );
  return keys[0] === keys[1];
}
