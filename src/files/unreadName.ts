import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { errnoCode } from './errnoCode.ts';

/** What stands in a name, as it is read, for bytes that are no text. */
export const replacementCharacter = '\uFFFD';

/** Whether the name, as a folder was read, may lead to nothing: a person may also use that character itself. */
export function mayBeUnread(file: string): boolean {
  return path.basename(file).includes(replacementCharacter);
}

/**
 * Whether a name that a folder was read to hold is no UTF-8 there (on Windows: no UTF-16): as text it leads to nothing, and
 * what is called so cannot be opened.
 */
export async function isUnreadName(file: string): Promise<boolean> {
  if (!mayBeUnread(file)) return false;
  return lstat(file).then(
    () => false,
    (error: unknown) => errnoCode(error) === 'ENOENT',
  );
}

/** One sentence of a folder, for a person. */
export function unreadNames(count: number): string {
  return count === 1
    ? 'One name in it is not valid UTF-8: what is called so is left out. Rename it.'
    : `${count} names in it are not valid UTF-8: what is called so is left out. Rename them.`;
}
