import { StatusBarAlignment, ThemeColor, window, type StatusBarItem } from 'vscode';
import type { DaemonSession } from './session/daemonSession.ts';
import { Coalescer } from './model/coalescer.ts';
import type { Disposable } from './model/emitter.ts';
import type { JobBoard } from './model/jobBoard.ts';
import { statusBarText } from './model/statusBarText.ts';

const interval = 250;

/** One item on the left, only while something runs, waits or is in the way. */
export class StatusBar implements Disposable {
  readonly #item: StatusBarItem;
  readonly #subscriptions: readonly Disposable[];
  readonly #coalescer: Coalescer<'all'>;
  #text: string | undefined;

  constructor(board: JobBoard, session: DaemonSession) {
    this.#item = window.createStatusBarItem('dffmpeg.queue', StatusBarAlignment.Left, 10);
    this.#item.name = 'DFFmpeg Queue';
    this.#item.command = 'dffmpeg.jobs.focus';
    this.#coalescer = new Coalescer(interval, () => {
      this.#draw(board, session);
    });
    const draw = (): void => {
      this.#coalescer.add('all');
    };
    this.#subscriptions = [board.onDidChange(draw), session.onDidChangeLink(draw)];
  }

  /** What is shown; undefined: nothing. */
  get text(): string | undefined {
    return this.#text;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#coalescer.dispose();
    this.#item.dispose();
  }

  #draw(board: JobBoard, session: DaemonSession): void {
    const shown = statusBarText({
      counts: board.counts,
      fraction: board.overallFraction(),
      workers: board.workers,
      link: session.link,
    });
    this.#text = shown?.text;
    if (!shown) {
      this.#item.hide();
      return;
    }
    this.#item.text = shown.text;
    this.#item.tooltip = shown.tooltip;
    this.#item.accessibilityInformation = { label: shown.label };
    this.#item.backgroundColor = shown.blocked ? new ThemeColor('statusBarItem.errorBackground') : undefined;
    this.#item.show();
  }
}
