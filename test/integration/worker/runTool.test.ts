import assert from 'node:assert/strict';
import { runTool } from '../../../src/worker/runTool.ts';

describe('worker: a short command', () => {
  it('that does not end when it is asked to is ended once the grace of the setting is over', async () => {
    const deaf = `process.on('SIGTERM', () => process.stdout.write('asked'));
      process.stdout.write('begun '); setInterval(() => {}, 1e6);`;
    const begin = performance.now();
    const result = await runTool(process.execPath, ['-e', deaf], { timeoutMs: 1500, stopGraceMs: 2500 });
    assert.deepEqual([result.timedOut, result.stdout], [true, 'begun asked']);
    // Of a grace of half a second, as once was written here, this would be too late.
    assert.ok(performance.now() - begin >= 3900);
  });
});
