import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { descriptionOf, type PresetEntry } from '../encoding/presetCatalog.ts';
import { groupPresets } from './model/presetOrder.ts';

export interface PresetQuestion {
  readonly title: string;
  readonly lastUsed: string | undefined;
  readonly defaultName: string;
}

interface PresetItem extends QuickPickItem {
  readonly preset?: string;
  /** Leads to the built-in presets that are not shown at once. */
  readonly more?: readonly PresetEntry[];
}

/** The name of the preset that a person chose; undefined: called off. */
export async function choosePreset(
  entries: readonly PresetEntry[],
  question: PresetQuestion,
): Promise<string | undefined> {
  const choice = await pick(firstItems(entries, question), question);
  if (choice?.more === undefined) return choice?.preset;
  return (await pick(choice.more.map(itemFor(question)), question))?.preset;
}

async function pick(items: PresetItem[], { title }: PresetQuestion): Promise<PresetItem | undefined> {
  return window.showQuickPick<PresetItem>(items, {
    title,
    placeHolder: 'Choose a preset',
    matchOnDescription: true,
    matchOnDetail: true,
  });
}

/** Last used on top, then the featured ones, then a person's own; the rest behind one more item. */
function firstItems(entries: readonly PresetEntry[], question: PresetQuestion): PresetItem[] {
  const groups = groupPresets(entries, question.lastUsed);
  const group = (label: string, members: readonly PresetEntry[]): PresetItem[] =>
    members.length === 0
      ? []
      : [{ label, kind: QuickPickItemKind.Separator }, ...members.map(itemFor(question))];
  return [
    ...group('last used', groups.lastUsed),
    ...group('built in', groups.featured),
    ...group('yours', groups.own),
    ...(groups.more.length === 0 ? [] : moreItem(groups.more)),
  ];
}

/** Its names are part of it, so that typing one of them finds the way. */
function moreItem(more: readonly PresetEntry[]): PresetItem[] {
  return [
    { label: '', kind: QuickPickItemKind.Separator },
    { label: 'More…', detail: more.map(({ name }) => name).join(', '), more },
  ];
}

function itemFor({ defaultName }: PresetQuestion): (entry: PresetEntry) => PresetItem {
  return (entry) => ({
    label: entry.name,
    preset: entry.name,
    ...(entry.name === defaultName ? { description: 'default' } : {}),
    detail: entry.usable ? descriptionOf(entry) : '$(error) Cannot be used as it is: choose it to see why.',
  });
}
