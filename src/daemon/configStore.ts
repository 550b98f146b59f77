import { unwatchFile, watch, watchFile, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { readJsoncFile, type JsoncDocument } from '../client/jsoncFile.ts';
import { DffmpegError } from '../protocol/errors.ts';
import { flagOf, variableOf } from '../protocol/settingRow.ts';
import { flagSettingKeys, settingRow, textSettingKeys, type Config, type SettingKey } from './config.ts';
import { isRecord, mergeConfig, type ConfigProblem, type Layer, type MergedConfig } from './mergeConfig.ts';

const files = ['config.jsonc', 'config.vscode.json'] as const;

export interface ConfigOptions {
  readonly stateDir: string;
  /** Values of flags, by key, as typed. */
  readonly flags: Readonly<Partial<Record<SettingKey, string>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What counts instead of the defaults, as a file would say it. */
  readonly defaults?: Readonly<Partial<Record<SettingKey, unknown>>>;
}

/** The daemon's settings as they are now. A file that cannot be understood never stops the daemon. */
export class ConfigStore {
  readonly #options: ConfigOptions;
  readonly #listeners = new Set<(config: MergedConfig) => void>();
  /** The last good reading of each file. */
  readonly #documents = new Map<(typeof files)[number], JsoncDocument>();
  #merged: MergedConfig;
  #watcher: FSWatcher | undefined;
  /** Ends the slow way to follow the files, where it was needed. */
  #stopPolling: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: ConfigOptions) {
    this.#options = options;
    this.#merged = mergeConfig([]);
  }

  /** Throws `request-invalid` for a bad flag or variable: a person just typed it. Files are only complained of. */
  static async load(options: ConfigOptions): Promise<ConfigStore> {
    const store = new ConfigStore(options);
    await store.#read(undefined);
    const typed = store.#merged.problems.find(({ origin }) => origin === 'flag' || origin === 'environment');
    if (typed !== undefined)
      throw new DffmpegError('request-invalid', `${typed.place} is not right. ${typed.message}`, {
        hint: typed.hint ?? 'Correct it, or leave it away for the default.',
      });
    return store;
  }

  get values(): Config {
    return this.#merged.values;
  }

  get merged(): MergedConfig {
    return this.#merged;
  }

  get problems(): readonly ConfigProblem[] {
    return this.#merged.problems;
  }

  /**
   * Follows the two files from now on. `onError` hears what stands in the way; where the system has no more
   * watches to give (`ENOSPC`, `EMFILE`), they are looked at every few seconds instead.
   */
  watch(onChange: (config: MergedConfig) => void, onError: (error: unknown) => void): void {
    this.#listeners.add(onChange);
    if (this.#watcher !== undefined || this.#stopPolling !== undefined) return;
    const readSoon = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#read(this.#merged).then(() => this.#tell(), onError);
      }, this.values.settingsSettleMs);
    };
    const poll = (error: unknown): void => {
      onError(error);
      this.#poll(readSoon);
    };
    try {
      this.#watcher = watch(this.#options.stateDir, { persistent: false }, (_, name) => {
        if (files.some((file) => file === name)) readSoon();
      });
      this.#watcher.on('error', poll);
    } catch (error) {
      poll(error);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
    this.#stopPolling?.();
    this.#listeners.clear();
  }

  #poll(onChange: () => void): void {
    if (this.#stopPolling !== undefined) return;
    const paths = files.map((file) => path.join(this.#options.stateDir, file));
    const options = { persistent: false, interval: this.values.settingsPollSeconds * 1000 };
    for (const file of paths) watchFile(file, options, onChange);
    this.#stopPolling = () => {
      for (const file of paths) unwatchFile(file, onChange);
    };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.#merged);
  }

  async #read(previous: MergedConfig | undefined): Promise<void> {
    const broken: ConfigProblem[] = [];
    for (const file of files) {
      const document = await readJsoncFile(path.join(this.#options.stateDir, file));
      if (document === undefined) this.#documents.delete(file);
      else if (isRecord(document.value)) this.#documents.set(file, document);
      else broken.push(...problemsOf(file, document, this.#documents.has(file)));
    }
    const merged = mergeConfig(this.#layers(), previous);
    // What was wrong with the earlier text of a broken file is nowhere to be seen any more.
    const shown = merged.problems.filter(({ origin }) =>
      broken.every((problem) => problem.origin !== origin),
    );
    this.#merged = { ...merged, problems: [...broken, ...shown] };
  }

  #layers(): Layer[] {
    const { flags, env, defaults = {} } = this.#options;
    const flagLayer = textLayer('flag', flagSettingKeys, (key) => flags[key], flagOf);
    const variableLayer = textLayer(
      'environment',
      textSettingKeys,
      (key) => env[variableOf(key)],
      variableOf,
    );
    const fileLayers = files.flatMap((origin): Layer[] => {
      const document = this.#documents.get(origin);
      if (document === undefined || !isRecord(document.value)) return [];
      return [{ origin, values: document.value, place: (keys) => document.place(keys) }];
    });
    const given: Layer = { origin: 'default', values: defaults, place: () => 'coordinator run' };
    return [flagLayer, variableLayer, ...fileLayers, given];
  }
}

function problemsOf(
  origin: (typeof files)[number],
  { file, problems }: JsoncDocument,
  wasGood: boolean,
): ConfigProblem[] {
  const hint = `Correct it; until then ${wasGood ? 'what it said before counts' : 'nothing of this file counts'}.`;
  if (problems.length > 0) return problems.map((problem) => ({ ...problem, origin, hint }));
  const message = 'This file holds settings in { }, not something else.';
  return [{ origin, place: `${file}:1`, message, hint }];
}

function textLayer(
  origin: 'flag' | 'environment',
  keys: readonly SettingKey[],
  textOf: (key: SettingKey) => string | undefined,
  nameOf: (key: SettingKey) => string,
): Layer {
  const values: Record<string, unknown> = {};
  for (const key of keys) {
    const text = textOf(key);
    if (text !== undefined && text !== '') values[key] = settingRow(key).text?.(text);
  }
  const place = ([key]: readonly (string | number)[]): string =>
    keys.filter((known) => known === key).map(nameOf)[0] ?? String(key);
  return { origin, values, place };
}
