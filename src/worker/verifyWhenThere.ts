import { setTimeout as delay } from 'node:timers/promises';
import type { Verdict } from '../encoding/verdict.ts';
import { stagedAway } from '../files/stagedAway.ts';
import type { TaskContext } from './task.ts';

/**
 * Verifies a staged result. What is found while its disk does not answer says nothing of it: that is waited for, and the
 * result verified anew.
 */
export async function verifyWhenThere(
  verify: () => Promise<Verdict>,
  at: { readonly staged: string; readonly destination: string },
  context: Pick<TaskContext, 'traces' | 'settings' | 'signal' | 'log'>,
): Promise<Verdict> {
  for (;;) {
    try {
      const verdict = await verify();
      if (verdict.level !== 'fail' || !(await hasWaited(at, context))) return verdict;
    } catch (error) {
      if (context.signal.aborted || !(await hasWaited(at, context))) throw error;
    }
  }
}

/** Whether it was away, and is back now. */
async function hasWaited(
  { staged, destination }: { readonly staged: string; readonly destination: string },
  context: Pick<TaskContext, 'traces' | 'settings' | 'signal' | 'log'>,
): Promise<boolean> {
  const { traces, settings, signal } = context;
  for (let looks = 0; ; looks += 1) {
    const away = await stagedAway({ staged, traces }, destination);
    if (!away) return looks > 0;
    if (looks === 0) context.log(`${away.message} The result is verified when it is back.\n`);
    await delay(settings.placeRetryMinSeconds * 1000, undefined, { signal });
  }
}
