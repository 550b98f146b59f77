import { workspace, type TreeView } from 'vscode';
import type { Disposable } from '../model/emitter.ts';
import { Holding } from '../model/holding.ts';
import type { DaemonSession } from '../session/daemonSession.ts';

/** Follows the daemon's jobs while a view is seen: of what nobody sees, only the counts are told. */
export class VisibleFollower implements Disposable {
  readonly #view: Pick<TreeView<unknown>, 'visible'>;
  readonly #session: DaemonSession;
  readonly #subscription: Disposable;
  readonly #following: Holding;

  constructor(view: Pick<TreeView<unknown>, 'visible' | 'onDidChangeVisibility'>, session: DaemonSession) {
    this.#view = view;
    this.#session = session;
    this.#following = new Holding(() => session.followJobs());
    this.#subscription = view.onDidChangeVisibility(() => void this.look());
  }

  /** Also when the workspace has become trusted. */
  async look(): Promise<void> {
    if (this.#view.visible && workspace.isTrusted) {
      this.#following.hold();
      await this.#session.watch();
    } else this.#following.dispose();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#following.dispose();
  }
}
