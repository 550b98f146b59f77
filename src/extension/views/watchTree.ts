import path from 'node:path';
import {
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
} from 'vscode';
import type { TreeDataProvider } from 'vscode';
import type { WatchedFile } from '../../protocol/watchFolder.ts';
import { watchCountText, watchedFileText, watchStateText } from '../../protocol/watchText.ts';
import type { Disposable } from '../model/emitter.ts';
import { errorText } from '../model/errorText.ts';
import { escapeMarkdown } from '../model/markdown.ts';
import { keyOf, type WatchEntry } from '../model/watchEntries.ts';
import type { WatchFolders } from '../watchFolders.ts';

export type WatchNode =
  | { readonly kind: 'folder'; readonly entry: WatchEntry }
  | { readonly kind: 'file'; readonly folder: string; readonly file: WatchedFile };

/** Watched folders and those that settings propose; below each the files that wait and the latest that were taken. */
export class WatchTree implements TreeDataProvider<WatchNode>, Disposable {
  readonly #folders: WatchFolders;
  readonly #changes = new EventEmitter<undefined>();
  readonly #subscription: Disposable;

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(folders: WatchFolders) {
    this.#folders = folders;
    // The daemon tells a few times a second at most.
    this.#subscription = folders.onDidChange(() => {
      this.#changes.fire(undefined);
    });
  }

  async getChildren(node?: WatchNode): Promise<WatchNode[]> {
    if (!node) return (await this.#folders.entries()).map((entry) => ({ kind: 'folder', entry }));
    if (node.kind === 'file') return [];
    const files = await this.#folders.files(node.entry).catch((): WatchedFile[] => []);
    return files.map((file) => ({ kind: 'file', folder: keyOf(node.entry.spec), file }));
  }

  getTreeItem(node: WatchNode): TreeItem {
    return node.kind === 'folder' ? folderItem(node.entry) : fileItem(node.folder, node.file);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }
}

/** The row that a command of the view was clicked on. */
export function entryOf(node: unknown): WatchEntry | undefined {
  return typeof node === 'object' &&
    node !== null &&
    'kind' in node &&
    node.kind === 'folder' &&
    'entry' in node
    ? (node.entry as WatchEntry)
    : undefined;
}

/** The job of a file's row. */
export function jobIdOf(node: unknown): string | undefined {
  return typeof node === 'object' && node !== null && 'file' in node
    ? (node.file as WatchedFile).jobId
    : undefined;
}

function folderItem({ spec, told, origin }: WatchEntry): TreeItem {
  const active = told !== undefined && told.state !== 'declared';
  const item = new TreeItem(
    path.basename(spec.path) || spec.path,
    active ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
  );
  item.id = `watch:${keyOf(spec)}`;
  const state = told ?? { state: 'declared' as const, settling: 0 };
  item.description = [
    watchStateText(state),
    spec.preset,
    active && told.submitted > 0 ? watchCountText(told) : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
  item.iconPath = iconOf(state.state, told?.failed ?? 0);
  item.contextValue = `watch+${!active ? 'inactive' : told.state === 'paused' ? 'paused' : 'active'}`;
  item.tooltip = new MarkdownString(tooltip({ spec, origin, ...(told ? { told } : {}) }));
  return item;
}

const origins = {
  config: 'config.jsonc of the daemon',
  vscode: 'your settings of VS Code, or this view',
  workspace: 'the settings of a workspace',
  cli: 'dffmpeg watch activate',
} as const;

function tooltip({ spec, origin, told }: WatchEntry): string {
  const facts = [
    `Preset: ${spec.preset}`,
    ...(spec.output === undefined ? [] : [`Results: ${spec.output}`]),
    ...(told?.last ? [`Last file: ${told.last.path}`] : []),
    `From: ${origins[origin]}`,
  ];
  return [
    `**${escapeMarkdown(spec.path)}**`,
    ...(told?.reason ? [escapeMarkdown(errorText(told.reason))] : []),
    facts.map(escapeMarkdown).join('  \n'),
  ].join('\n\n');
}

function iconOf(state: string, failed: number): ThemeIcon {
  if (state === 'missing' || state === 'blocked')
    return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
  if (state === 'declared') return new ThemeIcon('eye-closed');
  if (state === 'paused') return new ThemeIcon('debug-pause');
  return new ThemeIcon('eye', failed > 0 ? new ThemeColor('list.warningForeground') : undefined);
}

function fileItem(folder: string, file: WatchedFile): TreeItem {
  const item = new TreeItem(path.basename(file.path));
  item.id = `watch:${folder}:${file.path}:${file.state}`;
  item.description = watchedFileText(file);
  item.resourceUri = Uri.file(file.path);
  const failed = file.jobState === 'failed' || file.state === 'unreadable';
  item.iconPath = failed
    ? new ThemeIcon('error', new ThemeColor('list.errorForeground'))
    : new ThemeIcon(file.state === 'settling' ? 'watch' : file.jobState === 'done' ? 'pass' : 'file-media');
  item.tooltip = file.reason ? errorText(file.reason) : file.path;
  item.contextValue = file.jobState === 'failed' ? 'watchedFile+failed' : 'watchedFile';
  return item;
}
