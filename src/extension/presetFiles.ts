import { RelativePattern, Uri, workspace } from 'vscode';
import { parseJsonc } from '../client/jsoncFile.ts';
import { presetFileEnding, presetsOfFile, type PresetLayer } from '../encoding/presetCatalog.ts';
import { Emitter, type Disposable, type Event } from './model/emitter.ts';

/** One `*.dffmpeg-presets.json` as it was last read. */
interface PresetFile {
  readonly uri: Uri;
  readonly layer: PresetLayer;
}

/**
 * The `*.dffmpeg-presets.json` of the open folders, in the folder itself and in its `.vscode`, and the presets of
 * the daemon’s config.jsonc. Read once begun, and again when one of them changes.
 */
export class PresetFiles implements Disposable {
  readonly #config: Uri;
  #configLayers: readonly PresetLayer[] = [];
  /** By the folder's address. */
  #files: ReadonlyMap<string, readonly PresetFile[]> = new Map();
  /** Of all readings so far; missing before the first. */
  #reading: Promise<void> | undefined;
  readonly #changes = new Emitter<void>();
  readonly #subscriptions: Disposable[] = [];

  readonly onDidChange: Event<void> = this.#changes.event;

  constructor(stateDir: string) {
    this.#config = Uri.joinPath(Uri.file(stateDir), 'config.jsonc');
  }

  /** Begins to follow the files; resolves when those that are there now are read. */
  begin(): Promise<void> {
    if (this.#reading === undefined) this.#watch();
    return (this.#reading ??= this.#readAll());
  }

  layers(folder: Uri | undefined): readonly PresetLayer[] {
    return [...this.#configLayers, ...this.#of(folder).map(({ layer }) => layer)];
  }

  uris(folder: Uri): readonly Uri[] {
    return this.#of(folder).map(({ uri }) => uri);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
  }

  #of(folder: Uri | undefined): readonly PresetFile[] {
    return (folder && this.#files.get(folder.toString())) ?? [];
  }

  #watch(): void {
    const watchers = [
      workspace.createFileSystemWatcher(`**/*${presetFileEnding}`),
      workspace.createFileSystemWatcher(
        new RelativePattern(Uri.joinPath(this.#config, '..'), 'config.jsonc'),
      ),
    ];
    // One after the other: of two readings at once the older could come in last.
    const readAgain = (): void => {
      this.#reading = this.#reading?.then(() => this.#readAll());
    };
    this.#subscriptions.push(
      ...watchers.flatMap((watcher) => [
        watcher,
        watcher.onDidCreate(readAgain),
        watcher.onDidChange(readAgain),
        watcher.onDidDelete(readAgain),
      ]),
      workspace.onDidChangeWorkspaceFolders(readAgain),
    );
  }

  async #readAll(): Promise<void> {
    const folders = workspace.workspaceFolders ?? [];
    this.#files = new Map(
      await Promise.all(folders.map(async ({ uri }) => [uri.toString(), await filesOf(uri)] as const)),
    );
    const config = presetsOfFile(await readJson(this.#config))?.['presets'];
    this.#configLayers = [
      { origin: 'config', file: this.#config.fsPath, presets: presetsOfFile(config) ?? {} },
    ];
    this.#changes.fire();
  }
}

async function filesOf(folder: Uri): Promise<PresetFile[]> {
  const uris = [...(await namesIn(folder)), ...(await namesIn(Uri.joinPath(folder, '.vscode')))];
  return Promise.all(uris.map(readFile));
}

/** Sorted, so that of two files with the same preset the same one counts everywhere. */
async function namesIn(folder: Uri): Promise<Uri[]> {
  const entries = await workspace.fs.readDirectory(folder).then(
    (found) => found,
    () => [],
  );
  return entries
    .map(([name]) => name)
    .filter((name) => name.endsWith(presetFileEnding))
    .sort()
    .map((name) => Uri.joinPath(folder, name));
}

async function readFile(uri: Uri): Promise<PresetFile> {
  const presets = presetsOfFile(await readJson(uri)) ?? {};
  return { uri, layer: { origin: 'file', file: uri.fsPath, presets } };
}

/** A file that is no JSON holds nothing: the editor shows where it breaks. */
async function readJson(uri: Uri): Promise<unknown> {
  const bytes = await workspace.fs.readFile(uri).then(
    (found) => found,
    () => undefined,
  );
  return bytes && parseJsonc(uri.fsPath, new TextDecoder().decode(bytes)).value;
}
