import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

describe('the extension in Restricted Mode', () => {
  it('is active, in a workspace that is not trusted', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    await vscode.extensions.getExtension('dffmpeg.dffmpeg')?.activate();
  });

  it('has started no daemon', () => {
    assert.ok(process.env.DFFMPEG_STATE_DIR, 'DFFMPEG_STATE_DIR is set by the harness');
    assert.equal(existsSync(path.join(process.env.DFFMPEG_STATE_DIR, 'daemon.json')), false);
  });
});
