import type { Output } from '../io.ts';

/** Of a terminal that does not say how wide it is. */
const usualColumns = 80;

/** Characters in a row of the terminal; some say 0 for “not known”. */
export function columnsOf({ columns }: Pick<Output, 'columns'>): number {
  return columns !== undefined && columns > 0 ? columns : usualColumns;
}
