import { window, type TreeView } from 'vscode';
import type { Disposable } from '../model/emitter.ts';
import type { DaemonSession } from '../session/daemonSession.ts';
import { VisibleFollower } from './visibleFollower.ts';
import type { WatchNode, WatchTree } from './watchTree.ts';

/** The view Watched Folders: connects when it is seen. */
export class WatchView implements Disposable {
  readonly follower: VisibleFollower;
  readonly #view: TreeView<WatchNode>;

  constructor(session: DaemonSession, tree: WatchTree) {
    this.#view = window.createTreeView('dffmpeg.watchFolders', { treeDataProvider: tree });
    this.follower = new VisibleFollower(this.#view, session);
  }

  get visible(): boolean {
    return this.#view.visible;
  }

  dispose(): void {
    this.follower.dispose();
    this.#view.dispose();
  }
}
