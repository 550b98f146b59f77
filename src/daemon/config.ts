import * as z from 'zod';
import { presetNameSchema, type Preset } from '../encoding/preset.ts';
import { completePresetSchema } from '../encoding/presetComplete.ts';
import { resolvePreset } from '../encoding/presetResolve.ts';
import type { SchemaIssue } from '../encoding/schemaIssues.ts';
import { parseListenAddress } from './listenAddress.ts';

const slotKinds = ['cpu', 'nvenc', 'qsv', 'vaapi', 'videotoolbox'] as const;

/**
 * Every setting of the daemon: one row each. Its key stands in config.jsonc and config.vscode.json; its flag and
 * its variable follow from the key (`idleMinutes` → `--idle-minutes`, `DFFMPEG_IDLE_MINUTES`).
 */
export const settings = {
  ffmpeg: {
    doc: 'The ffmpeg to use; ffprobe is taken from beside it. Empty: the first on PATH.',
    schema: z.string().max(4096),
    default: '',
    text: asText,
    hot: false,
  },
  listen: {
    doc: 'Where the daemon listens, HOST:PORT; port 0 is a free one. Only this machine (127.0.0.1, ::1, localhost) for now.',
    schema: z.string().superRefine((value, context) => {
      const address = parseListenAddress(value);
      if ('problem' in address) context.addIssue({ code: 'custom', message: address.problem });
    }),
    default: '127.0.0.1:0',
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
  idleMinutes: {
    doc: 'The daemon leaves after so long without a client and without an unfinished job; 0: it stays.',
    unit: 'minutes',
    // A timer of Node holds 24 days.
    schema: z.number().min(0).max(35_000),
    default: 10,
    text: asNumber,
    hot: true,
  },
  lowPriority: {
    doc: 'Run ffmpeg below normal priority, so that the machine stays pleasant to work at.',
    schema: z.boolean(),
    default: true,
    text: asBoolean,
    hot: true,
  },
  logLevel: {
    doc: 'How much the log says.',
    schema: z.enum(['debug', 'info', 'warn', 'error']),
    default: 'info',
    text: asText,
    hot: true,
  },
  logBytes: {
    doc: 'Size at which daemon.log is put aside and begun anew.',
    unit: 'bytes',
    schema: z.int().min(4096).max(1_000_000_000),
    default: 5_000_000,
    text: asNumber,
    hot: false,
  },
  logFiles: {
    doc: 'How many logs that were put aside are kept.',
    schema: z.int().min(0).max(100),
    default: 3,
    text: asNumber,
    hot: false,
  },
  jobLogBytes: {
    doc: 'Size of the log of one job; what comes after is left out, and the log says so.',
    unit: 'bytes',
    schema: z.int().min(4096).max(1_000_000_000),
    default: 8_388_608,
    text: asNumber,
    hot: false,
  },
  stallSeconds: {
    doc: 'An encode that makes no progress for so long is ended, and tried again.',
    unit: 'seconds',
    schema: z.number().min(10).max(86_400),
    default: 600,
    text: asNumber,
    hot: false,
  },
  probeTimeoutSeconds: {
    doc: 'How long looking at a source may take.',
    unit: 'seconds',
    schema: z.number().min(1).max(3600),
    default: 60,
    text: asNumber,
    hot: false,
  },
  ageingMinutes: {
    doc: 'The priority of a job rises by one in so long a time while it waits, so that nothing waits for ever: with 5, ten points of priority are worth 50 minutes of waiting.',
    unit: 'minutes',
    schema: z.number().min(0.1).max(10_080),
    default: 5,
    text: asNumber,
    hot: false,
  },
  attachedGraceSeconds: {
    doc: 'A job that a command waits for is cancelled when that command has been gone for so long.',
    unit: 'seconds',
    schema: z.number().min(1).max(3600),
    default: 10,
    text: asNumber,
    hot: false,
  },
  maxFailures: {
    doc: 'A job fails after so many failures that are not its own fault.',
    schema: z.int().min(1).max(100),
    default: 3,
    text: asNumber,
    hot: false,
  },
  keepReplacedDays: {
    doc: 'How long a source that its result has replaced is kept aside, for “Undo”; then it is deleted.',
    unit: 'days',
    schema: z.number().min(0.01).max(36_500),
    default: 30,
    text: asNumber,
    hot: false,
  },
  replaceMinimumGainPercent: {
    doc: 'A result takes the place of its source only when it is smaller by so much.',
    unit: 'percent',
    schema: z.number().min(0).max(99),
    default: 5,
    text: asNumber,
    hot: false,
  },
  presets: {
    doc: 'Presets by name, beside the built-in ones.',
    schema: z.record(presetNameSchema, completePresetSchema),
    /** With what they inherit. One bad preset must not take the others along. */
    entries: resolveAll,
    default: {},
    hot: true,
  },
} as const satisfies Record<string, SettingRow>;

interface Entries {
  readonly good: Readonly<Record<string, unknown>>;
  readonly issues: readonly SchemaIssue[];
}

interface SettingRow {
  readonly doc: string;
  readonly unit?: string;
  readonly schema: z.ZodType;
  /** Of a setting that is many by name: those that are right, and what is wrong with the others. */
  readonly entries?: (value: Readonly<Record<string, unknown>>) => Entries;
  readonly default: unknown;
  /** Reads the value of a flag or a variable; without it the setting stands in files alone. */
  readonly text?: (text: string) => unknown;
  /** Whether a change of a file takes effect without a restart. */
  readonly hot: boolean;
}

export type SettingKey = keyof typeof settings;
export type Config = { readonly [K in SettingKey]: z.output<(typeof settings)[K]['schema']> };
export const settingKeys = Object.keys(settings) as SettingKey[];

/** The row of a key, seen alike for all keys. */
export function settingRow(key: SettingKey): SettingRow {
  return settings[key];
}

export function flagOf(key: SettingKey): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function variableOf(key: SettingKey): string {
  return `DFFMPEG_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Settings that a flag and a variable can give. */
export const textSettingKeys = settingKeys.filter((key) => settingRow(key).text !== undefined);

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

function asText(text: string): unknown {
  return text;
}

function asNumber(text: string): unknown {
  return text.trim() === '' ? text : Number(text);
}

function asBoolean(text: string): unknown {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  return text;
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
