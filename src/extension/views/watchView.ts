import { window, workspace, type TreeView } from 'vscode';
import type { Disposable } from '../model/emitter.ts';
import type { DaemonSession } from '../session/daemonSession.ts';
import type { WatchNode, WatchTree } from './watchTree.ts';

/** The view Watched Folders: connects when it is seen. */
export class WatchView implements Disposable {
  readonly #view: TreeView<WatchNode>;
  readonly #subscription: Disposable;

  constructor(session: DaemonSession, tree: WatchTree) {
    this.#view = window.createTreeView('dffmpeg.watchFolders', { treeDataProvider: tree });
    this.#subscription = this.#view.onDidChangeVisibility(({ visible }) => {
      if (visible && workspace.isTrusted) void session.watch();
    });
  }

  get visible(): boolean {
    return this.#view.visible;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#view.dispose();
  }
}
