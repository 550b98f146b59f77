import assert from 'node:assert/strict';
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Preset } from '../../../src/encoding/preset.ts';
import type { TaskPayload } from '../../../src/protocol/tasks.ts';
import { defaultWorkerSettings } from '../../../src/worker/workerSettings.ts';
import { encodePayload, probeBy, webPreset, Workshop } from './support/workshop.ts';

const settings = { ...defaultWorkerSettings, placeRetryMinSeconds: 0.05, placeRetryMaxSeconds: 0.05 };
const two: Preset = { ...webPreset, outputs: { film: {}, other: { video: { crf: 32 } } } };

describe('worker: a result that waits for its folder', function () {
  this.timeout(60_000);

  it('keeps its slot while more of its job is to be encoded, and gives it away as the last', async () => {
    const shop = await Workshop.openProved();
    try {
      const { coordinator } = shop.hire({ slots: { cpu: 1 }, settings });
      await coordinator.ready();
      const source = await shop.clip(shop.path('clip.mp4'));
      const probe = await probeBy(coordinator, source, 'p');
      const outputs = ['first', 'second'].map((name, index) => ({
        index,
        path: shop.path(name, 'clip.mp4'),
      }));
      for (const output of outputs) await mkdir(path.dirname(output.path));
      // The folder goes away when the result is there.
      coordinator.onCommit = async ({ output, taskId }) => {
        const target = taskId === 't1' ? (outputs[output]?.path ?? '') : shop.path('next.mp4');
        if (taskId === 't1') await rm(path.dirname(target), { recursive: true });
        return { path: target };
      };
      const payload: TaskPayload = {
        ...{ kind: 'encode', jobId: 'j1', sources: [{ path: source, probe }], preset: two },
        ...{ outputs, onSuccess: 'keep' },
      };
      const next = {
        ...{ taskId: 't2', fence: 1 },
        payload: encodePayload({ source, probe, output: shop.path('next.mp4'), jobId: 'j2' }),
      };
      const waiting = (output: number) =>
        coordinator.until(() =>
          coordinator.reports.some(({ report }) => report.type === 'waiting' && report.output === output),
        );
      const offerNext = () => coordinator.peer.request('task.offer', next);

      await coordinator.peer.request('task.offer', { taskId: 't1', fence: 1, payload });
      await waiting(0);
      assert.deepEqual(await offerNext(), { accepted: false });
      await mkdir(shop.path('first'));
      await waiting(1);
      assert.equal((await stat(shop.path('first', 'clip.mp4'))).isFile(), true);
      assert.deepEqual(await offerNext(), { accepted: true });
      assert.equal((await coordinator.lastReport('t2')).type, 'delivered');
      await mkdir(shop.path('second'));
      await coordinator.until(
        () =>
          coordinator.reports.filter(({ taskId, report }) => taskId === 't1' && report.type === 'delivered')
            .length === 2,
      );
    } finally {
      await shop.close();
    }
  });
});
