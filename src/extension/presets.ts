import { window, workspace, type Memento, type Uri } from 'vscode';
import { defaultPresetName } from '../encoding/builtinPresets.ts';
import type { PresetSource } from '../encoding/preset.ts';
import {
  brokenPresetSentence,
  presetCatalog,
  type PresetCatalog,
  type PresetEntry,
} from '../encoding/presetCatalog.ts';
import type { PresetSnapshot } from '../protocol/model.ts';
import { Emitter, type Disposable, type Event } from './model/emitter.ts';
import type { PresetFiles } from './presetFiles.ts';
import { readDefaultPreset, readPresets, section } from './settings.ts';
import type { SettingsFiles } from './settingsFiles.ts';

const lastUsedKey = 'lastPreset';

/** Everything that can be named here, and which preset a plain click means. */
export class Presets implements Disposable {
  readonly #memory: Memento;
  readonly #settings: SettingsFiles;
  readonly #files: PresetFiles;
  readonly #changes = new Emitter<void>();
  readonly #subscriptions: readonly Disposable[];

  readonly onDidChange: Event<void> = this.#changes.event;

  constructor(memory: Memento, settings: SettingsFiles, files: PresetFiles) {
    this.#memory = memory;
    this.#settings = settings;
    this.#files = files;
    this.#subscriptions = [
      workspace.onDidChangeConfiguration(async (event) => {
        // Whoever names another default wants it used.
        if (event.affectsConfiguration(`${section}.defaultPreset`)) await this.remember(undefined);
        else if (event.affectsConfiguration(`${section}.presets`)) this.#changes.fire();
      }),
      files.onDidChange(() => {
        this.#changes.fire();
      }),
    ];
  }

  /** `resource`: the file to encode; presets are settings of its folder. */
  list(resource?: Uri): readonly PresetEntry[] {
    return this.#catalog(resource).entries;
  }

  /** What was written under each name, for those that `extends` it. */
  sources(resource?: Uri): PresetCatalog['sources'] {
    return this.#catalog(resource).sources;
  }

  /** Resolves when the files with presets are read. */
  ready(): Promise<void> {
    return this.#files.begin();
  }

  get lastUsed(): string | undefined {
    return this.#memory.get<string>(lastUsedKey);
  }

  async remember(name: string | undefined): Promise<void> {
    await this.#memory.update(lastUsedKey, name);
    this.#changes.fire();
  }

  defaultName(resource?: Uri): string {
    return readDefaultPreset(workspace.getConfiguration(section, resource)) ?? defaultPresetName;
  }

  /** The preset last used, if it is still there, else the default. */
  currentName(resource?: Uri): string {
    const last = this.lastUsed;
    const known = last !== undefined && this.list(resource).some(({ name }) => name === last);
    return known ? last : this.defaultName(resource);
  }

  /** A preset ready to travel; says why, with the place to mend it, when there is none of that name. */
  resolve(name: string, resource?: Uri): PresetSnapshot | undefined {
    const entry = this.list(resource).find((candidate) => candidate.name === name);
    if (entry?.usable) return { name, preset: entry.preset };
    const open = entry?.file === undefined ? 'Open Settings' : 'Open File';
    const sentence = entry
      ? brokenPresetSentence(entry)
      : `There is no preset “${name}”. Choose another default preset, or add it to dffmpeg.presets.`;
    void window.showErrorMessage(sentence, open).then(async (choice) => {
      if (choice === open) await this.show(name, resource);
    });
    return undefined;
  }

  /** Opens the file that holds a preset, at its line. */
  async show(name: string, resource?: Uri): Promise<void> {
    const entry = this.list(resource).find((candidate) => candidate.name === name);
    await (entry?.file === undefined
      ? this.#settings.showPreset(name, resource)
      : this.#settings.showPresetFile(entry.file, name, entry.origin === 'config' ? 'config' : 'presets'));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
  }

  /** VS Code would mix presets of one name from user and workspace: each place is a layer of its own. */
  #catalog(resource: Uri | undefined): PresetCatalog {
    const inspected = workspace.getConfiguration(section, resource).inspect('presets');
    const { globalValue, workspaceValue, workspaceFolderValue } = inspected ?? {};
    const folder = (resource && workspace.getWorkspaceFolder(resource)) ?? workspace.workspaceFolders?.[0];
    return presetCatalog([
      { origin: 'user', presets: presetsIn(globalValue) },
      ...this.#files.layers(folder?.uri),
      { origin: 'workspace', presets: presetsIn(workspaceValue) },
      { origin: 'workspace', presets: presetsIn(workspaceFolderValue) },
    ]);
  }
}

function presetsIn(value: unknown): Readonly<Record<string, unknown>> {
  return readPresets({ get: () => value as never });
}

/** What *New Preset* writes: small, and enough to be edited with completion. */
export const starterPreset: PresetSource = {
  extends: defaultPresetName,
  description: 'Describe it in one line.',
  video: { crf: 22, maxHeight: 1080 },
};

/** A name that is not taken: `my-preset`, `my-preset-2`, … */
export function freePresetName(taken: readonly string[], wanted = 'my-preset'): string {
  if (!taken.includes(wanted)) return wanted;
  for (let number = 2; ; number += 1)
    if (!taken.includes(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
