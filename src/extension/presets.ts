import { window, workspace, type Memento, type Uri } from 'vscode';
import { builtinPresets, defaultPresetName } from '../encoding/builtinPresets.ts';
import type { Preset } from '../encoding/preset.ts';
import type { PresetSnapshot } from '../protocol/model.ts';
import { Emitter, type Disposable, type Event } from './model/emitter.ts';
import { brokenPresetSentence, presetCatalog, type PresetEntry } from './model/presetCatalog.ts';
import { readDefaultPreset, readPresets, section } from './settings.ts';
import type { SettingsFiles } from './settingsFiles.ts';

const lastUsedKey = 'lastPreset';

/** The presets of built-in table and settings, and which one a plain click means. */
export class Presets implements Disposable {
  readonly #memory: Memento;
  readonly #files: SettingsFiles;
  readonly #changes = new Emitter<void>();
  readonly #subscription: Disposable;

  readonly onDidChange: Event<void> = this.#changes.event;

  constructor(memory: Memento, files: SettingsFiles) {
    this.#memory = memory;
    this.#files = files;
    this.#subscription = workspace.onDidChangeConfiguration(async (event) => {
      // Whoever names another default wants it used.
      if (event.affectsConfiguration(`${section}.defaultPreset`)) await this.remember(undefined);
      else if (event.affectsConfiguration(`${section}.presets`)) this.#changes.fire();
    });
  }

  /** `resource`: the file to encode; presets are settings of its folder. */
  list(resource?: Uri): PresetEntry[] {
    return presetCatalog(builtinPresets, readPresets(workspace.getConfiguration(section, resource)));
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
    const openSettings = 'Open Settings';
    const sentence = entry
      ? brokenPresetSentence(name, entry.problems)
      : `There is no preset “${name}”. Choose another default preset, or add it to dffmpeg.presets.`;
    void window.showErrorMessage(sentence, openSettings).then(async (choice) => {
      if (choice === openSettings) await this.#files.showPreset(name, resource);
    });
    return undefined;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }
}

/** What *New Preset* writes: small, and complete enough to be edited with completion. */
export const starterPreset: Preset = {
  description: 'Describe it in one line.',
  container: 'mp4',
  video: { encoders: ['libx264'], crf: 22, speed: 'medium', maxHeight: 1080, pixelFormat: 'yuv420p' },
  audio: { encoder: 'aac', bitrate: '160k' },
};

/** A name that is not taken: `my-preset`, `my-preset-2`, … */
export function freePresetName(taken: readonly string[], wanted = 'my-preset'): string {
  if (!taken.includes(wanted)) return wanted;
  for (let number = 2; ; number += 1)
    if (!taken.includes(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
