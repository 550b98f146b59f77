import { randomBytes } from 'node:crypto';
import { commands, Uri, type Webview, type WebviewPanel } from 'vscode';
import {
  pageMessageSchema,
  type JobAction,
  type PageAction,
  type PageMessage,
} from '../protocol/statusPageContract.ts';
import type { CommandId } from './commandIds.ts';
import type { Disposable } from './model/emitter.ts';
import type { StatusPageOptions } from './statusPage.ts';
import { StatusPageFeed } from './statusPageFeed.ts';
import { statusPageHtml } from './statusPageHtml.ts';
import type { LoadHistory } from './statusPageLoad.ts';

const jobCommands: Record<JobAction, CommandId> = {
  cancel: 'dffmpeg.cancelJob',
  pause: 'dffmpeg.pauseJob',
  resume: 'dffmpeg.resumeJob',
  retry: 'dffmpeg.retryJob',
  replace: 'dffmpeg.replaceAnyway',
  undo: 'dffmpeg.undoReplace',
  reveal: 'dffmpeg.revealResult',
  log: 'dffmpeg.openLog',
};

const pageCommands: Record<PageAction, CommandId> = {
  encode: 'dffmpeg.encode',
  startDaemon: 'dffmpeg.startDaemon',
  showDaemonLog: 'dffmpeg.showDaemonLog',
  installFfmpeg: 'dffmpeg.installFfmpeg',
};

/** Serves one panel: its feed lives from the page's `ready` until the page is hidden, which ends its script. */
export class StatusPageHost implements Disposable {
  readonly #panel: WebviewPanel;
  readonly #options: StatusPageOptions;
  readonly #history: LoadHistory;
  #feed: Disposable | undefined;
  #watch: Disposable | undefined;

  constructor(panel: WebviewPanel, options: StatusPageOptions, history: LoadHistory) {
    this.#panel = panel;
    this.#options = options;
    this.#history = history;
    const { webview } = panel;
    const root = Uri.joinPath(options.extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [root] };
    panel.iconPath = Uri.joinPath(options.extensionUri, 'media', 'icon.png');
    webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    panel.onDidChangeViewState(() => this.#followVisibility());
    webview.html = htmlFor(webview, root);
    this.#followVisibility();
  }

  dispose(): void {
    this.#feed?.dispose();
    this.#feed = undefined;
    this.#watch?.dispose();
    this.#watch = undefined;
  }

  #followVisibility(): void {
    if (!this.#panel.visible) this.dispose();
    else this.#watch ??= this.#options.watch();
  }

  #receive(data: unknown): void {
    const parsed = pageMessageSchema.safeParse(data);
    if (parsed.success) this.#act(parsed.data);
    else this.#options.logger.warn('The status page sent a message that does not fit the contract.');
  }

  #act(message: PageMessage): void {
    switch (message.type) {
      case 'ready':
        this.#feed?.dispose();
        this.#feed = new StatusPageFeed(this.#options.source, this.#history, (update) => {
          void this.#panel.webview.postMessage(update);
        });
        return;
      case 'job':
        void commands.executeCommand(jobCommands[message.action], message.id);
        return;
      case 'run':
        void commands.executeCommand(pageCommands[message.action]);
        return;
    }
  }
}

function htmlFor(webview: Webview, root: Uri): string {
  const address = (file: string): string => webview.asWebviewUri(Uri.joinPath(root, file)).toString();
  return statusPageHtml({
    cspSource: webview.cspSource,
    nonce: randomBytes(24).toString('base64'),
    script: address('status.js'),
    style: address('status.css'),
    codicons: address('codicon.css'),
  });
}
