import { jobTransitions } from '../../../src/coordinator/jobReducer.ts';
import { rooms } from '../rooms.mjs';

/** docs/architecture.md is written by hand, but for the tables between its marks. */
export function architectureDocument(current) {
  return between(between(current, 'rooms', roomsTable()), 'transitions', transitionsTable());
}

function between(text, name, table) {
  const open = `<!-- generated:${name} -->`;
  const close = `<!-- /generated:${name} -->`;
  const start = text.indexOf(open);
  const end = text.indexOf(close);
  if (start < 0 || end < start)
    throw new Error(`docs/architecture.md has lost its marks ${open} and ${close}.`);
  return `${text.slice(0, start)}${open}\n\n${table}\n\n${text.slice(end)}`;
}

function roomsTable() {
  const rows = Object.entries(rooms).map(([name, { does, pure, imports }]) => [
    `\`${name}\``,
    pure ? `pure: ${does}` : does,
    imports.length > 0 ? imports.map((other) => `\`${other}\``).join(', ') : 'nothing',
  ]);
  return table(['Room', 'What it is', 'May import'], rows);
}

function transitionsTable() {
  const rows = jobTransitions.map(({ event, from, to, toWhenCancelling, doc }) => [
    event,
    from.join(', '),
    to === 'same' ? '(stays)' : to,
    toWhenCancelling ?? '',
    doc,
  ]);
  return table(['Event', 'From', 'To', 'To, once cancelled', 'Meaning'], rows);
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
