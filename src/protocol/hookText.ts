import type { JobHook } from './model.ts';

/** What has become of a hook, in one line: the same in a terminal and in a tooltip. */
export function hookText({ kind, name, state, tries, error }: JobHook): string {
  const what = `${kind} ${name}`;
  if (state === 'done') return `${what}: done`;
  if (state === 'failed') return `${what}: failed: ${error?.message ?? 'no reason is known'}`;
  return tries === 0
    ? `${what}: waiting`
    : `${what}: tried ${tries} times, is tried again: ${error?.message ?? ''}`;
}
