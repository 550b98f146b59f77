import { clientSettings } from '../client/clientSettings.ts';
import { queueRows } from '../coordinator/queueRows.ts';
import type { SettingRow, SettingValues } from '../protocol/settingRow.ts';
import { listenerRows } from '../transport/listenerRows.ts';
import { fileRows } from '../worker/fileRows.ts';
import { workerRows } from '../worker/workerRows.ts';
import { daemonSettings } from './settings/daemon.ts';
import { generalSettings } from './settings/general.ts';
import { hookSettings } from './settings/hooks.ts';
import { logSettings } from './settings/log.ts';
import { watchSettings } from './settings/watch.ts';

/**
 * Every setting, in groups: one row each, in the file of its group. Its key stands in config.jsonc and
 * config.vscode.json; its flag and its variable follow from the key (`idleMinutes` → `--idle-minutes`,
 * `DFFMPEG_IDLE_MINUTES`).
 */
export const settingGroups = [
  { title: 'General', rows: generalSettings },
  { title: 'Queue', rows: queueRows },
  { title: 'Encoding', rows: workerRows },
  { title: 'Files', rows: fileRows },
  { title: 'Watched folders', rows: watchSettings },
  { title: 'Hooks', rows: hookSettings },
  { title: 'Logs', rows: logSettings },
  { title: 'Daemon', rows: { ...daemonSettings, ...listenerRows } },
  {
    title: 'Command line and VS Code',
    note: 'Read by those who connect to the daemon, when they start: they have no flag.',
    rows: clientSettings,
  },
] as const satisfies readonly SettingGroup[];

export interface SettingGroup {
  readonly title: string;
  readonly note?: string;
  readonly rows: Readonly<Record<string, SettingRow>>;
}

export const settings = {
  ...generalSettings,
  ...queueRows,
  ...workerRows,
  ...fileRows,
  ...watchSettings,
  ...hookSettings,
  ...logSettings,
  ...daemonSettings,
  ...listenerRows,
  ...clientSettings,
} as const satisfies Record<string, SettingRow>;

export type SettingKey = keyof typeof settings;
export type Config = SettingValues<typeof settings>;
export const settingKeys = Object.keys(settings) as SettingKey[];

/** The row of a key, seen alike for all keys. */
export function settingRow(key: SettingKey): SettingRow {
  return settings[key];
}

/** Settings that a variable can give. */
export const textSettingKeys = settingKeys.filter((key) => settingRow(key).text !== undefined);

/** Settings that a flag of `serve` can give. */
export const flagSettingKeys = textSettingKeys.filter((key) => !Object.hasOwn(clientSettings, key));
