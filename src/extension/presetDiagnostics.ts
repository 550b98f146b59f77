import { Diagnostic, DiagnosticSeverity, languages, Range, Uri, workspace, type TextDocument } from 'vscode';
import { Coalescer } from './model/coalescer.ts';
import type { Disposable } from './model/emitter.ts';
import { findPresetProblems, presetTextKind } from './model/presetText.ts';
import type { PresetFiles } from './presetFiles.ts';
import type { Presets } from './presets.ts';

/** Milliseconds between two checks while somebody types. */
const typingInterval = 400;

/**
 * Problems of presets at their very line: in settings, in `*.dffmpeg-presets.json`. VS Code only warns where its
 * schema does not fit; what is said here is what keeps a preset from being used.
 */
export class PresetDiagnostics implements Disposable {
  readonly #collection = languages.createDiagnosticCollection('dffmpeg');
  readonly #coalescer = new Coalescer<TextDocument>(typingInterval, (documents) => {
    for (const document of documents) this.#check(document);
  });
  readonly #presets: Presets;
  readonly #files: PresetFiles;
  readonly #subscriptions: readonly Disposable[];

  constructor(presets: Presets, files: PresetFiles) {
    this.#presets = presets;
    this.#files = files;
    this.#subscriptions = [
      workspace.onDidOpenTextDocument((document) => {
        this.#look(document);
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        this.#look(document);
      }),
      // What one file says may be what another one extends.
      presets.onDidChange(() => {
        for (const document of workspace.textDocuments) this.#look(document);
        void this.checkFolders();
      }),
    ];
    for (const document of workspace.textDocuments) this.#look(document);
  }

  /** The files with presets of the open folders, whether or not an editor shows them. */
  async checkFolders(): Promise<void> {
    const folders = workspace.workspaceFolders ?? [];
    const uris = folders.flatMap(({ uri }) => [
      Uri.joinPath(uri, '.vscode', 'settings.json'),
      ...this.#files.uris(uri),
    ]);
    this.#forgetGoneFiles(uris);
    for (const uri of uris) {
      const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
      if (open) {
        this.#check(open);
        continue;
      }
      const text = await workspace.fs.readFile(uri).then(
        (bytes) => new TextDecoder().decode(bytes),
        () => '',
      );
      this.#publish(uri, text, (offset) => positionIn(text, offset));
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#coalescer.dispose();
    this.#collection.dispose();
  }

  #forgetGoneFiles(there: readonly Uri[]): void {
    const known = new Set([...there, ...workspace.textDocuments.map(({ uri }) => uri)].map(String));
    this.#collection.forEach((uri) => {
      if (!known.has(uri.toString())) this.#collection.delete(uri);
    });
  }

  #look(document: TextDocument): void {
    if (presetTextKind(document.uri.path) !== undefined) this.#coalescer.add(document);
  }

  #check(document: TextDocument): void {
    if (document.isClosed) return;
    this.#publish(document.uri, document.getText(), (offset) => {
      const { line, character } = document.positionAt(offset);
      return [line, character];
    });
  }

  #publish(uri: Uri, text: string, at: (offset: number) => [number, number]): void {
    const problems = findPresetProblems(text, presetTextKind(uri.path), this.#presets.sources(uri));
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

function positionIn(text: string, offset: number): [number, number] {
  const lines = text.slice(0, offset).split('\n');
  return [lines.length - 1, lines.at(-1)?.length ?? 0];
}
