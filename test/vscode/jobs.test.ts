import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import * as vscode from 'vscode';
import { toCommandLine } from '../../src/encoding/commandLine.ts';
import { Answers } from './support/answers.ts';
import { activated, clip, submitted, whenBoard, whenEnded, whenEvent } from './support/extension.ts';

/** Long enough to be cancelled while it runs; small, so that its first packets come soon. */
function makeLongClip(file: string): void {
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=600'];
  execFileSync('ffmpeg', [...args, '-c:v', 'mpeg4', '-q:v', '5', file]);
}

/** Large for what it shows, so that its result is smaller. */
function makeWastefulClip(file: string): void {
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25:duration=2'];
  execFileSync('ffmpeg', [...args, '-c:v', 'mpeg4', '-q:v', '1', file]);
}

describe('jobs in the view', () => {
  const long = clip('long.mp4');
  let answers: Answers;

  before(function () {
    this.timeout(120_000);
    makeLongClip(long.fsPath);
  });
  beforeEach(() => (answers = new Answers()));
  afterEach(() => {
    answers.restore();
  });

  describe('from beginning to end', () => {
    let id: string;

    it('show progress', async () => {
      const api = await activated();
      const { board, jobsTree, statusBar } = api.services;
      const [job] = await submitted(api, 'dffmpeg.encode', long);
      assert.ok(job);
      id = job.id;
      await whenBoard(api, () => board.job(id)?.state === 'running');
      await whenBoard(api, () => (board.progress(id)?.fraction ?? 0) > 0);
      assert.match(String(jobsTree.getTreeItem(jobsTree.node(id)).description), /^\d+ %/);
      assert.match(statusBar.text ?? '', /1 encoding/);
      assert.equal(api.services.jobsView.badge, 1);
    });

    it('are paused where they are, and go on', async function () {
      // Windows cannot stop a process for a while, and says so.
      if (process.platform === 'win32') this.skip();
      const api = await activated();
      const { board, jobsTree } = api.services;
      const node = jobsTree.node(id);
      await vscode.commands.executeCommand('dffmpeg.pauseJob', node, [node]);
      await whenBoard(api, () => board.job(id)?.suspended);
      assert.match(String(jobsTree.getTreeItem(node).description), /^paused/);
      assert.match(jobsTree.getTreeItem(node).contextValue ?? '', /\+resumable\b/);
      const reached = board.progress(id)?.fraction ?? 0;
      await vscode.commands.executeCommand('dffmpeg.resumeJob', node, [node]);
      await whenBoard(api, () => (board.progress(id)?.fraction ?? 0) > reached);
      assert.deepEqual(answers.shown, []);
    });

    it('wait while the queue is paused', async () => {
      const api = await activated();
      const { board } = api.services;
      await vscode.commands.executeCommand('dffmpeg.pauseQueue');
      const [job] = await submitted(api, 'dffmpeg.encode', clip('second clip.mp4'));
      assert.ok(job);
      await whenBoard(api, () => board.job(job.id)?.reason?.message === 'The queue is paused.');
      assert.equal(board.counts.queuePaused, true);
      await vscode.commands.executeCommand('dffmpeg.resumeQueue');
      await whenBoard(api, () => board.job(job.id)?.reason?.code === 'slots-busy');
      await vscode.commands.executeCommand('dffmpeg.cancelJob', api.services.jobsTree.node(job.id));
      await whenEnded(api, job.id);
    });

    it('are cancelled, and leave nothing behind', async () => {
      const api = await activated();
      const { jobsTree } = api.services;
      const node = jobsTree.node(id);
      const start = performance.now();
      await vscode.commands.executeCommand('dffmpeg.cancelJob', node, [node]);
      const cancelled = await whenEnded(api, id);
      assert.equal(cancelled.state, 'cancelled');
      assert.ok(performance.now() - start < 2000, `${performance.now() - start} ms`);
      assert.ok(!existsSync(clip('long.web.mp4').fsPath));
      assert.match(jobsTree.getTreeItem(node).contextValue ?? '', /\+retryable\b/);
    });

    it('are retried, and cancelled again', async () => {
      const api = await activated();
      const { board, jobsTree } = api.services;
      const node = jobsTree.node(id);
      await vscode.commands.executeCommand('dffmpeg.retryJob', node, [node]);
      await whenBoard(api, () => board.job(id)?.state === 'running');
      await vscode.commands.executeCommand('dffmpeg.cancelJob', node);
      await whenEnded(api, id);
      assert.deepEqual(answers.shown, [], 'a person knows what they cancelled');
    });
  });

  it('have a log that follows and is read-only', async () => {
    const api = await activated();
    const { jobsTree } = api.services;
    const [job] = await submitted(api, 'dffmpeg.encode', long);
    assert.ok(job);
    await whenBoard(api, () => api.services.board.progress(job.id));
    await vscode.commands.executeCommand('dffmpeg.openLog', jobsTree.node(job.id));
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    const { document } = editor;
    assert.equal(document.uri.scheme, 'dffmpeg-log');
    const before = document.getText().length;
    await vscode.commands.executeCommand('dffmpeg.cancelJob', jobsTree.node(job.id));
    await whenEvent(vscode.workspace.onDidChangeTextDocument, () => document.getText().length > before);
    await whenEnded(api, job.id);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  describe('whose result is to take the place of the source', () => {
    it('ask first, say so in the row, and undo', async function () {
      this.timeout(60_000);
      const api = await activated();
      const { board, jobsTree } = api.services;
      const file = clip('to replace.mkv');
      makeWastefulClip(file.fsPath);
      const size = statSync(file.fsPath).size;
      answers.pick = 'small';
      answers.press.set('Encode to replace.mkv with small', 'Encode and Replace');
      const [job] = await submitted(api, 'dffmpeg.encodeAndReplace', file);
      assert.ok(job);
      await whenBoard(api, () => board.job(job.id)?.replacement?.state === 'replaced');
      const node = jobsTree.node(job.id);
      const item = jobsTree.getTreeItem(node);
      assert.match(String(item.description), /source replaced · to replace\.mp4/);
      assert.match(item.contextValue ?? '', /\+undoable\b/);
      assert.ok(!existsSync(file.fsPath));
      await vscode.commands.executeCommand('dffmpeg.undoReplace', node, [node]);
      await whenBoard(api, () => board.job(job.id)?.replacement?.state === 'undone');
      assert.equal(statSync(file.fsPath).size, size);
      await api.services.presets.remember(undefined);
    });
  });

  it('have an open log that goes on when they are retried', async () => {
    const api = await activated();
    const { jobsTree } = api.services;
    const [job] = await submitted(api, 'dffmpeg.encode', clip('broken.mp4'));
    assert.ok(job);
    assert.equal((await whenEnded(api, job.id)).state, 'failed');
    const node = jobsTree.node(job.id);
    await vscode.commands.executeCommand('dffmpeg.openLog', node);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'dffmpeg-log');
    const before = document.getText().length;
    await vscode.commands.executeCommand('dffmpeg.retryJob', node, [node]);
    await whenEvent(vscode.workspace.onDidChangeTextDocument, () => document.getText().length > before);
    await whenEnded(api, job.id);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('hand over the exact command', async () => {
    const api = await activated();
    const { board, jobsTree } = api.services;
    const job = board
      .jobsOf('finished')
      .find(({ attempts }) => attempts.some(({ kind }) => kind === 'encode'));
    assert.ok(job);
    await vscode.commands.executeCommand('dffmpeg.copyCommand', jobsTree.node(job.id));
    const copied = await vscode.env.clipboard.readText();
    const argv = job.attempts.findLast(({ kind }) => kind === 'encode')?.argv;
    assert.ok(argv);
    assert.equal(copied, toCommandLine(argv, process.platform));
  });

  it('are grouped, with stable ids', async () => {
    const { services } = await activated();
    const groups = services.jobsTree.getChildren();
    const items = groups.map((group) => services.jobsTree.getTreeItem(group));
    assert.deepEqual(
      items.map(({ label }) => label),
      ['Finished'],
    );
    const ids = groups.flatMap((group) =>
      services.jobsTree.getChildren(group).map((node) => services.jobsTree.getTreeItem(node).id),
    );
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every(Boolean));
  });

  it('have a worker with what its ffmpeg can do', async () => {
    const { services } = await activated();
    const { workersTree } = services;
    const [worker] = workersTree.getChildren();
    assert.ok(worker);
    assert.match(String(workersTree.getTreeItem(worker).description), /this machine/);
    const rows = workersTree.getChildren(worker).map((node) => workersTree.getTreeItem(node));
    assert.ok(rows.some(({ label }) => typeof label === 'string' && label.startsWith('ffmpeg ')));
    const encoders = workersTree.getChildren(worker).find(({ kind }) => kind === 'encoders');
    assert.ok(encoders);
    const labels = workersTree.getChildren(encoders).map((node) => workersTree.getTreeItem(node));
    assert.ok(labels.some(({ label, contextValue: _, tooltip }) => label === 'libx264' && tooltip));
  });
});
