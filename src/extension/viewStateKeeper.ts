import { workspace } from 'vscode';
import { setContextKey } from './contextKeys.ts';
import type { DaemonSession } from './session/daemonSession.ts';
import type { Disposable } from './model/emitter.ts';
import type { JobBoard } from './model/jobBoard.ts';
import { viewState, type ViewState } from './model/viewState.ts';

/** Keeps the context keys true that choose the welcome content of the views and what can be done with the queue. */
export class ViewStateKeeper implements Disposable {
  readonly #board: JobBoard;
  readonly #session: DaemonSession;
  readonly #subscriptions: readonly Disposable[];

  constructor(board: JobBoard, session: DaemonSession) {
    this.#board = board;
    this.#session = session;
    const update = (): void => {
      setContextKey('dffmpeg.state', this.current);
      setContextKey('dffmpeg.queuePaused', board.counts.queuePaused);
    };
    this.#subscriptions = [
      board.onDidChange(({ kind }) => {
        if (kind !== 'progress') update();
      }),
      session.onDidChangeLink(update),
      workspace.onDidGrantWorkspaceTrust(update),
    ];
    update();
  }

  get current(): ViewState {
    return viewState({
      trusted: workspace.isTrusted,
      link: this.#session.link,
      workers: this.#board.workers,
      jobs: this.#board.size,
    });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
