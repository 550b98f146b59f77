import type { Output } from '../io.ts';
import { columnsOf } from './columns.ts';
import { visibleWidth } from './visibleWidth.ts';

/** A column that is narrower is hard to read: rather a little beyond the edge. */
const leastRoom = 24;

/** What lines are to fit into; undefined where they go to a file or to another program, which wants them whole. */
export function widthFor(output: Pick<Output, 'columns' | 'isTTY'>): number | undefined {
  return output.isTTY === true ? columnsOf(output) : undefined;
}

/** In lines of at most `width` characters, colours not counted; a word that is longer stays whole. */
export function wrapped(text: string, width: number | undefined): string[] {
  if (width === undefined || visibleWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.split(' ')) {
    const longer: string = line === undefined ? word : `${line} ${word}`;
    if (line === undefined || visibleWidth(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === undefined ? lines : [...lines, line];
}

/** `text` behind `head`; what follows in further lines stands below where it begins. */
export function hanging(head: string, text: string, width: number | undefined): string[] {
  const indent = visibleWidth(head);
  const room = width === undefined ? undefined : Math.max(leastRoom, width - indent);
  return wrapped(text, room).map((line, index) => (index === 0 ? head : ' '.repeat(indent)) + line);
}
