import type { Problem } from '../client/jsoncFile.ts';
import { schemaIssues, type SchemaIssue } from '../encoding/schemaIssues.ts';
import { nearestName } from '../encoding/nearestName.ts';
import { settingKeys, settingRow, type Config, type SettingKey } from './config.ts';
import { shownSetting } from './shownSetting.ts';

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
  /** What to do, and what counts until then. */
  readonly hint?: string | undefined;
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
    const wrong: Wrong[] = [];
    const chosen = choose(key, layers, previous, wrong);
    problems.push(...wrong.map((one) => toProblem(key, one, chosen.value)));
    values[key] = chosen.value;
    from[key] = chosen.origin;
    const layer = layers.find(({ origin }) => origin === chosen.origin);
    if (layer && Object.hasOwn(layer.values, key)) places[key] = layer.place([key]);
  }
  return { values: values as Config, origins: from as Record<SettingKey, Origin>, places, problems };
}

/** What is wrong with the value that a layer gives. */
interface Wrong {
  readonly layer: Layer;
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint?: string;
  /** The rest of the value counts all the same. */
  readonly isPart?: boolean;
}

function choose(
  key: SettingKey,
  layers: readonly Layer[],
  previous: MergedConfig | undefined,
  wrong: Wrong[],
): { value: unknown; origin: Origin } {
  for (const layer of layers) {
    if (!Object.hasOwn(layer.values, key)) continue;
    const { onlyIn = layer.origin } = settingRow(key);
    if (layer.origin !== onlyIn) {
      const message = `This setting counts in ${onlyIn} alone.`;
      wrong.push({ layer, path: [], message, hint: `Move it to ${onlyIn}.` });
      continue;
    }
    const checked = check(key, layer.values[key]);
    wrong.push(...checked.issues.map((issue) => ({ ...issue, layer, isPart: checked.good })));
    if (checked.good) return { value: checked.value, origin: layer.origin };
    if (previous?.origins[key] === layer.origin) return { value: previous.values[key], origin: layer.origin };
  }
  return { value: settingRow(key).default, origin: 'default' };
}

function toProblem(
  key: SettingKey,
  { layer, path, message, hint, isPart }: Wrong,
  value: unknown,
): ConfigProblem {
  const unit = settingRow(key).unit;
  const shown = shownSetting(key, value) || 'none';
  const counts =
    isPart === true ? 'it is left out' : `${shown}${unit === undefined ? '' : ` ${unit}`} counts`;
  // A flag or a variable that is wrong lets nothing start.
  const isTyped = layer.origin === 'flag' || layer.origin === 'environment';
  const until =
    hint === undefined ? `Correct it there; until then ${counts}.` : `${hint} Until then ${counts}.`;
  return {
    origin: layer.origin,
    place: layer.place([key, ...path]),
    message: `${[key, ...path].join('.')}: ${message}`,
    hint: isTyped ? hint : until,
  };
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
  const whole = schema.safeParse(value, { reportInput: true });
  if (whole.success) return { good: true, value: whole.data, issues: [] };
  return { good: false, value: undefined, issues: schemaIssues(whole.error) };
}

function unknownKeys(layer: Layer): ConfigProblem[] {
  return Object.keys(layer.values)
    .filter((key) => !key.startsWith('$') && !settingKeys.some((known) => known === key))
    .map((key) => ({
      origin: layer.origin,
      place: layer.place([key]),
      message: `${key}: There is no such setting.`,
      hint: nearestHint(key),
    }));
}

function nearestHint(key: string): string {
  const near = nearestName(key, settingKeys);
  return near === undefined
    ? 'Delete it there; “dffmpeg doctor --settings” names every setting.'
    : `Did you mean “${near}”?`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
