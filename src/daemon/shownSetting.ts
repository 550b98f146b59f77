import { settingRow, type SettingKey } from './config.ts';

/** A value as people may see it. */
export function shownSetting(key: SettingKey, whole: unknown): string {
  const { shown = (all: unknown) => all } = settingRow(key);
  const value = shown(whole);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
