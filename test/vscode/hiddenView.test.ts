import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { builtinPresets } from '../../src/encoding/builtinPresets.ts';
import { activated, clip, whenBoard, whenDrawn } from './support/extension.ts';

describe('jobs that nobody looks at', () => {
  it('are not told of, but for their number, until the view is seen again', async function () {
    this.timeout(60_000);
    const api = await activated();
    const { board, jobsView, session } = api.services;
    await vscode.commands.executeCommand('dffmpeg.jobs.focus');
    await whenDrawn(() => jobsView.visible && session.isFollowed);
    await vscode.commands.executeCommand('workbench.view.explorer');
    await whenDrawn(() => !jobsView.visible && !session.isFollowed);

    const preset = builtinPresets['web'];
    assert.ok(preset);
    const { counts } = await session.request('queue.pause', {});
    const heard: string[] = [];
    const subscription = board.onDidChange(({ kind }) => heard.push(kind));
    const { job } = await session.request('jobs.submit', {
      submissionId: randomUUID(),
      sources: [clip('clip.mp4').fsPath],
      preset: { name: 'web', preset },
    });
    try {
      await whenBoard(api, () => board.counts.waiting > counts.waiting);
      assert.equal(board.job(job.id), undefined);
      assert.deepEqual([...new Set(heard)], ['counts']);
      await vscode.commands.executeCommand('dffmpeg.jobs.focus');
      await whenBoard(api, () => board.job(job.id));
    } finally {
      subscription.dispose();
      await session.request('jobs.cancel', { id: job.id });
      await session.request('queue.resume', {});
    }
  });
});
