import {
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeDataProvider,
} from 'vscode';
import {
  brokenPresetSentence,
  descriptionOf,
  type PresetEntry,
  type PresetOrigin,
} from '../../encoding/presetCatalog.ts';
import { firstFolder } from '../firstFolder.ts';
import type { Disposable } from '../model/emitter.ts';
import { escapeMarkdown } from '../model/markdown.ts';
import { groupPresets } from '../model/presetOrder.ts';
import { presetIcon, presetSummary } from '../model/presetSummary.ts';
import type { Presets } from '../presets.ts';

export interface PresetNode {
  readonly kind: 'preset';
  readonly name: string;
}

/** The built-in presets that are not shown at once. */
interface MoreNode {
  readonly kind: 'more-presets';
}

type Node = PresetNode | MoreNode;

const originText: Readonly<Record<PresetOrigin, string>> = {
  'built-in': 'built in',
  config: 'from config.jsonc',
  user: 'from your settings',
  file: 'from a presets file',
  workspace: 'from the workspace’s settings',
};

export function isPresetNode(value: unknown): value is PresetNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'preset' &&
    'name' in value
  );
}

/** The featured presets, a person’s own, then the rest; which one a plain click means, and which are broken. */
export class PresetsTree implements TreeDataProvider<Node>, Disposable {
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

  getChildren(node?: Node): Node[] {
    if (node?.kind === 'preset') return [];
    const { featured, own, more } = groupPresets(this.#list());
    if (node?.kind === 'more-presets') return more.map(presetNode);
    return [...featured, ...own].map(presetNode).concat(more.length === 0 ? [] : [{ kind: 'more-presets' }]);
  }

  getTreeItem(node: Node): TreeItem {
    if (node.kind === 'more-presets') {
      const item = new TreeItem('More', TreeItemCollapsibleState.Collapsed);
      item.id = 'more-presets';
      item.description = 'built-in presets';
      return item;
    }
    const { name } = node;
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

  #list(): readonly PresetEntry[] {
    return this.#presets.list(firstFolder());
  }

  #fill(item: TreeItem, entry: PresetEntry): void {
    const editable = entry.origin === 'built-in' ? '' : '+editable';
    item.contextValue = `preset+${entry.origin}${editable}${entry.usable ? '+usable' : '+broken'}`;
    if (!entry.usable) {
      item.description = 'cannot be used';
      item.iconPath = new ThemeIcon('error', new ThemeColor('list.errorForeground'));
      item.tooltip = brokenPresetSentence(entry);
      return;
    }
    const isDefault = entry.name === this.#presets.defaultName(firstFolder());
    const current = entry.name === this.#presets.currentName(firstFolder());
    const use = isDefault ? 'default' : current ? 'used next' : undefined;
    item.description = [use, descriptionOf(entry)].filter(Boolean).join(' · ');
    item.iconPath = new ThemeIcon(current ? 'star-full' : presetIcon(entry.preset));
    const lines = [descriptionOf(entry), ...presetSummary(entry.preset)].filter((line) => line !== undefined);
    item.tooltip = new MarkdownString(
      `**${escapeMarkdown(entry.name)}** · ${originText[entry.origin]}\n\n${lines.map(escapeMarkdown).join('  \n')}`,
    );
    item.accessibilityInformation = { label: `Preset ${entry.name}, ${String(item.description)}` };
  }
}

function presetNode({ name }: PresetEntry): Node {
  return { kind: 'preset', name };
}
