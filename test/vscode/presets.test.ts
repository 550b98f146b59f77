import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { Answers } from './support/answers.ts';
import { activated, clip, whenEvent } from './support/extension.ts';

const settings = `{
  "dffmpeg.presets": {
    "fine": { "container": "mp4", "video": { "encoders": ["libx264"], "crf": 30, "speed": "fastest" } },
    "high": {
      "container": "mp4",
      "video": { "encoders": ["libx264"], "crf": 99 }
    }
  }
}
`;

const presetsFile = `{
  "shared": { "extends": "web", "video": { "crf": 18 } },
  "late": {
    "extends": "nowhere"
  }
}
`;

describe('presets of a file of their own', () => {
  const file = clip('team.dffmpeg-presets.json');

  before(async () => {
    const { services } = await activated();
    await services.presets.ready();
    const there = whenEvent(services.presets.onDidChange, () =>
      services.presets.list().some(({ name }) => name === 'shared'),
    );
    await writeFile(file.fsPath, presetsFile);
    await there;
  });

  it('can be used, with what they inherit', async () => {
    const { services } = await activated();
    const snapshot = services.presets.resolve('shared');
    assert.equal(snapshot?.preset.container, 'mp4');
  });

  it('are a problem at the very line of what is wrong', async () => {
    const problem = await whenEvent(vscode.languages.onDidChangeDiagnostics, () =>
      vscode.languages.getDiagnostics(file).find(({ source }) => source === 'DFFmpeg'),
    );
    assert.equal(problem.range.start.line, 3);
    assert.match(problem.message, /“nowhere”/);
  });

  it('are gone with their file, and so are its problems', async () => {
    const { services } = await activated();
    const gone = whenEvent(
      services.presets.onDidChange,
      () => !services.presets.list().some(({ name }) => name === 'shared'),
    );
    await rm(file.fsPath);
    await gone;
    await whenEvent(
      vscode.languages.onDidChangeDiagnostics,
      () => vscode.languages.getDiagnostics(file).length === 0,
    );
    assert.ok(!services.presets.list().some(({ name }) => name === 'late'));
  });
});

describe('presets of the settings', () => {
  const file = clip('.vscode', 'settings.json');
  let answers: Answers;

  before(async () => {
    const { services } = await activated();
    const known = whenEvent(services.presets.onDidChange, () =>
      services.presets.list().some(({ name }) => name === 'high'),
    );
    await mkdir(path.dirname(file.fsPath), { recursive: true });
    await writeFile(file.fsPath, settings);
    await known;
  });

  beforeEach(() => (answers = new Answers()));
  afterEach(() => {
    answers.restore();
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(file.fsPath, { force: true });
  });

  it('are a problem at the very line of what is wrong', async () => {
    const problem = await whenEvent(vscode.languages.onDidChangeDiagnostics, () =>
      vscode.languages.getDiagnostics(file).find(({ source }) => source === 'DFFmpeg'),
    );
    assert.equal(problem.range.start.line, 5);
    assert.match(problem.message, /“high”/);
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Error);
  });

  it('are listed with the built-in ones, the broken one marked', async () => {
    const { services } = await activated();
    const tree = services.presetsTree;
    const items = tree.getChildren().map((node) => tree.getTreeItem(node));
    const byLabel = new Map(items.map((item) => [item.label, item]));
    assert.deepEqual([...byLabel.keys()], ['web', 'small', 'av1', 'audio', 'fine', 'high', 'More']);
    const more = tree.getChildren().flatMap((node) => (node.kind === 'preset' ? [] : tree.getChildren(node)));
    assert.ok(more.some((node) => tree.getTreeItem(node).label === 'gif'));
    assert.match(byLabel.get('fine')?.contextValue ?? '', /\+editable/);
    assert.match(byLabel.get('web')?.contextValue ?? '', /\+built-in\+usable/);
    assert.match(byLabel.get('high')?.contextValue ?? '', /\+broken/);
  });

  it('say why, and open at the preset, when a broken one is used', async () => {
    answers.pick = 'high';
    answers.press.set('The preset “high” cannot be used', 'Open Settings');
    const shown = whenEvent(vscode.window.onDidChangeTextEditorSelection, () => {
      const editor = vscode.window.activeTextEditor;
      return (
        editor?.document.uri.path.endsWith('settings.json') &&
        editor.document.getText(editor.selection) === '"high"'
      );
    });
    await vscode.commands.executeCommand('dffmpeg.encodeWithPreset', clip('clip.mp4'));
    await answers.message(/“high” cannot be used.*video\.crf/);
    await shown;
    const { services } = await activated();
    assert.equal(services.presets.lastUsed, undefined, 'a broken preset is not remembered');
  });

  it('are offered for choosing, with their origin', async () => {
    await vscode.commands.executeCommand('dffmpeg.encodeWithPreset', clip('clip.mp4'), [clip('clip.mp4')]);
    assert.deepEqual(answers.picks, [
      { title: 'Encode clip.mp4', labels: ['web', 'small', 'av1', 'audio', 'fine', 'high', 'More…'] },
    ]);
  });

  it('are all there behind “More…”', async () => {
    answers.pick = 'More…';
    await vscode.commands.executeCommand('dffmpeg.encodeWithPreset', clip('clip.mp4'), [clip('clip.mp4')]);
    assert.equal(answers.picks.length, 2);
    const labels = answers.picks[1]?.labels ?? [];
    assert.ok(
      ['gif', 'hevc-archive', 'poster'].every((name) => labels.includes(name)),
      labels.join(),
    );
    assert.ok(!labels.includes('web'));
  });

  it('get a new one by a command, which opens it', async () => {
    const { services } = await activated();
    await vscode.commands.executeCommand('dffmpeg.newPreset');
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    assert.ok(editor.document.uri.path.endsWith('.vscode/settings.json'), editor.document.uri.toString());
    assert.equal(editor.document.getText(editor.selection), '"my-preset"');
    assert.ok(
      services.presets.list(clip('clip.mp4')).some(({ name, usable }) => name === 'my-preset' && usable),
    );
  });
});
