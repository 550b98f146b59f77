import {
  commands,
  ConfigurationTarget,
  Range,
  Selection,
  TextEditorRevealType,
  window,
  workspace,
  type TextDocument,
  type Uri,
} from 'vscode';
import { findPreset } from './model/presetText.ts';
import { readPresets, section } from './settings.ts';

/** Writes presets into settings files and opens those at a preset. */
export class SettingsFiles {
  /** Into the folder's settings if a folder is open, else into the user's; opens it there. */
  async addPreset(name: string, preset: unknown, resource?: Uri): Promise<void> {
    const configuration = workspace.getConfiguration(section, resource);
    const target = workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
    const inspected = configuration.inspect('presets');
    const present = workspace.workspaceFolders ? inspected?.workspaceValue : inspected?.globalValue;
    const presets = readPresets({ get: () => present as never });
    await configuration.update('presets', { ...presets, [name]: preset }, target);
    await this.showPreset(name, resource);
  }

  /** The settings file that defines a preset, at its line; the one that would, when none does. */
  async showPreset(name: string, resource?: Uri): Promise<void> {
    const inspected = workspace.getConfiguration(section, resource).inspect('presets');
    const has = (value: unknown): boolean => Object.hasOwn(readPresets({ get: () => value as never }), name);
    const command = has(inspected?.workspaceFolderValue)
      ? 'workbench.action.openFolderSettingsFile'
      : has(inspected?.workspaceValue)
        ? 'workbench.action.openWorkspaceSettingsFile'
        : 'workbench.action.openSettingsJson';
    await commands.executeCommand(command);
    const editor = window.activeTextEditor;
    if (!editor) return;
    const range = presetRange(editor.document, name);
    if (!range) return;
    editor.selection = new Selection(range.start, range.end);
    editor.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

function presetRange(document: TextDocument, name: string): Range | undefined {
  const place = findPreset(document.getText(), name);
  return (
    place && new Range(document.positionAt(place.offset), document.positionAt(place.offset + place.length))
  );
}
