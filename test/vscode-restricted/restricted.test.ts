import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { Answers } from '../vscode/support/answers.ts';
import { activated, clip, stateDir } from '../vscode/support/extension.ts';

describe('an untrusted workspace', () => {
  let answers: Answers;
  beforeEach(() => (answers = new Answers()));
  afterEach(() => {
    answers.restore();
  });

  it('is one, and the Jobs view says so', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const { services } = await activated();
    assert.equal(services.viewStateKeeper.current, 'untrusted');
  });

  it('submits nothing, and says why with the way out', async () => {
    for (const command of ['dffmpeg.encode', 'dffmpeg.encodeWithPreset']) {
      answers.shown.length = 0;
      await vscode.commands.executeCommand(command, clip('clip.mp4'), [clip('clip.mp4')]);
      const [message] = answers.shown;
      assert.match(message?.text ?? '', /Restricted Mode/, command);
      assert.deepEqual(message?.buttons, ['Manage Workspace Trust']);
    }
    assert.equal(answers.picks.length, 0);
  });

  it('starts no daemon', async () => {
    const { services } = await activated();
    await services.begin();
    assert.equal(services.session.link.kind, 'idle');
    assert.ok(!existsSync(path.join(stateDir(), 'daemon.json')));
  });

  it('writes no preset into its settings', async () => {
    await vscode.commands.executeCommand('dffmpeg.newPreset');
    assert.ok(!existsSync(clip('.vscode', 'settings.json').fsPath));
  });
});
