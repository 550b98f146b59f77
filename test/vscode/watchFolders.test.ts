import assert from 'node:assert/strict';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { TestApi } from '../../src/extension/testApi.ts';
import { watchFolderSpecSchema } from '../../src/protocol/watchFolder.ts';
import { Answers } from './support/answers.ts';
import { activated, clip, whenDrawn, whenEvent } from './support/extension.ts';

describe('watched folders in the view', () => {
  let answers: Answers;
  let api: TestApi;
  const settings = clip('.vscode', 'settings.json');

  before(async () => {
    api = await activated();
    await mkdir(clip('inbox').fsPath, { recursive: true });
    await api.services.session.connection();
  });
  beforeEach(() => (answers = new Answers()));
  afterEach(() => {
    answers.restore();
  });
  after(() => rm(settings.fsPath, { force: true }));

  /** The first row and how it looks, as soon as it fits. */
  async function row(fits: (item: vscode.TreeItem) => boolean) {
    const { watchTree } = api.services;
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        const subscription = watchTree.onDidChangeTreeData(() => {
          subscription.dispose();
          resolve();
        });
      });
      for (const node of await watchTree.getChildren()) {
        const item = watchTree.getTreeItem(node);
        if (fits(item)) return { node, item };
      }
      await changed;
    }
  }

  it('are proposed by a workspace, and run only when a person has said so', async function () {
    this.timeout(60_000);
    // Written as a person's checkout would be: VS Code itself writes no file that changed behind its back just now.
    const folder = { path: 'inbox', preset: 'small', settleSeconds: 0.5, onSuccess: 'replace' };
    await mkdir(path.dirname(settings.fsPath), { recursive: true });
    await writeFile(settings.fsPath, JSON.stringify({ 'dffmpeg.watchFolders': [folder] }));
    const proposed = await row(({ description }) => String(description).startsWith('not active'));
    assert.equal(proposed.item.contextValue, 'watch+inactive');
    const { folders } = await api.services.session.request('watch.list', {});
    assert.deepEqual(folders, []);

    // Called off: nothing is watched.
    await vscode.commands.executeCommand('dffmpeg.activateWatchFolder', proposed.node);
    assert.equal(answers.shown[0]?.modal, true);
    assert.deepEqual(answers.shown[0].buttons, ['Only New Files', 'All Files']);
    assert.match(answers.shown[0].detail ?? '', /“small” by itself/);
    assert.doesNotMatch(
      answers.shown[0].detail ?? '',
      /takes the place/,
      'settings of a workspace replace nothing',
    );
    assert.deepEqual((await api.services.session.request('watch.list', {})).folders, []);

    answers.press.set('Watch ', 'Only New Files');
    await vscode.commands.executeCommand('dffmpeg.activateWatchFolder', proposed.node);
    const watching = await row(({ contextValue }) => contextValue === 'watch+active');
    assert.match(String(watching.item.description), /^watching · small/);
    const [told] = (await api.services.session.request('watch.list', {})).folders;
    assert.deepEqual([told?.origin, told?.spec.onSuccess], ['workspace', 'keep']);
  });

  it('tell of their files, are paused, resumed and removed', async function () {
    this.timeout(90_000);
    const source = clip('second clip.mp4').fsPath;
    await copyFile(source, path.join(clip('inbox').fsPath, 'incoming.mp4'));
    const { node } = await row(({ description }) => String(description).includes('1 file'));
    const [file] = await api.services.watchTree.getChildren(node);
    assert.ok(file);
    assert.equal(api.services.watchTree.getTreeItem(file).label, 'incoming.mp4');

    await vscode.commands.executeCommand('dffmpeg.pauseWatchFolder', node);
    const paused = await row(({ contextValue }) => contextValue === 'watch+paused');
    await vscode.commands.executeCommand('dffmpeg.resumeWatchFolder', paused.node);
    const again = await row(({ contextValue }) => contextValue === 'watch+active');
    answers.press.set('Watch ', 'Stop Watching');
    await vscode.commands.executeCommand('dffmpeg.removeWatchFolder', again.node);
    // The workspace still proposes it.
    await row(({ contextValue }) => contextValue === 'watch+inactive');
  });

  it('of a preset that a file of the workspace holds never replace anything', async function () {
    this.timeout(60_000);
    const { presets, session, watchFolders } = api.services;
    const file = clip('theirs.dffmpeg-presets.json');
    await presets.ready();
    const there = whenEvent(presets.onDidChange, () => presets.list().some(({ name }) => name === 'theirs'));
    await writeFile(file.fsPath, JSON.stringify({ theirs: { extends: 'small' } }));
    await there;
    const spec = watchFolderSpecSchema.parse({
      ...{ path: clip('inbox').fsPath, preset: 'theirs', recursive: true, onSuccess: 'replace' },
    });
    answers.press.set('Watch ', 'Only New Files');
    await watchFolders.activate({ origin: 'vscode', spec });
    assert.match(answers.shown[0]?.detail ?? '', /Folders below it, too/);
    assert.doesNotMatch(answers.shown[0]?.detail ?? '', /takes the place/);
    const [told] = (await session.request('watch.list', {})).folders;
    assert.deepEqual([told?.origin, told?.spec.onSuccess], ['workspace', 'keep']);
    await session.request('watch.remove', { folder: told?.id ?? '' });
    await rm(file.fsPath);
  });

  it('are asked for when their view is seen', async () => {
    const { jobsView, session, watchView } = api.services;
    const watch = session.watch.bind(session);
    let asked = 0;
    await vscode.commands.executeCommand('dffmpeg.jobs.focus');
    await whenDrawn(() => jobsView.visible);
    assert.equal(watchView.visible, false, 'it begins folded');
    session.watch = () => {
      asked += 1;
      return watch();
    };
    try {
      await vscode.commands.executeCommand('dffmpeg.watchFolders.focus');
      await whenDrawn(() => watchView.visible);
      await whenDrawn(() => asked > 0);
    } finally {
      session.watch = watch;
    }
  });

  it('are not told of without a daemon', async function () {
    this.timeout(60_000);
    const { session, watchFolders } = api.services;
    answers.press.set('Watch ', 'Only New Files');
    const { node } = await row(({ contextValue }) => contextValue === 'watch+inactive');
    await vscode.commands.executeCommand('dffmpeg.activateWatchFolder', node);
    await row(({ contextValue }) => contextValue === 'watch+active');
    await session.request('daemon.stop', {});
    await row(({ contextValue }) => contextValue === 'watch+inactive');
    assert.ok((await watchFolders.entries()).every(({ told }) => told === undefined));
    await session.connection();
    await row(({ contextValue }) => contextValue === 'watch+active');
    const [told] = (await session.request('watch.list', {})).folders;
    await session.request('watch.remove', { folder: told?.id ?? '' });
  });
});
