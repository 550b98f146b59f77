import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Preset } from '../../../src/encoding/preset.ts';
import type { TaskPayload, TaskReport } from '../../../src/protocol/tasks.ts';
import type { ScriptedCoordinator } from './support/scriptedCoordinator.ts';
import { itOnUnix } from './support/itOnUnix.ts';
import { probeBy, slowPreset, webPreset, Workshop } from './support/workshop.ts';

const run = promisify(execFile);

describe('worker: several outputs, sources and commands', function () {
  this.timeout(120_000);
  let shop: Workshop;
  let coordinator: ScriptedCoordinator;

  beforeEach(async () => {
    shop = await Workshop.openProved();
    ({ coordinator } = shop.hire());
    await coordinator.ready();
    granted.length = 0;
  });
  afterEach(() => shop.close());

  /** Planned paths, as they are granted. */
  const granted: string[] = [];

  async function offer(sources: string[], preset: Preset, outputs: { index: number; path: string }[]) {
    const probed = [];
    for (const [index, source] of sources.entries())
      probed.push({ path: source, probe: await probeBy(coordinator, source, `p${index}`) });
    const payload: TaskPayload = {
      ...{ kind: 'encode', jobId: 'j1', sources: probed, preset, outputs, onSuccess: 'keep' },
    };
    coordinator.onCommit = ({ output }) => {
      const target = outputs.find(({ index }) => index === output)?.path ?? '';
      granted.push(target);
      return Promise.resolve({ path: target });
    };
    return { taskId: 't1', fence: 1, payload };
  }

  /** Offers one output and gives its end. */
  async function make(preset: Preset, ...sources: string[]) {
    const target = shop.path(`result.${preset.container ?? 'mp4'}`);
    return coordinator.run(await offer(sources, preset, [{ index: 0, path: target }]));
  }

  function reports(): TaskReport[] {
    return coordinator.reports.filter(({ taskId }) => taskId === 't1').map(({ report }) => report);
  }

  const purposes = () => reports().flatMap((report) => (report.type === 'started' ? [report.purpose] : []));

  async function nothingLeft(): Promise<void> {
    assert.deepEqual(await readdir(path.join(shop.stateDir, 'scratch', 'attempts')).catch(() => []), []);
    const hidden = (await readdir(shop.root)).filter((name) => name.startsWith('.'));
    assert.deepEqual(hidden, []);
  }

  const several: Preset = {
    ...webPreset,
    outputs: {
      film: {},
      poster: { container: 'jpg' },
      stream: {
        container: 'hls',
        ladder: {
          rungs: [
            { height: 240, bitrate: '300k' },
            { height: 120, bitrate: '100k' },
          ],
          segmentSeconds: 1,
        },
      },
    },
  };

  it('makes them one after the other, each placed before the next begins, folders too', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 2 });
    const before = await readFile(source);
    const outputs = ['clip.film.mp4', 'clip.poster.jpg', 'clip.stream'].map((name, index) => ({
      index,
      path: shop.path(name),
    }));
    const task = await offer([source], several, outputs);
    coordinator.onReport = async (report) => {
      if (report.type !== 'started') return;
      for (const { path: earlier } of outputs.slice(0, report.output)) await stat(earlier);
      await assert.rejects(stat(outputs[report.output]?.path ?? ''), { code: 'ENOENT' });
    };
    await coordinator.peer.request('task.offer', task);
    await coordinator.until(() => reports().filter(({ type }) => type === 'delivered').length === 3);
    for (const report of reports())
      if (report.type === 'delivered')
        assert.equal(report.verdict.level, 'pass', JSON.stringify(report.verdict));

    const folder = shop.path('clip.stream');
    const names = (await readdir(folder)).sort();
    assert.ok(
      names.includes('master.m3u8') && names.includes('240p.m3u8') && names.includes('120p-00000.ts'),
    );
    const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(folder, name))).size));
    const last = reports().at(-1);
    assert.equal(
      last?.type === 'delivered' && last.bytes,
      sizes.reduce((sum, size) => sum + size),
    );
    assert.deepEqual(
      coordinator.progress
        .map(({ step }) => step)
        .filter((step, at, all) => step !== all[at - 1])
        .slice(0, 3),
      ['film (1 of 3)', 'poster (2 of 3)', 'stream (3 of 3)'],
    );
    const fractions = coordinator.progress.map(({ fraction = 0 }) => fraction);
    assert.deepEqual(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    assert.equal(fractions.indexOf(1), fractions.length - 1, 'whole at the very end');
    assert.deepEqual(await readFile(source), before);
    await nothingLeft();
  });

  it('makes only what is still to be made', async () => {
    const source = await shop.clip(shop.path('clip.mp4'));
    const task = await offer([source], several, [{ index: 1, path: shop.path('p.jpg') }]);
    const report = await coordinator.run(task);
    assert.equal(report.type === 'delivered' && report.output, 1);
    assert.deepEqual((await readdir(shop.root)).sort(), ['clip.mp4', 'p.jpg', 'state']);
  });

  it('keeps what is placed when it is cancelled at the next, and leaves nothing of that', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 8, size: '1280x720' });
    const preset: Preset = { ...slowPreset, outputs: { poster: { container: 'jpg' }, film: {} } };
    const outputs = [
      { index: 0, path: shop.path('p.jpg') },
      { index: 1, path: shop.path('f.mp4') },
    ];
    await coordinator.peer.request('task.offer', await offer([source], preset, outputs));
    await coordinator.until(() =>
      reports().some((report) => report.type === 'started' && report.output === 1),
    );
    await coordinator.peer.request('task.cancel', { taskId: 't1', fence: 1 });
    await coordinator.until(() => reports().some(({ type }) => type === 'cancelled'));
    assert.deepEqual((await readdir(shop.root)).sort(), ['clip.mp4', 'p.jpg', 'state']);
    await nothingLeft();
  });

  it('says at once that a later output cannot be made', async () => {
    const source = await shop.clip(shop.path('clip.mp4'));
    const preset: Preset = { ...webPreset, outputs: { film: {}, late: { trim: { start: 100 } } } };
    const outputs = [0, 1].map((index) => ({ index, path: shop.path(`${index}.mp4`) }));
    const report = await coordinator.run(await offer([source], preset, outputs));
    assert.equal(report.type === 'failed' && report.error.code, 'preset-invalid', JSON.stringify(report));
    assert.deepEqual(purposes(), []);
  });

  it('drops a result that is not enough smaller, and says by how much', async () => {
    const source = await shop.clip(shop.path('clip.mp4'));
    const preset: Preset = { ...webPreset, video: { encoders: ['libx264'], crf: 1 }, minimumGain: 10 };
    await coordinator.peer.request(
      'task.offer',
      await offer([source], preset, [{ index: 0, path: shop.path('o.mp4') }]),
    );
    const report = await coordinator.reported('t1', 'skipped');
    assert.match(report.verdict.findings.at(-1)?.message ?? '', /asks for at least 10 %/);
    assert.deepEqual(granted, []);
    assert.deepEqual((await readdir(shop.root)).sort(), ['clip.mp4', 'state']);
    await nothingLeft();
  });

  it('measures first: loudness, then both passes', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 2 });
    const report = await make(
      {
        container: 'mp4',
        video: { encoders: ['libx264'], bitrate: '200k', passes: 2, speed: 'fastest' },
        audio: { encoder: 'aac', loudness: -16 },
      },
      source,
    );
    assert.equal(report.type, 'delivered', JSON.stringify(report));
    assert.deepEqual(purposes(), ['loudness', 'first-pass', 'encode']);
    const steps = [...new Set(coordinator.progress.map(({ step }) => step))];
    assert.deepEqual(steps, ['measuring the loudness', 'pass 1 of 2', 'pass 2 of 2']);
    await nothingLeft();
  });

  it('finds black bars, and cuts them off', async () => {
    const source = shop.path('bars.mp4');
    await run('ffmpeg', [
      ...['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x160:rate=25'],
      ...['-t', '3', '-vf', 'pad=320:240:0:40', '-pix_fmt', 'yuv420p', source],
    ]);
    const preset: Preset = { container: 'mp4', video: { encoders: ['libx264'], crop: 'auto', crf: 30 } };
    const report = await make(preset, source);
    assert.equal(report.type, 'delivered', JSON.stringify(report));
    assert.ok(purposes().filter((purpose) => purpose === 'crop').length > 1);
    const { streams } = await probeBy(coordinator, shop.path('result.mp4'), 'after');
    assert.deepEqual([streams[0]?.width, streams[0]?.height], [320, 160]);
  });

  it('searches for the quality, and says what it chose', async () => {
    const source = await shop.clip(shop.path('clip.mp4'), { seconds: 1, size: '160x120' });
    const report = await make(
      {
        container: 'mp4',
        video: { encoders: ['libx264'], targetQuality: { metric: 'ssim', score: 0.95 }, speed: 'fastest' },
        audio: false,
      },
      source,
    );
    assert.ok(report.type === 'delivered', JSON.stringify(report));
    assert.match(report.verdict.findings.map(({ message }) => message).join(), /crf \d+(\.\d)? was chosen/);
    assert.ok(purposes().filter((purpose) => purpose === 'quality').length >= 2);
    assert.equal(purposes().at(-1), 'encode');
    await nothingLeft();
  });

  it('joins sources in their order', async () => {
    const sources = [
      await shop.clip(shop.path('a.mp4'), { seconds: 1 }),
      await shop.clip(shop.path('b.mp4'), { seconds: 2 }),
    ];
    const report = await make(webPreset, ...sources);
    assert.equal(report.type, 'delivered', JSON.stringify(report));
    const { duration } = await probeBy(coordinator, shop.path('result.mp4'), 'after');
    assert.ok(duration !== undefined && Math.abs(duration - 3) < 0.2, `${duration} s`);
  });

  describe('files that a preset names', () => {
    const watermark: Preset = {
      container: 'mp4',
      video: { encoders: ['libx264'], crf: 30, watermark: { file: 'marks/logo.png' } },
    };
    let source: string;

    beforeEach(async () => {
      source = await shop.clip(shop.path('films', 'clip.mp4'));
    });

    async function logo(file: string): Promise<void> {
      await mkdir(path.dirname(file), { recursive: true });
      await run('ffmpeg', [
        '-loglevel',
        'error',
        '-f',
        'lavfi',
        '-i',
        'color=red:s=16x16',
        '-frames:v',
        '1',
        file,
      ]);
    }

    async function refusal(): Promise<string> {
      const report = await make(watermark, source);
      assert.ok(report.type === 'failed', JSON.stringify(report));
      assert.equal(report.error.code, 'asset-unusable');
      assert.ok(report.error.hint);
      assert.deepEqual(purposes(), []);
      await nothingLeft();
      return report.error.message;
    }

    it('are read from below the source’s folder, as copies', async () => {
      await logo(shop.path('films', 'marks', 'logo.png'));
      const report = await make(watermark, source);
      assert.equal(report.type, 'delivered', JSON.stringify(report));
      const started = await coordinator.reported('t1', 'started');
      assert.ok(!started.argv.some((argument) => argument.includes('logo.png')), 'a name of our own');
    });

    it('must be there', async () => {
      assert.match(await refusal(), /no marks\/logo\.png in the folder of the source/);
    });

    itOnUnix('must not lie elsewhere, behind a link', async () => {
      await logo(shop.path('private', 'logo.png'));
      await symlink(shop.path('private'), shop.path('films', 'marks'));
      assert.match(await refusal(), /does not lie in the folder of the source/);
    });

    it('must be files', async () => {
      await mkdir(shop.path('films', 'marks', 'logo.png'), { recursive: true });
      assert.match(await refusal(), /not a regular file/);
    });
  });

  it('does not look behind a link for what it is told to recover', async () => {
    await mkdir(shop.path('private'));
    await writeFile(shop.path('private', 'result.mp4'), 'mine');
    await symlink(shop.path('private'), shop.path('.dffmpeg-t9-1.part'));
    const staged = shop.path('.dffmpeg-t9-1.part', 'result.mp4');
    const identity = { device: '1', inode: '1' };
    const ask = coordinator.peer.request('placement.recover', { staged, identity, path: shop.path('x.mp4') });
    await assert.rejects(ask, { code: 'request-invalid' });
    assert.equal(await readFile(shop.path('private', 'result.mp4'), 'utf8'), 'mine');
  });
});
