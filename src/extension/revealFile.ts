import { commands, Uri, workspace } from 'vscode';

/** In the Explorer when the file lies in the workspace, else in the system's file manager. */
export async function revealFile(path: string): Promise<void> {
  const uri = Uri.file(path);
  const inside = workspace.getWorkspaceFolder(uri) !== undefined;
  await commands.executeCommand(inside ? 'revealInExplorer' : 'revealFileInOS', uri);
}

/** In the editor that VS Code has for it: its own player, or an extension's. */
export async function openFile(path: string): Promise<void> {
  await commands.executeCommand('vscode.open', Uri.file(path));
}
