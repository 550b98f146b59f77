import {
  commands,
  ConfigurationTarget,
  Range,
  Selection,
  TextEditorRevealType,
  window,
  workspace,
  Uri,
  type TextDocument,
  type TextEditor,
} from 'vscode';
import { findPreset, type PresetTextKind } from './model/presetText.ts';
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

  /** The settings file that defines a preset, at its line; the user's, when none in the workspace does. */
  async showPreset(name: string, resource?: Uri): Promise<void> {
    const inspected = workspace.getConfiguration(section, resource).inspect('presets');
    const has = (value: unknown): boolean => Object.hasOwn(readPresets({ get: () => value as never }), name);
    const inFolder = has(inspected?.workspaceFolderValue);
    const file =
      inFolder || has(inspected?.workspaceValue) ? workspaceSettings(inFolder, resource) : undefined;
    if (file) await window.showTextDocument(file);
    else await commands.executeCommand('workbench.action.openSettingsJson');
    select(window.activeTextEditor, name, 'settings');
  }

  /** A file of another kind, at the line of a preset. */
  async showPresetFile(file: string, name: string, kind: PresetTextKind): Promise<void> {
    select(await window.showTextDocument(Uri.file(file)), name, kind);
  }
}

function select(editor: TextEditor | undefined, name: string, kind: PresetTextKind): void {
  const range = editor && presetRange(editor.document, name, kind);
  if (!range) return;
  editor.selection = new Selection(range.start, range.end);
  editor.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
}

/** A saved multi-root workspace has a file of its own; without one, the folder's is the workspace's. */
function workspaceSettings(ofFolder: boolean, resource: Uri | undefined): Uri | undefined {
  if (!ofFolder && workspace.workspaceFile) return workspace.workspaceFile;
  const folder = (resource && workspace.getWorkspaceFolder(resource)) ?? workspace.workspaceFolders?.[0];
  return folder && Uri.joinPath(folder.uri, '.vscode', 'settings.json');
}

function presetRange(document: TextDocument, name: string, kind: PresetTextKind): Range | undefined {
  const place = findPreset(document.getText(), name, kind);
  return (
    place && new Range(document.positionAt(place.offset), document.positionAt(place.offset + place.length))
  );
}
