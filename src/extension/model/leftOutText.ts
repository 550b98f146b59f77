import { fileNameOf } from './jobPresentation.ts';

/** What a scan of folders did not take, and why: `2 left out, such as a.mp4: It is a link.`; nothing: undefined. */
export function leftOutText(
  skipped: readonly { readonly path: string; readonly why: string }[],
): string | undefined {
  const [first] = skipped;
  if (!first) return undefined;
  const example = skipped.length === 1 ? fileNameOf(first.path) : `such as ${fileNameOf(first.path)}`;
  return `${skipped.length} left out, ${example}: ${first.why}`;
}
