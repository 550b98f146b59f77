import * as z from 'zod';
import type { SchemaIssue } from '../encoding/schemaIssues.ts';

export interface Entries {
  readonly good: Readonly<Record<string, unknown>>;
  readonly issues: readonly SchemaIssue[];
}

/** One setting. Its key stands in config.jsonc; its flag and its variable follow from the key. */
export interface SettingRow {
  readonly doc: string;
  readonly unit?: Unit;
  readonly schema: z.ZodType;
  /** Of a setting that is many by name: those that are right, and what is wrong with the others. */
  readonly entries?: (value: Readonly<Record<string, unknown>>) => Entries;
  readonly default: unknown;
  /** What of a value that may hold secrets is shown to people; without it the whole. */
  readonly shown?: (value: unknown) => unknown;
  /** Where alone it counts: what starts programs is the operator's to write. */
  readonly onlyIn?: 'config.jsonc';
  /** Reads the value of a flag or a variable; without it the setting stands in files alone. */
  readonly text?: (text: string) => unknown;
  /** Its flag may be given several times; what it is given is read as lines. */
  readonly repeatable?: true;
  /** Whether a change of a file takes effect without a restart. */
  readonly hot: boolean;
}

export type Unit =
  'milliseconds' | 'seconds' | 'minutes' | 'hours' | 'days' | 'bytes' | 'megabytes' | 'percent';

/** A timer of Node holds 24 days; longer ones would fire at once. */
const longestTimer = { milliseconds: 2_000_000_000, seconds: 2_000_000, minutes: 35_000 } as const;

interface NumberOptions {
  /** The least that is taken; 0 where nothing is said. */
  readonly min?: number;
  readonly max?: number;
  readonly hot?: boolean;
}

/** A span of time that a timer of the program counts. */
export function duration(
  unit: keyof typeof longestTimer,
  initial: number,
  doc: string,
  { min = 0, max = longestTimer[unit], hot = false }: NumberOptions = {},
) {
  return { doc, unit, schema: z.number().min(min).max(max), default: initial, text: asNumber, hot };
}

/** An age that is compared with a date. */
export function age(
  unit: 'hours' | 'days',
  initial: number,
  doc: string,
  { min = 0, max = 100_000, hot = false }: NumberOptions = {},
) {
  return { doc, unit, schema: z.number().min(min).max(max), default: initial, text: asNumber, hot };
}

/** A whole number of things. */
export function count(
  initial: number,
  doc: string,
  { min = 0, max = 1_000_000, hot = false }: NumberOptions = {},
) {
  return { doc, schema: z.int().min(min).max(max), default: initial, text: asNumber, hot };
}

/** A number that need not be whole: a factor, a share. */
export function ratio(initial: number, doc: string, { min = 0, max = 1, hot = false }: NumberOptions = {}) {
  return { doc, schema: z.number().min(min).max(max), default: initial, text: asNumber, hot };
}

export function size(
  unit: 'bytes' | 'megabytes',
  initial: number,
  doc: string,
  { min = 0, max = 1_000_000_000, hot = false }: NumberOptions = {},
) {
  return { doc, unit, schema: z.int().min(min).max(max), default: initial, text: asNumber, hot };
}

export function yesOrNo(initial: boolean, doc: string, { hot = false }: { hot?: boolean } = {}) {
  return { doc, schema: z.boolean(), default: initial, text: asBoolean, hot };
}

export function asText(text: string): unknown {
  return text;
}

export function asNumber(text: string): unknown {
  return text.trim() === '' ? text : Number(text);
}

export function asBoolean(text: string): unknown {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  return text;
}

export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function variableOf(key: string): string {
  return `DFFMPEG_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** What a table of rows comes to: key → value. */
export type SettingValues<T extends Readonly<Record<string, SettingRow>>> = {
  readonly [K in keyof T]: z.output<T[K]['schema']>;
};

export function defaultsOf<T extends Readonly<Record<string, SettingRow>>>(rows: T): SettingValues<T> {
  return Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, row.default])) as SettingValues<T>;
}
