import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Preset } from '../../../src/encoding/preset.ts';
import type { Likeness } from '../../../src/protocol/inquiry.ts';
import type { EncodePayload } from '../../../src/protocol/tasks.ts';
import type { ScriptedCoordinator } from './support/scriptedCoordinator.ts';
import { encodePayload, webPreset, Workshop } from './support/workshop.ts';

const run = promisify(execFile);

describe('worker: measuring likeness', function () {
  this.timeout(120_000);
  let shop: Workshop;
  let coordinator: ScriptedCoordinator;
  let source: string;

  before(async () => {
    shop = await Workshop.openProved();
    ({ coordinator } = shop.hire());
    await coordinator.ready();
    // 30 frames a second are no whole milliseconds, which Matroska counts in.
    source = await film('source.mp4', 'testsrc2=size=160x120:rate=30:duration=3', '-qp', '0');
  });
  after(() => shop.close());

  async function film(name: string, picture: string, ...encoding: string[]): Promise<string> {
    await run('ffmpeg', [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', picture, '-pix_fmt', 'yuv420p'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', ...encoding, shop.path(name)],
    ]);
    return shop.path(name);
  }

  async function encoded(name: string, ...encoding: string[]): Promise<string> {
    await run('ffmpeg', ['-loglevel', 'error', '-i', source, ...encoding, shop.path(name)]);
    return shop.path(name);
  }

  function measure(
    result: string,
    options: { reference?: string; metrics?: ('ssim' | 'psnr' | 'vmaf')[]; made?: EncodePayload } = {},
  ): Promise<Likeness> {
    const { reference = source, metrics = ['ssim', 'psnr'], made } = options;
    return coordinator.peer.request('media.measure', { inquiryId: 'm', metrics, result, reference, made });
  }

  const meanOf = (likeness: Likeness, metric: string): number | 'inf' | undefined =>
    likeness.figures.find((figure) => figure.metric === metric)?.mean;

  async function ssim(...asked: Parameters<typeof measure>): Promise<number> {
    return Number(meanOf(await measure(...asked), 'ssim'));
  }

  it('of a file and itself is whole', async () => {
    const likeness = await measure(source);
    assert.equal(meanOf(likeness, 'ssim'), 1);
    assert.equal(meanOf(likeness, 'psnr'), 'inf');
    assert.equal(likeness.frames, 90);
    assert.deepEqual([likeness.width, likeness.height], [160, 120]);
    assert.deepEqual(likeness.notes, []);
  });

  it('grows with the quality, whatever the container counts in', async () => {
    const scores = [];
    for (const [crf, extension] of [
      [45, 'mkv'],
      [32, 'mkv'],
      [16, 'mkv'],
    ] as const)
      scores.push(await ssim(await encoded(`crf-${crf}.${extension}`, '-c:v', 'libx264', '-crf', `${crf}`)));
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => a - b),
    );
    assert.ok(scores[2]! > 0.99, `${scores[2]}: each frame meets itself`);
    const mp4 = await ssim(await encoded('crf-16.mp4', '-c:v', 'libx264', '-crf', '16'));
    assert.ok(Math.abs(mp4 - scores[2]!) < 0.001, `${mp4} in MP4, ${scores[2]} in Matroska`);
  });

  it('names the worst second', async () => {
    const spoilt = await encoded(
      'spoilt.mp4',
      ...['-vf', "negate=enable='between(t,1,1.95)'", '-c:v', 'libx264', '-crf', '16'],
    );
    for (const { metric, mean, worst } of (await measure(spoilt)).figures) {
      assert.equal(worst?.at, 1, metric);
      assert.ok(Number(worst.mean) < Number(mean));
    }
  });

  it('brings the reference to the result’s size and rate, and says so', async () => {
    const small = await encoded(
      'small.mp4',
      ...['-vf', 'fps=15,scale=80:60:flags=bicubic', '-c:v', 'libx264', '-crf', '10'],
    );
    const likeness = await measure(small);
    assert.ok(Number(meanOf(likeness, 'ssim')) > 0.98, JSON.stringify(likeness));
    assert.equal(likeness.frames, 45);
    assert.match(likeness.notes.map(({ message }) => message).join(), /15 fps.*160×120 to 80×60/);
  });

  it('compares what both have, and says that one is shorter', async () => {
    const short = await encoded('short.mp4', '-t', '1', '-c:v', 'libx264', '-crf', '10');
    const likeness = await measure(short);
    assert.ok(Number(meanOf(likeness, 'ssim')) > 0.98);
    assert.match(likeness.notes[0]?.message ?? '', /1\.00 s.*3\.00 s/);
  });

  it('puts the source through the crop, cut and rotation that made the result', async () => {
    const { probes } = await coordinator.peer.request('media.probe', { inquiryId: 'p', sources: [source] });
    const preset: Preset = {
      ...webPreset,
      video: {
        encoders: ['libx264'],
        crf: 12,
        speed: 'fastest',
        crop: { left: 20, right: 20 },
        rotate: 90,
        height: 80,
      },
      audio: false,
      trim: { start: 1, duration: 1 },
    };
    const output = shop.path('turned.mp4');
    const made = encodePayload({ source, probe: probes[0]!, preset, output });
    coordinator.onCommit = () => Promise.resolve({ path: output });
    const report = await coordinator.run({ taskId: 't1', fence: 1, payload: made });
    assert.equal(report.type, 'delivered', JSON.stringify(report));
    const right = await ssim(output, { made });
    assert.ok(right > 0.97, `${right}`);
    const unaware = await ssim(output);
    assert.ok(unaware < right - 0.1, `${unaware} where nothing is known of the crop`);
  });

  it('leaves a metric out that this ffmpeg does not have, and refuses where none is left', async () => {
    const { capabilities } = await coordinator.peer.request('capabilities.try', { encoders: ['libx264'] });
    assert.ok(capabilities);
    const hasVmaf = (await run('ffmpeg', ['-hide_banner', '-filters'])).stdout.includes('libvmaf');
    if (hasVmaf) {
      assert.ok(Number(meanOf(await measure(source, { metrics: ['vmaf'] }), 'vmaf')) > 90);
      return;
    }
    const likeness = await measure(source, { metrics: ['ssim', 'vmaf'] });
    assert.equal(likeness.figures.length, 1);
    assert.match(likeness.notes[0]?.message ?? '', /cannot measure VMAF/);
    await assert.rejects(measure(source, { metrics: ['vmaf'] }), { code: 'ffmpeg-lacks' });
  });

  it('refuses what has no picture, and what is gone', async () => {
    await run('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', 'sine=duration=1', shop.path('s.flac')]);
    await assert.rejects(measure(shop.path('s.flac')), { code: 'source-no-stream' });
    await assert.rejects(measure(shop.path('gone.mp4')), { code: 'source-missing' });
  });
});
