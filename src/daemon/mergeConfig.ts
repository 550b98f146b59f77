import type { Problem } from '../client/jsoncFile.ts';
import { schemaIssues, type SchemaIssue } from '../encoding/schemaIssues.ts';
import { settingKeys, settingRow, type Config, type SettingKey } from './config.ts';

/** Where a value can come from, the strongest first. */
export const origins = ['flag', 'environment', 'config.jsonc', 'config.vscode.json', 'default'] as const;
export type Origin = (typeof origins)[number];

/** The values that one origin gives, unchecked. */
export interface Layer {
  readonly origin: Origin;
  readonly values: Readonly<Record<string, unknown>>;
  /** What to look at for a key: `file:line`, a flag, a variable. */
  place(keys: readonly (string | number)[]): string;
}

export interface MergedConfig {
  readonly values: Config;
  readonly origins: Readonly<Record<SettingKey, Origin>>;
  /** Of each that is no default: the flag, the variable, or file and line. */
  readonly places: Readonly<Partial<Record<SettingKey, string>>>;
  readonly problems: readonly ConfigProblem[];
}

export interface ConfigProblem extends Problem {
  readonly origin: Origin;
}

/**
 * Each key from the first layer that has a good value for it, `layers` being strongest first; else the default.
 * A bad value is named and passed over: with `previous`, the value that this layer gave before stays.
 */
export function mergeConfig(layers: readonly Layer[], previous?: MergedConfig): MergedConfig {
  const problems: ConfigProblem[] = layers.flatMap(unknownKeys);
  const values: Partial<Record<SettingKey, unknown>> = {};
  const from: Partial<Record<SettingKey, Origin>> = {};
  const places: Partial<Record<SettingKey, string>> = {};
  for (const key of settingKeys) {
    const chosen = choose(key, layers, previous, problems);
    values[key] = chosen.value;
    from[key] = chosen.origin;
    const layer = layers.find(({ origin }) => origin === chosen.origin);
    if (layer !== undefined) places[key] = layer.place([key]);
  }
  return { values: values as Config, origins: from as Record<SettingKey, Origin>, places, problems };
}

function choose(
  key: SettingKey,
  layers: readonly Layer[],
  previous: MergedConfig | undefined,
  problems: ConfigProblem[],
): { value: unknown; origin: Origin } {
  for (const layer of layers) {
    if (!Object.hasOwn(layer.values, key)) continue;
    const { onlyIn = layer.origin } = settingRow(key);
    if (layer.origin !== onlyIn) {
      const message = `${key}: This setting counts in ${onlyIn} alone.`;
      problems.push({ origin: layer.origin, place: layer.place([key]), message });
      continue;
    }
    const checked = check(key, layer.values[key]);
    for (const issue of checked.issues)
      problems.push({
        origin: layer.origin,
        place: layer.place([key, ...issue.path]),
        message: [`${[key, ...issue.path].join('.')}: ${issue.message}`, issue.hint]
          .filter(Boolean)
          .join(' '),
      });
    if (checked.good) return { value: checked.value, origin: layer.origin };
    if (previous?.origins[key] === layer.origin) return { value: previous.values[key], origin: layer.origin };
  }
  return { value: settingRow(key).default, origin: 'default' };
}

function check(
  key: SettingKey,
  value: unknown,
): { good: boolean; value: unknown; issues: readonly SchemaIssue[] } {
  const { schema, entries } = settingRow(key);
  if (entries !== undefined && isRecord(value)) {
    const { good, issues } = entries(value);
    return { good: true, value: good, issues };
  }
  const whole = schema.safeParse(value);
  if (whole.success) return { good: true, value: whole.data, issues: [] };
  return { good: false, value: undefined, issues: schemaIssues(whole.error) };
}

function unknownKeys(layer: Layer): ConfigProblem[] {
  return Object.keys(layer.values)
    .filter((key) => !key.startsWith('$') && !settingKeys.some((known) => known === key))
    .map((key) => ({
      origin: layer.origin,
      place: layer.place([key]),
      message: `${key}: There is no such setting. Known: ${settingKeys.join(', ')}.`,
    }));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
