import type { PresetOrigin } from '../../encoding/presetCatalog.ts';
import type { WatchFolderSpec, WatchOrigin } from '../../protocol/watchFolder.ts';

/** What a person says yes to with a watched folder: everything that is different from what one would expect. */
export function watchConsentText(
  { preset, recursive, output, onSuccess }: WatchFolderSpec,
  origin: WatchOrigin,
): string {
  return [
    `Each media file that comes into it is encoded with “${preset}” by itself, also while VS Code is closed.`,
    ...(recursive ? ['Folders below it, too.'] : []),
    // On one line: a stranger’s template shall not look like sentences of ours.
    ...(output === undefined ? [] : [`Results: ${output.replace(/\s+/gu, ' ')}`]),
    ...(onSuccess === 'replace' && origin !== 'workspace'
      ? ['Each result takes the place of its file, which is kept aside for undo.']
      : []),
    'What about the files that are there already?',
  ].join('\n');
}

/** Whoever wrote the preset has written part of the folder: with one of a workspace, the whole counts as of there. */
export function activationOrigin(
  folder: WatchOrigin,
  preset: PresetOrigin | undefined,
): 'vscode' | 'workspace' {
  return folder === 'workspace' || preset === 'workspace' || preset === 'file' ? 'workspace' : 'vscode';
}
