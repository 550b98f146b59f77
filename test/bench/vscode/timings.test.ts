import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  activated,
  clip,
  extensionId,
  jobsNow,
  whenBoard,
  whenEnded,
} from '../../vscode/support/extension.ts';

/** Not a test of behaviour: one sample of what a person waits for in VS Code, in milliseconds (startup.bench.ts). */
describe('timings in VS Code', () => {
  it('are measured', async () => {
    const extension = vscode.extensions.getExtension(extensionId);
    assert.ok(extension);
    const main = path.join(extension.extensionPath, 'dist', 'extension.js');
    const requireIt = createRequire(main);
    // It has been loaded at start-up: loaded once more, from nothing but the file.
    delete requireIt.cache[requireIt.resolve(main)];
    const load = await timed(() => Promise.resolve(requireIt(main)));
    const api = await activated();
    const { services } = api;

    const clickToRow = async (file: string): Promise<number> => {
      const before = jobsNow(api).length;
      return timed(async () => {
        void vscode.commands.executeCommand('dffmpeg.encode', clip(file));
        await whenBoard(api, () => jobsNow(api).length > before);
      });
    };
    const coldRow = await clickToRow('clip.mp4');
    for (const job of jobsNow(api)) await whenEnded(api, job.id);
    const warmRow = await clickToRow('long.mp4');

    const running = await whenBoard(api, () => {
      const job = services.board.jobsOf('running').find(({ state }) => state === 'running');
      return job && services.board.progress(job.id) && job;
    });
    const cancel = await timed(async () => {
      await vscode.commands.executeCommand('dffmpeg.cancelJob', running.id);
      await whenEnded(api, running.id);
    });

    const file = process.env['DFFMPEG_BENCH_RESULT'];
    assert.ok(file !== undefined && !existsSync(file));
    writeFileSync(file, JSON.stringify({ load, activate: api.activationTime, coldRow, warmRow, cancel }));
  });
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
