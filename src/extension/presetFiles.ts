import { Uri, workspace } from 'vscode';
import { parseJsonc } from '../client/jsoncFile.ts';
import { presetFileEnding, presetsOfFile, type PresetLayer } from '../encoding/presetCatalog.ts';
import { Emitter, type Disposable, type Event } from './model/emitter.ts';

/** One `*.dffmpeg-presets.json` as it was last read. */
interface PresetFile {
  readonly uri: Uri;
  readonly layer: PresetLayer;
}

/**
 * The `*.dffmpeg-presets.json` of the open folders: in the folder itself and in its `.vscode`. Read once begun, and
 * again when one of them changes.
 */
export class PresetFiles implements Disposable {
  /** By the folder's address. */
  #files: ReadonlyMap<string, readonly PresetFile[]> = new Map();
  /** Of all readings so far; missing before the first. */
  #reading: Promise<void> | undefined;
  readonly #changes = new Emitter<void>();
  readonly #subscriptions: Disposable[] = [];

  readonly onDidChange: Event<void> = this.#changes.event;

  /** Begins to follow the files; resolves when those that are there now are read. */
  begin(): Promise<void> {
    if (this.#reading === undefined) this.#watch();
    return (this.#reading ??= this.#readAll());
  }

  layers(folder: Uri | undefined): readonly PresetLayer[] {
    return this.#of(folder).map(({ layer }) => layer);
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
    const watcher = workspace.createFileSystemWatcher(`**/*${presetFileEnding}`);
    // One after the other: of two readings at once the older could come in last.
    const readAgain = (): void => {
      this.#reading = this.#reading?.then(() => this.#readAll());
    };
    this.#subscriptions.push(
      watcher,
      watcher.onDidCreate(readAgain),
      watcher.onDidChange(readAgain),
      watcher.onDidDelete(readAgain),
      workspace.onDidChangeWorkspaceFolders(readAgain),
    );
  }

  async #readAll(): Promise<void> {
    const folders = workspace.workspaceFolders ?? [];
    this.#files = new Map(
      await Promise.all(folders.map(async ({ uri }) => [uri.toString(), await filesOf(uri)] as const)),
    );
    this.#changes.fire();
  }
}

async function filesOf(folder: Uri): Promise<PresetFile[]> {
  const uris = [...(await namesIn(folder)), ...(await namesIn(Uri.joinPath(folder, '.vscode')))];
  const files = await Promise.all(uris.map(readFile));
  return files.filter((file) => file !== undefined);
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

/** A file that is no JSON holds nothing: the editor shows where it breaks. */
async function readFile(uri: Uri): Promise<PresetFile | undefined> {
  const bytes = await workspace.fs.readFile(uri).then(
    (found) => found,
    () => undefined,
  );
  if (!bytes) return undefined;
  const { value } = parseJsonc(uri.fsPath, new TextDecoder().decode(bytes));
  return { uri, layer: { origin: 'file', file: uri.fsPath, presets: presetsOfFile(value) ?? {} } };
}
