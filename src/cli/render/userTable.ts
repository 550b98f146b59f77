import { printable } from '../../encoding/printable.ts';
import type { Identity } from '../../protocol/identity.ts';
import type { Style } from '../style.ts';
import { seenText } from './seenText.ts';

/** Rows with a heading: name, role, from where, and when each was there last. */
export function userRows(
  users: readonly Identity[],
  { style, now }: { readonly style: Style; readonly now: number },
): string[][] {
  const heading = ['NAME', 'ROLE', 'MAY COME FROM', 'LAST SEEN'].map((cell) => style.dim(cell));
  const rows = users.map((user) => [
    user.id,
    user.role,
    user.disabled ? style.warn('disabled') : fromText(user),
    seenText(user.lastSeenAt, now),
  ]);
  return [heading, ...rows];
}

export function userLines(user: Identity, style: Style): string[] {
  const field = (name: string, value: string): string => `${style.dim(name.padEnd(9))} ${value}`;
  return [
    field('name', style.bold(user.id)),
    ...(user.name === user.id ? [] : [field('machine', printable(user.name))]),
    field('role', user.role),
    field('from', fromText(user)),
    field('state', user.disabled ? style.warn('disabled') : 'may connect'),
    field('created', new Date(user.createdAt).toISOString()),
    field('seen', user.lastSeenAt === undefined ? 'never' : new Date(user.lastSeenAt).toISOString()),
  ];
}

function fromText({ ranges }: Identity): string {
  return ranges.length === 0 ? 'everywhere' : ranges.join(', ');
}
