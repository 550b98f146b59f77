import * as z from 'zod';
import {
  asText,
  asNumber,
  duration,
  yesOrNo,
  type Entries,
  type SettingRow,
} from '../../protocol/settingRow.ts';
import { presetNameSchema, type Preset } from '../../encoding/preset.ts';
import { completePresetSchema } from '../../encoding/presetComplete.ts';
import { resolvePreset } from '../../encoding/presetResolve.ts';
import type { SchemaIssue } from '../../encoding/schemaIssues.ts';
import { parseListenAddress } from '../listenAddress.ts';

export const slotKinds = ['cpu', 'nvenc', 'qsv', 'vaapi', 'videotoolbox'] as const;

export const generalSettings = {
  ffmpeg: {
    doc: 'The ffmpeg to use; ffprobe is taken from beside it. Empty: the first on PATH.',
    schema: z.string().max(4096),
    default: '',
    text: asText,
    hot: false,
  },
  listen: {
    doc: 'Where the daemon listens, HOST:PORT; port 0 is a free one. By default only this machine can reach it; with an address of the network, such as 0.0.0.0:7450, other machines can become workers (docs/fleet.md), over TLS and with keys.',
    schema: z.string().superRefine((value, context) => {
      const address = parseListenAddress(value);
      if ('problem' in address) context.addIssue({ code: 'custom', message: address.problem });
    }),
    default: '127.0.0.1:0',
    text: asText,
    hot: false,
  },
  advertise: {
    doc: 'What other machines dial to reach the daemon where `listen` is an address of the network: HOST or HOST:PORT. Empty: the address that is listened on, or the first of this machine.',
    schema: z.string().regex(/^$|^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/]+)(?::\d{1,5})?$/, {
      message: 'Write HOST or HOST:PORT.',
    }),
    default: '',
    text: asText,
    hot: false,
  },
  tlsCert: {
    doc: 'The certificate, with its chain, that is shown to other machines (PEM); with `tlsKey`. Empty: one that is made by itself, whose key workers pin.',
    schema: z.string().max(4096),
    default: '',
    text: asText,
    hot: false,
  },
  tlsKey: {
    doc: 'The key of `tlsCert` (PEM).',
    schema: z.string().max(4096),
    default: '',
    text: asText,
    hot: false,
  },
  slots: {
    doc: 'How many encodes run at once, by kind: `cpu=2`.',
    schema: z.partialRecord(z.enum(slotKinds), z.int().min(0).max(64)),
    default: {},
    text: asSlots,
    hot: false,
  },
  idleMinutes: duration(
    'minutes',
    10,
    'The daemon leaves after so long without a client, an unfinished job, a watched folder, a pairing code that is good and a worker of another machine; 0: it stays.',
    { hot: true },
  ),
  lowPriority: yesOrNo(
    true,
    'Run ffmpeg below normal priority, so that the machine stays pleasant to work at.',
    { hot: true },
  ),
  keepAwake: yesOrNo(
    true,
    'Keep the machine from going to sleep by itself while it encodes; the screen may go dark, and closing the lid still counts. By `systemd-inhibit`, `caffeinate` or Windows itself.',
    { hot: true },
  ),
  presets: {
    doc: 'Presets by name, beside the built-in ones.',
    schema: z.record(presetNameSchema, completePresetSchema),
    /** With what they inherit. One bad preset must not take the others along. */
    entries: resolveAll,
    default: {},
    hot: true,
  },
} as const satisfies Record<string, SettingRow>;

function resolveAll(value: Readonly<Record<string, unknown>>): Entries {
  const good: [string, Preset][] = [];
  const issues: SchemaIssue[] = [];
  for (const [name, source] of Object.entries(value)) {
    const resolved = resolvePreset(name, source, value);
    if (resolved.ok) good.push([name, resolved.preset]);
    else issues.push(...resolved.problems.map((problem) => ({ ...problem, path: [name, ...problem.path] })));
  }
  return { good: Object.fromEntries(good), issues };
}

/** `cpu=2,nvenc=3` */
function asSlots(text: string): unknown {
  return Object.fromEntries(
    text
      .split(',')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const [kind = '', count = ''] = part.split('=');
        return [kind.trim(), asNumber(count)];
      }),
  );
}
