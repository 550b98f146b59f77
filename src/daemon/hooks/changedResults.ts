import { briefKey } from '../../files/contentKey.ts';
import { placingFs } from '../../files/placingFs.ts';
import { placedOutputs } from '../../protocol/jobResults.ts';
import type { HookRun } from './hookTable.ts';

/**
 * Results that the operator's command changes, such as by setting tags, stay ours: what they hold then is noted before
 * the hook counts as run. One that was another's before the command ran is left alone.
 */
export async function noteChangedResults<T>(run: HookRun, work: () => Promise<T>): Promise<T> {
  const before = new Map<string, string>();
  for (const { path } of placedOutputs(run.job)) {
    const content = await contentOf(path);
    const known = await run.contentOf(path);
    if (content !== undefined && (known ?? content) === content) before.set(path, content);
  }
  try {
    return await work();
  } finally {
    // Also where it failed or was called off: it may have changed some by then.
    for (const [path, earlier] of before) {
      const content = await contentOf(path);
      if (content === undefined || content === earlier) continue;
      await run.noteCopy({ path, bytes: await placingFs.bytes(path), content });
    }
  }
}

/** Undefined for a folder, and for what is not there or cannot be read. */
async function contentOf(file: string): Promise<string | undefined> {
  try {
    return (await placingFs.isFolder(file)) ? undefined : await briefKey(file);
  } catch {
    return undefined;
  }
}
