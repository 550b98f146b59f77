import os from 'node:os';
import path from 'node:path';
import { commands, Uri, window, workspace } from 'vscode';
import type { WatchedFile, WatchFolder, WatchFolderSpec, WatchOrigin } from '../protocol/watchFolder.ts';
import { choosePreset } from './choosePreset.ts';
import { firstFolder } from './firstFolder.ts';
import { Emitter, type Disposable, type Event } from './model/emitter.ts';
import { activationOrigin, watchConsentText } from './model/watchConsent.ts';
import { withProposals, type WatchEntry } from './model/watchEntries.ts';
import type { Presets } from './presets.ts';
import type { DaemonSession } from './session/daemonSession.ts';
import { section } from './settings.ts';
import { ensureTrusted } from './trust.ts';

const onlyNew = 'Only New Files';
const allFiles = 'All Files';
const removeIt = 'Stop Watching';

/** Files of a folder that are shown below it. */
const shownFiles = 20;

/** Watched folders: what the daemon watches, and what settings propose. A person activates; settings alone never do. */
export class WatchFolders implements Disposable {
  readonly #session: DaemonSession;
  readonly #presets: Presets;
  readonly #changes = new Emitter<void>();
  readonly #subscriptions: readonly Disposable[];
  #told: readonly WatchFolder[] = [];

  readonly onDidChange: Event<void> = this.#changes.event;

  constructor(session: DaemonSession, presets: Presets) {
    this.#session = session;
    this.#presets = presets;
    this.#subscriptions = [
      session.onDidChangeWatch((folders) => {
        this.#told = folders;
        this.#changes.fire();
      }),
      session.onDidChangeLink(({ kind }) => {
        if (this.#told.length === 0 || (kind !== 'idle' && kind !== 'failed')) return;
        // Nobody is there who watches.
        this.#told = [];
        this.#changes.fire();
      }),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${section}.watchFolders`)) this.#changes.fire();
      }),
      workspace.onDidGrantWorkspaceTrust(() => {
        this.#changes.fire();
      }),
    ];
  }

  async entries(): Promise<WatchEntry[]> {
    const proposed = await this.#proposed();
    return withProposals(this.#told, proposed);
  }

  async files(entry: WatchEntry): Promise<WatchedFile[]> {
    if (entry.id === undefined) return [];
    const { files } = await this.#session.request('watch.files', { folder: entry.id, limit: shownFiles });
    return files;
  }

  /** Asks what to do with the files that are there, and has the daemon watch the folder from now on. */
  async activate(entry: WatchEntry | undefined): Promise<void> {
    if (!entry || !(await ensureTrusted())) return;
    if (entry.origin === 'config' && entry.id !== undefined) {
      const existing = await askExisting(entry.spec, 'config');
      if (existing) await this.#session.request('watch.activateDeclared', { folder: entry.id, existing });
      return;
    }
    await this.#activate(entry);
  }

  /** A folder of the Explorer, or one that is chosen now. */
  async add(clicked: Uri | undefined): Promise<void> {
    if (!(await ensureTrusted())) return;
    const folder = clicked ?? (await chooseFolder());
    if (!folder) return;
    await this.#presets.ready();
    const preset = await choosePreset(this.#presets.list(folder), {
      title: `Watch ${path.basename(folder.fsPath)} with DFFmpeg`,
      lastUsed: this.#presets.lastUsed,
      defaultName: this.#presets.defaultName(folder),
    });
    if (preset === undefined) return;
    const { watchFolderSpecSchema } = await import('../protocol/watchFolder.ts');
    const spec = watchFolderSpecSchema.parse({ path: folder.fsPath, preset });
    await this.#activate({ origin: 'vscode', spec });
  }

  async pause(entry: WatchEntry | undefined, paused: boolean): Promise<void> {
    if (entry?.id === undefined) return;
    await this.#session.request(paused ? 'watch.pause' : 'watch.resume', { folder: entry.id });
  }

  async scan(entry: WatchEntry | undefined): Promise<void> {
    if (entry?.id !== undefined) await this.#session.request('watch.scan', { folder: entry.id });
  }

  async remove(entry: WatchEntry | undefined): Promise<void> {
    if (entry?.id === undefined) return;
    const choice = await window.showWarningMessage(
      `Watch ${entry.spec.path} no more?`,
      {
        modal: true,
        detail: 'Which of its files were encoded is forgotten. Files and jobs stay as they are.',
      },
      removeIt,
    );
    if (choice === removeIt) await this.#session.request('watch.remove', { folder: entry.id });
  }

  async openSettings(): Promise<void> {
    await commands.executeCommand('workbench.action.openSettings', `${section}.watchFolders`);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
  }

  async #activate({ spec, origin }: Pick<WatchEntry, 'spec' | 'origin'>): Promise<void> {
    const resource = Uri.file(spec.path);
    await this.#presets.ready();
    const preset = this.#presets.resolve(spec.preset, resource);
    if (!preset) return;
    const known = this.#presets.list(resource).find(({ name }) => name === spec.preset)?.origin;
    const from = activationOrigin(origin, known);
    const existing = await askExisting(spec, from);
    if (!existing) return;
    const knownThere = known === 'built-in' || known === 'config';
    await this.#session.request('watch.activate', {
      ...{ folder: spec, origin: from, existing },
      ...(knownThere ? {} : { preset: preset.preset }),
    });
  }

  /** VS Code would let a workspace's list take the place of a person's own: each is read by itself. */
  async #proposed(): Promise<WatchEntry[]> {
    const { proposedFolders } = await import('./model/watchProposals.ts');
    const folder = firstFolder()?.fsPath;
    const read = workspace.getConfiguration(section).inspect('watchFolders');
    const own = proposedFolders(read?.globalValue, { origin: 'vscode', home: os.homedir(), folder });
    if (!workspace.isTrusted) return own;
    const theirs = [read?.workspaceValue, read?.workspaceFolderValue].flatMap((value) =>
      proposedFolders(value, { origin: 'workspace', home: os.homedir(), folder }),
    );
    return [...own, ...theirs];
  }
}

async function askExisting(
  spec: WatchFolderSpec,
  origin: WatchOrigin,
): Promise<'skip' | 'encode' | undefined> {
  const choice = await window.showInformationMessage(
    `Watch ${spec.path}?`,
    { modal: true, detail: watchConsentText(spec, origin) },
    onlyNew,
    allFiles,
  );
  if (choice === undefined) return undefined;
  return choice === allFiles ? 'encode' : 'skip';
}

async function chooseFolder(): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({
    ...{ canSelectFiles: false, canSelectFolders: true, canSelectMany: false },
    openLabel: 'Watch Folder',
  });
  return chosen?.[0];
}
