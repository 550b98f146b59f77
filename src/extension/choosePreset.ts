import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import type { PresetEntry } from './model/presetCatalog.ts';

export interface PresetQuestion {
  readonly title: string;
  readonly lastUsed: string | undefined;
  readonly defaultName: string;
}

interface PresetItem extends QuickPickItem {
  readonly preset?: string;
}

/** The name of the preset that a person chose; undefined: called off. */
export async function choosePreset(
  entries: readonly PresetEntry[],
  question: PresetQuestion,
): Promise<string | undefined> {
  const { title } = question;
  const choice = await window.showQuickPick<PresetItem>(presetItems(entries, question), {
    title,
    placeHolder: 'Choose a preset',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return choice?.preset;
}

/** Last used on top, then the settings' own, then the built-in ones. */
function presetItems(
  entries: readonly PresetEntry[],
  { lastUsed, defaultName }: PresetQuestion,
): PresetItem[] {
  const item = (entry: PresetEntry): PresetItem => ({
    label: entry.name,
    preset: entry.name,
    ...(entry.name === defaultName ? { description: 'default' } : {}),
    detail: entry.usable
      ? entry.preset.description
      : '$(error) Cannot be used as it is: choose it to see why.',
  });
  const group = (label: string, members: readonly PresetEntry[]): PresetItem[] =>
    members.length === 0 ? [] : [{ label, kind: QuickPickItemKind.Separator }, ...members.map(item)];
  const rest = entries.filter(({ name }) => name !== lastUsed);
  return [
    ...group(
      'last used',
      entries.filter(({ name }) => name === lastUsed),
    ),
    ...group(
      'from settings',
      rest.filter(({ origin }) => origin === 'settings'),
    ),
    ...group(
      'built in',
      rest.filter(({ origin }) => origin === 'built-in'),
    ),
  ];
}
