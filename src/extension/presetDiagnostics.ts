import { Diagnostic, DiagnosticSeverity, languages, Range, Uri, workspace, type TextDocument } from 'vscode';
import { Coalescer } from './model/coalescer.ts';
import type { Disposable } from './model/emitter.ts';
import { findPresetProblems, type PlacedProblem } from './model/presetText.ts';
import { section } from './settings.ts';

/** Milliseconds between two checks while somebody types. */
const typingInterval = 400;

/**
 * Problems of `dffmpeg.presets` at their very line. VS Code only warns where its schema does not fit; what is
 * said here is what keeps a preset from being used.
 */
export class PresetDiagnostics implements Disposable {
  readonly #collection = languages.createDiagnosticCollection('dffmpeg');
  readonly #coalescer = new Coalescer<TextDocument>(typingInterval, (documents) => {
    for (const document of documents) this.#check(document);
  });
  readonly #subscriptions: readonly Disposable[];

  constructor() {
    this.#subscriptions = [
      workspace.onDidOpenTextDocument((document) => {
        this.#look(document);
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        this.#look(document);
      }),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${section}.presets`)) void this.checkFolders();
      }),
    ];
    for (const document of workspace.textDocuments) this.#look(document);
  }

  /** The settings files of the open folders, whether or not an editor shows them. */
  async checkFolders(): Promise<void> {
    for (const folder of workspace.workspaceFolders ?? []) {
      const uri = Uri.joinPath(folder.uri, '.vscode', 'settings.json');
      const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
      if (open) {
        this.#check(open);
        continue;
      }
      const text = await workspace.fs.readFile(uri).then(
        (bytes) => new TextDecoder().decode(bytes),
        () => '',
      );
      this.#publish(uri, findPresetProblems(text), (offset) => positionIn(text, offset));
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#coalescer.dispose();
    this.#collection.dispose();
  }

  #look(document: TextDocument): void {
    if (isSettingsFile(document.uri)) this.#coalescer.add(document);
  }

  #check(document: TextDocument): void {
    if (document.isClosed) return;
    this.#publish(document.uri, findPresetProblems(document.getText()), (offset) => {
      const { line, character } = document.positionAt(offset);
      return [line, character];
    });
  }

  #publish(uri: Uri, problems: readonly PlacedProblem[], at: (offset: number) => [number, number]): void {
    this.#collection.set(
      uri,
      problems.map(({ message, offset, length }) => {
        const diagnostic = new Diagnostic(
          new Range(...at(offset), ...at(offset + length)),
          message,
          DiagnosticSeverity.Error,
        );
        diagnostic.source = 'DFFmpeg';
        return diagnostic;
      }),
    );
  }
}

function isSettingsFile(uri: Uri): boolean {
  return uri.path.endsWith('/settings.json') || uri.path.endsWith('.code-workspace');
}

function positionIn(text: string, offset: number): [number, number] {
  const lines = text.slice(0, offset).split('\n');
  return [lines.length - 1, lines.at(-1)?.length ?? 0];
}
