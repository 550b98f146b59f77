import { workspace, type Uri } from 'vscode';

/** Whose settings count where no file has been named; undefined: no folder is open. */
export function firstFolder(): Uri | undefined {
  return workspace.workspaceFolders?.[0]?.uri;
}
