import assert from 'node:assert/strict';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Preset } from '../../../src/encoding/preset.ts';
import { placingFs } from '../../../src/files/placingFs.ts';
import type { TaskReport } from '../../../src/protocol/tasks.ts';
import { defaultWorkerSettings, type WorkerSettings } from '../../../src/worker/workerSettings.ts';
import { runFfmpeg, type FfmpegExit } from '../../../src/worker/ffmpegProcess.ts';
import { Suspension } from '../../../src/worker/suspension.ts';
import { itOnUnix } from './support/itOnUnix.ts';
import type { ScriptedCoordinator } from './support/scriptedCoordinator.ts';
import { encodePayload, probeBy, probePayload, webPreset, Workshop } from './support/workshop.ts';

const seconds = 1;

describe('worker: a phase that makes no progress', function () {
  this.timeout(60_000);
  let shop: Workshop;
  const key = { taskId: 't1', fence: 1 };

  beforeEach(async () => {
    shop = await Workshop.openProved();
  });
  afterEach(() => shop.close());

  /** A worker whose tools hang when their arguments look like `pattern` (of the shell), and say so. */
  async function hire(
    tool: 'ffmpeg' | 'ffprobe',
    pattern: string,
    settings: Partial<WorkerSettings>,
  ): Promise<ScriptedCoordinator> {
    const folder = shop.path('tools');
    await mkdir(folder);
    for (const name of ['ffmpeg', 'ffprobe']) {
      const hangs = name === tool ? `${pattern}) echo hangs >&2; exec sleep 1000;; ` : '';
      const text = `#!/bin/bash\ncase "$*" in ${hangs}*) PATH=\${PATH#${folder}:} exec ${name} "$@";; esac\n`;
      await writeFile(path.join(folder, name), text, { mode: 0o755 });
    }
    const { coordinator } = shop.hire({
      ffmpegPath: path.join(folder, 'ffmpeg'),
      settings: { ...defaultWorkerSettings, readBackTries: 1, ...settings },
    });
    await coordinator.ready();
    return coordinator;
  }

  async function begin(coordinator: ScriptedCoordinator, preset: Preset = webPreset): Promise<void> {
    const source = await shop.clip(shop.path('clip.mp4'));
    const probe = await probeBy(coordinator, source, 'p');
    const output = shop.path('out.mp4');
    coordinator.onCommit = () => Promise.resolve({ path: output });
    await coordinator.peer.request('task.offer', {
      ...key,
      payload: encodePayload({ source, probe, preset, output }),
    });
  }

  function sayingOf(report: TaskReport): string {
    assert.equal(report.type, 'failed', JSON.stringify(report));
    return `${report.error.code}: ${report.error.message}`;
  }

  itOnUnix('looking at a source', async () => {
    const coordinator = await hire('ffprobe', '*clip*', { probeTimeoutSeconds: seconds });
    const source = await shop.clip(shop.path('clip.mp4'));
    const report = await coordinator.run({ ...key, payload: probePayload(source) });
    assert.equal(sayingOf(report), `timeout: ${source} could not be examined within 1 s.`);
  });

  itOnUnix('measuring it', async () => {
    const coordinator = await hire('ffmpeg', '*cropdetect*', { analyseStallSeconds: seconds });
    await begin(coordinator, { ...webPreset, video: { encoders: ['libx264'], crop: 'auto' } });
    const report = await coordinator.lastReport('t1');
    assert.equal(sayingOf(report), 'ffmpeg-killed: ffmpeg was ended: it made no progress for 1 s.');
  });

  itOnUnix('but not one that waits for bytes which come from elsewhere', async () => {
    const waits = new Suspension();
    const runs = (patient: boolean): Promise<FfmpegExit> =>
      runFfmpeg({
        ...{ binary: '/bin/sh', argv: ['-c', 'sleep 0.6'], directory: shop.path('.'), lowPriority: false },
        ...{ stallMs: 200, settings: defaultWorkerSettings, signal: new AbortController().signal },
        ...{ onProgress: () => undefined, onLog: () => undefined, waits: patient ? waits : undefined },
      }).exit;
    waits.set(true);
    assert.equal((await runs(true)).stalled, false);
    assert.equal((await runs(false)).stalled, true);
    // From when they have come on it counts again.
    const again = runs(true);
    waits.set(false);
    assert.equal((await again).stalled, true);
  });

  itOnUnix('encoding', async () => {
    const coordinator = await hire('ffmpeg', '*file:out.*|*result*.mp4', { stallSeconds: seconds });
    await begin(coordinator);
    const report = await coordinator.lastReport('t1');
    assert.equal(sayingOf(report), 'ffmpeg-killed: ffmpeg was ended: it made no progress for 1 s.');
  });

  itOnUnix('reading the result back', async () => {
    const coordinator = await hire('ffprobe', '*.dffmpeg-*|*scratch*', { verifyStallSeconds: seconds });
    await begin(coordinator);
    assert.match(
      sayingOf(await coordinator.lastReport('t1')),
      /^timeout: .* could not be examined within 1 s\.$/,
    );
    await assert.rejects(stat(shop.path('out.mp4')), { code: 'ENOENT' });
  });

  itOnUnix('decoding the result: it is not placed unseen', async () => {
    const coordinator = await hire('ffmpeg', '*crccheck*null?-', { verifyStallSeconds: seconds });
    await begin(coordinator);
    assert.equal(
      sayingOf(await coordinator.lastReport('t1')),
      'ffmpeg-killed: The result could not be checked: ffmpeg made no progress for 1 s.',
    );
    assert.deepEqual(coordinator.commits, []);
    await assert.rejects(stat(shop.path('out.mp4')), { code: 'ENOENT' });
  });

  itOnUnix('does not count while the job is paused', async () => {
    const coordinator = await hire('ffmpeg', '*crccheck*null?-', { verifyStallSeconds: 2 * seconds });
    await begin(coordinator);
    while (!coordinator.log.includes('hangs')) await turn();
    await coordinator.peer.request('task.suspend', { ...key, suspended: true });
    const until = performance.now() + 2 * 2 * seconds * 1000;
    while (performance.now() < until) await turn();
    assert.ok(!coordinator.reports.some(({ taskId, report }) => taskId === 't1' && report.type === 'failed'));
    await coordinator.peer.request('task.suspend', { ...key, suspended: false });
    assert.match(sayingOf(await coordinator.lastReport('t1')), /made no progress for 2 s/);
  });

  itOnUnix('giving the result its name is waited for, and said', async () => {
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const { coordinator } = shop.hire({
      settings: { ...defaultWorkerSettings, placeStallSeconds: seconds },
      fs: {
        ...placingFs,
        link: async (from, to) => {
          await gate;
          await placingFs.link(from, to);
        },
      },
    });
    await coordinator.ready();
    await begin(coordinator);
    while (!coordinator.log.includes('has no name after 1 s')) await turn();
    assert.ok(!coordinator.reports.some(({ report }) => report.type === 'failed'));
    goOn();
    assert.equal((await coordinator.lastReport('t1')).type, 'delivered');
  });
});
