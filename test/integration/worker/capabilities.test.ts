import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { encoderTrials, trialArguments } from '../../../src/encoding/trial.ts';
import { itOnUnix, probePayload, Workshop } from './support/workshop.ts';

const run = promisify(execFile);

describe('worker: ffmpeg and its capabilities', function () {
  this.timeout(120_000);
  let shop: Workshop;

  beforeEach(async () => {
    shop = await Workshop.open();
  });
  afterEach(() => shop.close());

  /** An ffmpeg that writes down each of its runs before it becomes the real one. */
  async function countingFfmpeg(): Promise<{ path: string; runs: () => Promise<string[]> }> {
    const file = shop.path('bin', 'ffmpeg');
    const log = shop.path('runs');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho "$*" >> '${log}'\nexec ffmpeg "$@"\n`, { mode: 0o755 });
    const runs = async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').filter(Boolean);
    return { path: file, runs };
  }

  it('offers an encoder exactly if its trial by hand works', async () => {
    const proved = await Workshop.openProved();
    try {
      const { coordinator } = proved.hire();
      // What a driver refuses is not kept on disk: those are tried anew.
      const { capabilities } = await coordinator.until(
        () =>
          Object.keys(coordinator.worker?.capabilities ?? {}).length === encoderTrials.length &&
          coordinator.worker,
      );
      assert.deepEqual(Object.keys(capabilities).sort(), encoderTrials.map((trial) => trial.encoder).sort());
      for (const { encoder, pixelFormats } of encoderTrials) {
        const works = (format?: 'yuv420p' | 'yuv420p10le') =>
          run('ffmpeg', trialArguments(encoder, format)).then(
            () => true,
            () => false,
          );
        const capability = capabilities[encoder];
        if (pixelFormats.length === 0) {
          assert.equal(capability?.usable, await works(), encoder);
          continue;
        }
        for (const format of pixelFormats)
          assert.equal(
            capability?.usable === true && capability.pixelFormats.includes(format),
            await works(format),
            `${encoder} ${format}`,
          );
      }
      for (const [name, capability] of Object.entries(capabilities))
        if (!capability.usable) assert.notEqual(capability.refusal, '', name);
    } finally {
      await proved.close();
    }
  });

  itOnUnix('tries once, whichever of two workers does it, and remembers', async () => {
    const ffmpeg = await countingFfmpeg();
    const two = [shop.hire({ ffmpegPath: ffmpeg.path }), shop.hire({ ffmpegPath: ffmpeg.path, id: 'w2' })];
    const encoders = ['libx264', 'aac', 'h264_nvenc'];
    const answers = await Promise.all(
      two.map(({ coordinator }) => coordinator.peer.request('capabilities.try', { encoders })),
    );
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(Object.keys(answers[0]?.capabilities ?? {}).sort(), encoders.toSorted());
    for (const { worker } of two) await worker.close();

    const runs = await ffmpeg.runs();
    for (const encoder of encoders) {
      const formats = encoderTrials.find((trial) => trial.encoder === encoder)?.pixelFormats.length ?? 0;
      const tries = runs.filter((line) => line.includes(` ${encoder} `)).length;
      assert.equal(tries, Math.max(1, formats), encoder);
    }
    assert.equal(runs.filter((line) => line === '-version').length, 1);

    const third = shop.hire({ ffmpegPath: ffmpeg.path, id: 'w3' });
    await third.coordinator.peer.request('capabilities.try', { encoders });
    await third.worker.close();
    for (const encoder of encoders) {
      const tries = (await ffmpeg.runs()).filter((line) => line.includes(` ${encoder} `)).length;
      assert.equal(tries, runs.filter((line) => line.includes(` ${encoder} `)).length, encoder);
    }
  });

  itOnUnix('says how to install ffmpeg, and notices when it is there', async () => {
    const folder = shop.path('bin');
    const { coordinator } = shop.hire({ ffmpegPath: folder });
    const missing = await coordinator.until(
      () => coordinator.worker?.ffmpeg.state === 'missing' && coordinator.worker,
    );
    assert.ok(missing.ffmpeg.state === 'missing' && missing.ffmpeg.error.hint);
    assert.equal(missing.ffmpeg.error.code, 'ffmpeg-missing');
    const payload = probePayload(shop.path('a.mp4'), shop.root);
    const offer = () => coordinator.peer.request('task.offer', { taskId: 't1', fence: 1, payload });
    assert.deepEqual(await offer(), { accepted: false });

    await countingFfmpeg();
    await coordinator.ready();
    assert.ok(coordinator.registrations.at(-1)?.dialect?.demuxers.includes('mov'));
    assert.deepEqual(await offer(), { accepted: true });
  });

  itOnUnix('notices at the next task that ffmpeg was replaced, or is gone', async () => {
    const ffmpeg = await countingFfmpeg();
    const { coordinator } = shop.hire({ ffmpegPath: ffmpeg.path });
    await coordinator.ready();
    const before = coordinator.registrations.length;
    await utimes(ffmpeg.path, new Date(0), new Date(0));
    await coordinator.peer.request('capabilities.try', { encoders: ['aac'] });
    await coordinator.until(
      () => coordinator.registrations.length > before && coordinator.worker?.ffmpeg.state === 'ready',
    );
    await rm(ffmpeg.path);
    const payload = probePayload(shop.path('a.mp4'), shop.root);
    const answer = await coordinator.peer.request('task.offer', { taskId: 't1', fence: 1, payload });
    assert.deepEqual(answer, { accepted: false });
    await coordinator.until(() => coordinator.worker?.ffmpeg.state === 'missing');
  });

  itOnUnix('says so when what it found does not run', async () => {
    const file = shop.path('bin', 'ffmpeg');
    await mkdir(path.dirname(file));
    await writeFile(
      file,
      '#!/bin/sh\necho "error while loading shared libraries: libavdevice.so.59" >&2; exit 127\n',
    );
    await chmod(file, 0o755);
    const { coordinator } = shop.hire({ ffmpegPath: file });
    const { ffmpeg } = await coordinator.until(
      () => coordinator.worker?.ffmpeg.state === 'missing' && coordinator.worker,
    );
    assert.match(ffmpeg.state === 'missing' ? ffmpeg.error.message : '', /libavdevice/);
  });

  it('measures the load while somebody looks', async () => {
    const proved = await Workshop.openProved();
    try {
      const { coordinator } = proved.hire();
      await coordinator.ready();
      assert.equal(coordinator.load.length, 0);
      coordinator.peer.emit('load.wanted', { wanted: true });
      const load = await coordinator.until(() => coordinator.load[0]);
      assert.ok(load.cpu >= 0 && load.cpu <= 1);
      assert.ok(load.memoryUsed > 0 && load.memoryUsed < load.memoryTotal);
    } finally {
      await proved.close();
    }
  });
});
