import {
  EventEmitter,
  languages,
  Uri,
  window,
  workspace,
  type Disposable,
  type TextDocumentContentProvider,
} from 'vscode';

const scheme = 'dffmpeg-preview';

/** Previews of commands, as read-only documents: there is nothing to save when one is closed. */
export class PreviewDocuments implements TextDocumentContentProvider, Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changes = new EventEmitter<Uri>();
  readonly #subscriptions: readonly Disposable[];

  readonly onDidChange = this.#changes.event;

  constructor() {
    this.#subscriptions = [
      workspace.registerTextDocumentContentProvider(scheme, this),
      workspace.onDidCloseTextDocument(({ uri }) => this.#texts.delete(uri.toString())),
    ];
  }

  /** `title` is what the tab shows; a document that has it already gets the new text. */
  async show(title: string, text: string): Promise<void> {
    const uri = Uri.from({ scheme, path: `/${title}.sh` });
    this.#texts.set(uri.toString(), text);
    this.#changes.fire(uri);
    const document = await workspace.openTextDocument(uri);
    await languages
      .setTextDocumentLanguage(document, process.platform === 'win32' ? 'powershell' : 'shellscript')
      .then(undefined, () => undefined);
    await window.showTextDocument(document, { preview: true });
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.toString()) ?? '# This preview is gone. Ask for it again.\n';
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
  }
}
