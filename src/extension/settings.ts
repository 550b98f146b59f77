import type { WorkspaceConfiguration } from 'vscode';

/** What the readers need: a plain object in unit tests. Values are what a person typed: anything at all. */
export type Configuration = Pick<WorkspaceConfiguration, 'get'>;

export const section = 'dffmpeg';

export const settingKeys = [
  'defaultPreset',
  'presets',
  'output',
  'notifications',
  'watchFolders',
  'ffmpegPath',
  'nodePath',
  'listen',
  'mount',
] as const;
export type SettingKey = (typeof settingKeys)[number];

export const notificationLevels = ['all', 'failures', 'none'] as const;
export type NotificationLevel = (typeof notificationLevels)[number];

export function readDefaultPreset(configuration: Configuration): string | undefined {
  return readText(configuration, 'defaultPreset');
}

/** Unchecked: see src/encoding/presetCatalog.ts. */
export function readPresets(configuration: Configuration): Readonly<Record<string, unknown>> {
  return readRecord(configuration, 'presets');
}

export function readOutputTemplate(configuration: Configuration): string | undefined {
  return readText(configuration, 'output');
}

export function readNotifications(configuration: Configuration): NotificationLevel {
  const value = configuration.get<unknown>('notifications');
  return notificationLevels.find((level) => level === value) ?? 'all';
}

export function readFfmpegPath(configuration: Configuration): string | undefined {
  return readText(configuration, 'ffmpegPath');
}

export function readNodePath(configuration: Configuration): string | undefined {
  return readText(configuration, 'nodePath');
}

/** `HOST:PORT` for other machines to connect to; checked by the daemon. */
export function readListen(configuration: Configuration): string | undefined {
  return readText(configuration, 'listen');
}

/** Name → folder that other machines see, too; checked by the daemon. */
export function readMounts(configuration: Configuration): Readonly<Record<string, unknown>> {
  return readRecord(configuration, 'mount');
}

function readRecord(configuration: Configuration, key: SettingKey): Readonly<Record<string, unknown>> {
  const value = configuration.get<unknown>(key);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function readText(configuration: Configuration, key: SettingKey): string | undefined {
  const value = configuration.get<unknown>(key);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
