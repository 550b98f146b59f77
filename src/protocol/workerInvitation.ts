import * as z from 'zod';
import { identityNameSchema } from './identity.ts';
import { parsePairingCode } from './pairingCode.ts';
import { pinSchema } from './pin.ts';

/** What a worker that listens shows, so that a daemon can make it its own. */
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

export type WorkerInvitation = z.output<typeof invitationSchema>;

/** Where a link leads: to the command line, or to a dialog of VS Code. */
const places = {
  dffmpeg: 'dffmpeg://add-worker',
  vscode: 'vscode://dffmpeg.dffmpeg/add-worker',
} as const;

/**
 * `dffmpeg://add-worker?w=…`: the invitation as JSON in base64url, so that no shell and no handler of links changes a letter of
 * it. What it says is shown before it is used.
 */
export function invitationLink(invitation: WorkerInvitation, place: keyof typeof places): string {
  const bytes = new TextEncoder().encode(JSON.stringify(invitation));
  const text = btoa(String.fromCharCode(...bytes));
  return `${places[place]}?w=${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** Undefined for whatever is not exactly such a link. */
export function parseInvitation(link: string): WorkerInvitation | undefined {
  const [, place = '', text = ''] = /^(\w+:\/\/[\w./-]+)\?w=([\w-]{1,900})$/u.exec(link.trim()) ?? [];
  if (!Object.values<string>(places).includes(place)) return undefined;
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
