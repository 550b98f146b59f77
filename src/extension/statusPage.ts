import { ViewColumn, window, type Uri, type WebviewPanel } from 'vscode';
import type { Disposable } from './model/emitter.ts';
import type { StatusSource } from './statusPageFeed.ts';
import { LoadHistory } from './statusPageLoad.ts';

const viewType = 'dffmpeg.status';

export interface StatusPageOptions {
  readonly extensionUri: Uri;
  readonly source: StatusSource;
  /** Held while the page is visible: the daemon is connected, and load is measured. Measuring costs. */
  readonly watch: () => Disposable;
  readonly logger: { warn(message: string): void };
}

interface OpenPage {
  readonly panel: WebviewPanel;
  host?: Disposable;
}

/** One page a window; a second `show` brings it to the front. */
export class StatusPage implements Disposable {
  readonly #options: StatusPageOptions;
  readonly #history = new LoadHistory();
  readonly #registration: Disposable;
  #open: OpenPage | undefined;

  constructor(options: StatusPageOptions) {
    this.#options = options;
    this.#registration = window.registerWebviewPanelSerializer(viewType, {
      deserializeWebviewPanel: (panel) => this.#adopt(panel),
    });
  }

  async show(): Promise<void> {
    if (this.#open) this.#open.panel.reveal();
    else await this.#adopt(window.createWebviewPanel(viewType, 'DFFmpeg Status', ViewColumn.Active));
  }

  dispose(): void {
    this.#registration.dispose();
    this.#open?.panel.dispose();
  }

  async #adopt(panel: WebviewPanel): Promise<void> {
    const open: OpenPage = { panel };
    this.#open?.panel.dispose();
    this.#open = open;
    let closed = false;
    panel.onDidDispose(() => {
      closed = true;
      open.host?.dispose();
      if (this.#open === open) this.#open = undefined;
    });
    // Not before a page is open: its contract takes as long to build as the views.
    const { StatusPageHost } = await import('./statusPageHost.ts');
    if (!closed) open.host = new StatusPageHost(panel, this.#options, this.#history);
  }
}

export function registerStatusPage(options: StatusPageOptions): StatusPage {
  return new StatusPage(options);
}
