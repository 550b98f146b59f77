import { commands, env, Uri, window, workspace } from 'vscode';

/** In the Explorer when the file lies in the workspace, else in the system's file manager. */
export async function revealFile(path: string): Promise<void> {
  const uri = Uri.file(path);
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
