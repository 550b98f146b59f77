import assert from 'node:assert/strict';
import { likenessGraph, readMetric } from '../../../src/encoding/likeness.ts';
import { likenessRun } from '../../../src/encoding/likenessRun.ts';
import type { Plan } from '../../../src/encoding/plan.ts';
import type { PlanInput } from '../../../src/encoding/planInput.ts';
import type { Probe } from '../../../src/encoding/probe.ts';
import { createWorstSecondReader } from '../../../src/encoding/worstSecond.ts';
import { audioStream, dialects, probeOf, videoStream } from './probes.ts';

const dialect = dialects['ffmpeg-8'];
const original = probeOf([videoStream(), audioStream()]);

function planned(result: Probe, made?: { input: PlanInput; plan: Plan }, reference = original) {
  return likenessRun({
    result: { path: '/r.mp4', probe: result },
    reference: { path: '/s.mp4', probe: reference },
    metrics: ['ssim', 'psnr'],
    dialect,
    ...(made ? { made } : {}),
  });
}

function runOf(...asked: Parameters<typeof planned>) {
  const outcome = planned(...asked);
  assert.ok(outcome.ok, JSON.stringify(outcome));
  const { argv, ...rest } = outcome.run;
  const graph = argv[argv.indexOf('-filter_complex') + 1] ?? '';
  return { argv: argv.join(' '), reference: graph.split(';')[1] ?? '', graph, ...rest };
}

describe('holding a result against its reference', () => {
  it('changes nothing of a reference of the same size and rate', () => {
    const run = runOf(original);
    assert.match(run.reference, /^\[1:0\]setpts/);
    assert.deepEqual(run.notes, []);
    assert.doesNotMatch(run.graph, /shortest/);
    assert.deepEqual([run.width, run.height, run.frameRate, run.duration], [1280, 720, 25, 10]);
    assert.match(run.argv, /-map \[out0\] -map \[out1\] -f null -$/);
  });

  it('gives the reference the result’s size and rate', () => {
    const run = runOf(probeOf([videoStream({ width: 640, height: 360, frameRate: 12.5 })]));
    assert.match(run.reference, /^\[1:0\]fps=12\.5,scale=640:360:flags=bicubic,setpts/);
    assert.equal(run.notes.length, 2);
  });

  it('sees a turned picture as it is shown', () => {
    const turned = probeOf([videoStream({ width: 720, height: 1280, rotation: 90 })]);
    assert.match(runOf(turned).reference, /^\[1:0\]setpts/);
  });

  it('leaves a variable rate alone', () => {
    const run = runOf(probeOf([videoStream({ variableFrameRate: true, frameRate: 17 })]));
    assert.doesNotMatch(run.graph, /fps=/);
    assert.equal(run.frameRate, undefined);
  });

  it('ends with the shorter, and says so', () => {
    const run = runOf(probeOf([videoStream({ duration: 4 })], { duration: 4 }));
    assert.match(run.graph, /shortest=1/);
    assert.match(run.notes[0]?.message ?? '', /the first 4\.00 s were compared/);
    assert.equal(run.duration, 4);
  });

  it('puts the reference through the plan that made the result', () => {
    const input = { output: { container: 'mp4', trim: { start: 2, duration: 4 } } } as unknown as PlanInput;
    const plan = { filters: 'crop=640:360:0:0,transpose=clock' } as Plan;
    const run = runOf(probeOf([videoStream({ duration: 4 })], { duration: 4 }), { input, plan });
    assert.match(run.reference, /^\[1:0\]crop=640:360:0:0,transpose=clock,setpts/);
    assert.match(run.argv, /-ss 2 -t 4 -i file:\/s\.mp4/);
    assert.deepEqual(run.notes, []);
  });

  it('needs a picture on both sides', () => {
    const sound = probeOf([audioStream({ index: 0 })]);
    for (const outcome of [planned(sound), planned(original, undefined, sound)])
      assert.equal(!outcome.ok && outcome.problem.code, 'source-no-stream');
  });

  it('opens nothing that may name other files', () => {
    const list = { ...original, formatName: 'hls' };
    assert.equal(planned(list).ok, false);
    assert.equal(planned(original, undefined, list).ok, false);
  });
});

describe('figures of likeness', () => {
  it('are read from the last word about them', () => {
    const said =
      'SSIM Y:0.9 All:0.5 (3.0)\n[Parsed_ssim_4 @ 0x1] SSIM Y:0.95 (13) U:0.9 V:0.9 All:0.962 (14.2)\n';
    assert.equal(readMetric('ssim', said), 0.962);
    assert.equal(readMetric('ssim', 'SSIM Y:0.0 All:-0.121207 (-0.49)'), -0.121207);
    assert.equal(readMetric('psnr', 'PSNR y:inf u:inf v:inf average:inf min:inf max:inf'), Infinity);
    assert.equal(readMetric('vmaf', '[libvmaf @ 0x1] VMAF score: 93.7'), 93.7);
    assert.equal(readMetric('vmaf', said), undefined);
  });

  it('of each frame are written where they are asked for; VMAF has none', () => {
    const streams = { result: '0:v:0', reference: '1:0' };
    const graph = likenessGraph(['ssim', 'psnr', 'vmaf'], streams, { perFrame: true });
    assert.match(graph, /ssim=stats_file=ssim\.txt.*psnr=stats_file=psnr\.txt.*libvmaf\[out2\]/);
    assert.doesNotMatch(likenessGraph(['ssim'], streams), /stats_file/);
  });
});

describe('the worst second', () => {
  it('is the one with the lowest mean', () => {
    const reader = createWorstSecondReader('ssim', 2);
    for (const [frame, score] of [1, 1, 0.9, -0.1, 0.5, 0.7].entries())
      reader.push(`n:${frame + 1} Y:1 U:1 V:1 All:${score} (1)`);
    assert.equal(reader.frames, 6);
    assert.deepEqual(reader.worst(), { at: 1, mean: 0.4 });
  });

  it('of PSNR is a mean of errors, not of decibels', () => {
    const reader = createWorstSecondReader('psnr', 2);
    for (const [frame, error] of [0, 0, 0, 100].entries())
      reader.push(`n:${frame + 1} mse_avg:${error} mse_y:1 psnr_avg:inf`);
    const worst = reader.worst();
    assert.equal(worst?.at, 1);
    assert.ok(Math.abs(worst.mean - 10 * Math.log10(255 ** 2 / 50)) < 1e-9);
  });

  it('is infinite where nothing differs, and unknown where the rate varies', () => {
    const reader = createWorstSecondReader('psnr', 2);
    reader.push('n:1 mse_avg:0.00 mse_y:0.00');
    assert.equal(reader.worst()?.mean, Infinity);
    const varying = createWorstSecondReader('ssim', undefined);
    varying.push('n:1 Y:1 All:1 (inf)');
    assert.equal(varying.worst(), undefined);
    assert.equal(varying.frames, 1);
  });
});
