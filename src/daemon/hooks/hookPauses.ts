import { grownWait } from '../../protocol/grownWait.ts';
import type { JobHook } from '../../protocol/model.ts';
import type { SettingValues } from '../../protocol/settingRow.ts';
import type { hookSettings } from '../settings/hooks.ts';

type Settings = SettingValues<typeof hookSettings>;
export type HookPauses = Pick<
  Settings,
  'hookRetryMinSeconds' | 'hookRetryMaxSeconds' | 'hookRetryFactor' | 'hookRetryJitter'
>;

/** Milliseconds before the next try, after so many (1 and up). `chance`: 0 to 1. */
export function hookPause(tries: number, chance: number, pauses: HookPauses): number {
  const { hookRetryMinSeconds, hookRetryMaxSeconds, hookRetryFactor, hookRetryJitter } = pauses;
  const full = grownWait(hookRetryMinSeconds, hookRetryMaxSeconds, hookRetryFactor, tries - 1);
  return full * 1000 * (1 - hookRetryJitter + 2 * hookRetryJitter * chance);
}

/** No hook waits longer than this, milliseconds. */
export function longestHookPause(pauses: HookPauses): number {
  return hookPause(Number.MAX_SAFE_INTEGER, 1, {
    ...pauses,
    hookRetryFactor: Math.max(2, pauses.hookRetryFactor),
  });
}

/**
 * When a waiting hook is due: as it says, but no later than a hook that has just been tried so often would be. One that
 * says later was given its time before the clock was set back.
 */
export function hookDue(
  { at, tries }: Pick<JobHook, 'at' | 'tries'>,
  now: number,
  pauses: HookPauses,
): number {
  return Math.min(at, now + (tries === 0 ? 0 : hookPause(tries, 1, pauses)));
}
