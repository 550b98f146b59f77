import { EventEmitter, MarkdownString, ThemeColor, ThemeIcon, TreeItem, type TreeDataProvider } from 'vscode';
import type { Preset } from '../../encoding/preset.ts';
import { firstFolder } from '../firstFolder.ts';
import type { Disposable } from '../model/emitter.ts';
import { escapeMarkdown } from '../model/markdown.ts';
import { brokenPresetSentence, type PresetEntry } from '../model/presetCatalog.ts';
import type { Presets } from '../presets.ts';

export interface PresetNode {
  readonly kind: 'preset';
  readonly name: string;
}

export function isPresetNode(value: unknown): value is PresetNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'preset' &&
    'name' in value
  );
}

/** Built-in presets and those of the settings; which one a plain click means, and which are broken. */
export class PresetsTree implements TreeDataProvider<PresetNode>, Disposable {
  readonly #presets: Presets;
  readonly #changes = new EventEmitter<undefined>();
  readonly #subscription: Disposable;

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(presets: Presets) {
    this.#presets = presets;
    this.#subscription = presets.onDidChange(() => {
      this.#changes.fire(undefined);
    });
  }

  getChildren(node?: PresetNode): PresetNode[] {
    return node ? [] : this.#list().map(({ name }) => ({ kind: 'preset', name }));
  }

  getTreeItem({ name }: PresetNode): TreeItem {
    const entry = this.#list().find((candidate) => candidate.name === name);
    const item = new TreeItem(name);
    item.id = `preset:${name}`;
    if (entry) this.#fill(item, entry);
    return item;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  #list(): PresetEntry[] {
    return this.#presets.list(firstFolder());
  }

  #fill(item: TreeItem, entry: PresetEntry): void {
    item.contextValue = `preset+${entry.origin}${entry.usable ? '+usable' : '+broken'}`;
    if (!entry.usable) {
      item.description = 'cannot be used';
      item.iconPath = new ThemeIcon('error', new ThemeColor('list.errorForeground'));
      item.tooltip = brokenPresetSentence(entry.name, entry.problems);
      return;
    }
    const isDefault = entry.name === this.#presets.defaultName(firstFolder());
    const current = entry.name === this.#presets.currentName(firstFolder());
    const use = isDefault ? 'default' : current ? 'used next' : undefined;
    item.description = [use, entry.preset.description].filter(Boolean).join(' · ');
    item.iconPath = new ThemeIcon(
      current ? 'star-full' : entry.preset.video ? 'device-camera-video' : 'unmute',
    );
    item.tooltip = new MarkdownString(
      `**${escapeMarkdown(entry.name)}** · ${entry.origin === 'built-in' ? 'built in' : 'from settings'}\n\n${presetText(entry.preset)}`,
    );
    item.accessibilityInformation = { label: `Preset ${entry.name}, ${String(item.description)}` };
  }
}

function presetText({ description, container, video, audio }: Preset): string {
  const lines = [
    description,
    `Container: ${container}`,
    ...(video ? [`Video: ${video.encoders.join(', else ')}${quality(video)}`] : []),
    ...(audio ? [`Audio: ${audio.encoder}${audio.bitrate === undefined ? '' : `, ${audio.bitrate}`}`] : []),
  ];
  return lines
    .filter((line) => line !== undefined)
    .map(escapeMarkdown)
    .join('  \n');
}

function quality({ crf, bitrate, maxHeight }: Exclude<Preset['video'], false | undefined>): string {
  return [
    ...(crf === undefined ? [] : [`crf ${crf}`]),
    ...(bitrate === undefined ? [] : [bitrate]),
    ...(maxHeight === undefined ? [] : [`at most ${maxHeight} lines`]),
  ]
    .map((text) => `, ${text}`)
    .join('');
}
