import { stripVTControlCharacters } from 'node:util';

/** Characters without colours. */
export function visibleWidth(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
