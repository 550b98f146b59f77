import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('a workspace of clips in VS Code', () => {
  it('is the one that the harness made', () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.equal(folder?.uri.fsPath, process.env.DFFMPEG_TEST_WORKSPACE);
  });

  it('is trusted', () => {
    assert.equal(vscode.workspace.isTrusted, true);
  });

  it('holds the clip', async () => {
    const found = await vscode.workspace.findFiles('clip.mp4');
    assert.equal(found.length, 1);
  });
});
