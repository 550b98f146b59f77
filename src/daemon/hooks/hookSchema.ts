import { createHash } from 'node:crypto';
import * as z from 'zod';
import { pathSchema } from '../../protocol/model.ts';

const absolute = pathSchema.refine((path) => /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path), {
  message: 'Write the whole path, from the root on.',
});

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const common = {
  /** When a job has become this. */
  on: z.enum(['done', 'failed']).default('done'),
};

const commandSchema = z.strictObject({
  ...common,
  /** The program by its whole path, and its arguments, without a shell. */
  command: z.tuple([absolute], z.string().max(4096)),
});

const webhookSchema = z
  .strictObject({
    ...common,
    webhook: z.url({ protocol: /^https?$/ }).max(2048),
    /** File with the key of the signature, of mode 0600; without it webhook.key in the state folder, made when needed. */
    secretFile: absolute.optional(),
    /** Send it unencrypted to another machine. */
    allowHttp: z.boolean().default(false),
  })
  .refine(({ webhook, allowHttp }) => allowHttp || isSafe(webhook), {
    path: ['webhook'],
    message: 'Outside this machine a webhook is https; say "allowHttp": true to send it unencrypted.',
  });

const copySchema = z.strictObject({
  on: z.literal('done').default('done'),
  /** Folder that gets a copy of every result. */
  copyTo: absolute,
});

/** What happens when a job has ended: one of the three. */
export const hookSchema = z.union([commandSchema, webhookSchema, copySchema]);

export type Hook = z.output<typeof hookSchema>;
export type CommandHook = z.output<typeof commandSchema>;
export type WebhookHook = z.output<typeof webhookSchema>;
export type CopyHook = z.output<typeof copySchema>;

function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || loopback.test(hostname);
}

/** Names a hook by what it is: the store keeps this, never the command itself. */
export function hookKey(hook: Hook): string {
  return createHash('sha256').update(JSON.stringify(hook)).digest('hex').slice(0, 12);
}
