import { commands, window, workspace } from 'vscode';

const manageTrust = 'Manage Workspace Trust';

/** Whether the workspace may submit; says why not, with the way out, when a person has just asked for it. */
export async function ensureTrusted(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const choice = await window.showWarningMessage(
    'DFFmpeg encodes nothing in Restricted Mode, because presets and output names come from the workspace. Trust it to encode its files.',
    manageTrust,
  );
  if (choice === manageTrust) await commands.executeCommand('workbench.trust.manage');
  return false;
}
