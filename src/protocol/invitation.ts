import * as z from 'zod';
import { identityNameSchema } from './identity.ts';
import { parsePairingCode } from './pairingCode.ts';
import { pinSchema } from './pin.ts';

/** What a worker that listens shows, so that a daemon can make it its own; or a fleet, so that a daemon can give it encodes. */
const invitationSchema = z.strictObject({
  /** `wss://HOST:PORT/channel` */
  url: z
    .string()
    .max(300)
    .refine((text) => isAddress(text)),
  /** Of the key that answers there. */
  pin: pinSchema,
  /** A pairing code, good once. */
  code: z
    .string()
    .max(40)
    .refine((text) => parsePairingCode(text) !== undefined),
  /** What the machine calls itself. */
  name: identityNameSchema,
});

export type Invitation = z.output<typeof invitationSchema>;

/** What a link makes of the machine that shows it. */
export const invitationKinds = ['worker', 'fleet'] as const;
export type InvitationKind = (typeof invitationKinds)[number];

/** Where a link leads: to the command line, or to a dialog of VS Code. */
const places = { dffmpeg: 'dffmpeg://', vscode: 'vscode://dffmpeg.dffmpeg/' } as const;
const commands = { worker: 'add-worker', fleet: 'connect-fleet' } as const satisfies Record<
  InvitationKind,
  string
>;

/**
 * `dffmpeg://add-worker?w=…`: the invitation as JSON in base64url, so that no shell and no handler of links changes a letter of
 * it. What it says is shown before it is used.
 */
export function invitationLink(
  invitation: Invitation,
  place: keyof typeof places,
  kind: InvitationKind = 'worker',
): string {
  const bytes = new TextEncoder().encode(JSON.stringify(invitation));
  const text = btoa(String.fromCharCode(...bytes));
  const letters = text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return `${places[place]}${commands[kind]}?w=${letters}`;
}

/** Undefined for whatever is not exactly a link of this kind. */
export function parseInvitation(link: string, kind: InvitationKind = 'worker'): Invitation | undefined {
  const [, before = '', text = ''] = /^(\w+:\/\/[\w./-]+)\?w=([\w-]{1,900})$/u.exec(link.trim()) ?? [];
  if (!Object.values(places).some((place) => before === `${place}${commands[kind]}`)) return undefined;
  try {
    const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const json = new TextDecoder('utf-8', { fatal: true }).decode(
      Uint8Array.from(bytes, (character) => character.charCodeAt(0)),
    );
    return invitationSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/** Nothing but host and port: no name and password, no other path. */
function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, username, search, hash } = new URL(text);
  return protocol === 'wss:' && pathname === '/channel' && username + search + hash === '';
}
