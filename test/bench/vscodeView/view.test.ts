import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { JobsNode } from '../../../src/extension/views/jobNodes.ts';
import { activated, whenDrawn } from '../../vscode/support/extension.ts';

/** Of the histogram's timer, milliseconds: what it measures holds this, too. */
const resolution = 2;

/** Not a test of behaviour: one sample of the Jobs view over a crowded queue, in milliseconds (view.bench.ts). */
describe('the Jobs view of a crowded queue', () => {
  it('is measured', async function () {
    this.timeout(180_000);
    const { services } = await activated();
    const { board, jobsTree, jobsView, session } = services;
    await whenDrawn(() => session.link.kind === 'ready');
    const idle = await delays(10_000);
    assert.equal(session.isFollowed, false);

    const painted = Promise.withResolvers<number>();
    const getTreeItem = jobsTree.getTreeItem.bind(jobsTree);
    jobsTree.getTreeItem = (node: JobsNode) => {
      if (node.kind === 'job') painted.resolve(performance.now());
      return getTreeItem(node);
    };
    const asked = performance.now();
    void vscode.commands.executeCommand('dffmpeg.jobs.focus');
    while (!jobsView.visible) await delay(1);
    const seen = performance.now() - asked;
    const firstPaint = (await painted.promise) - asked;
    jobsTree.getTreeItem = getTreeItem;
    await whenDrawn(() => board.jobsOf('running').length === 20);
    const busy = await delays(20_000);
    const known = board.size;
    const shown = jobsTree.getChildren({ kind: 'group', group: 'finished' }).length;

    await vscode.commands.executeCommand('workbench.view.explorer');
    await whenDrawn(() => !jobsView.visible && !session.isFollowed);
    let told = 0;
    const subscription = board.onDidChange(({ kind }) => {
      if (kind !== 'counts') told += 1;
    });
    await delay(3_000);
    subscription.dispose();

    const file = process.env['DFFMPEG_BENCH_RESULT'];
    assert.ok(file !== undefined && !existsSync(file));
    writeFileSync(
      file,
      JSON.stringify({
        seen,
        firstPaint,
        idleP99: idle,
        busyP99: busy,
        counts: board.counts,
        known,
        shown,
        told,
      }),
    );
  });
});

/** p99 of how much later than asked for a timer of this process comes. */
async function delays(milliseconds: number): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  await delay(milliseconds);
  histogram.disable();
  return Math.max(0, histogram.percentile(99) / 1e6 - resolution);
}
