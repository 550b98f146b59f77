import { commands, env, FileSystemError, Uri, window, workspace } from 'vscode';
import { fileNameOf } from './model/jobPresentation.ts';

/** In the Explorer when the file lies in the workspace, else in the system's file manager. `advice`: for when it is gone. */
export async function revealFile(path: string, advice = 'encode it again'): Promise<void> {
  const uri = Uri.file(path);
  const isThere = await workspace.fs.stat(uri).then(
    () => true,
    (error: unknown) => !(error instanceof FileSystemError && error.code === 'FileNotFound'),
  );
  if (!isThere) {
    void window.showWarningMessage(`${fileNameOf(path)} is no longer there; ${advice}.`);
    return;
  }
  if (workspace.getWorkspaceFolder(uri)) {
    await commands.executeCommand('revealInExplorer', uri);
    return;
  }
  // On a remote machine there is no file manager to show it in.
  const shown = env.remoteName === undefined && (await tryReveal(uri));
  if (shown) return;
  const copyPath = 'Copy Path';
  const choice = await window.showInformationMessage(`It lies outside the workspace: ${path}`, copyPath);
  if (choice === copyPath) await env.clipboard.writeText(path);
}

async function tryReveal(uri: Uri): Promise<boolean> {
  return commands.executeCommand('revealFileInOS', uri).then(
    () => true,
    () => false,
  );
}

/** In the editor that VS Code has for it: its own player, or an extension's. */
export async function openFile(path: string): Promise<void> {
  await commands.executeCommand('vscode.open', Uri.file(path));
}
