/**
 * Size and SSIM of each built-in preset on real clips, against plain ffmpeg with the settings that the encoder's own
 * guide recommends, at the same size of picture. Prints ratios of pairs, and writes the table that docs/presets.md
 * shows. Clips: the folder `DFFMPEG_TEST_MEDIA`, or a generated one without it.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import * as z from 'zod';
import { builtinPresets } from '../../src/encoding/builtinPresets.ts';
import { likenessGraph, readMetric } from '../../src/encoding/likeness.ts';
import { outputKind } from '../../src/encoding/output.ts';
import type { OutputPreset } from '../../src/encoding/output.ts';
import { outputsOf } from '../../src/encoding/presetOutputs.ts';
import { openFfmpeg } from '../integration/encoding/support/binaries.ts';
import type { TestedFfmpeg } from '../integration/encoding/support/binaries.ts';
import { runPlan } from '../integration/encoding/support/runPlan.ts';
import { guides } from './lib/guides.ts';
import { report } from './lib/report.ts';
import { spread } from './lib/statistics.ts';

const root = path.join(import.meta.dirname, '..', '..');
const folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-quality-'));
const table = path.join(root, 'docs', 'quality.json');

const tableSchema = z.object({
  ffmpeg: z.string().optional(),
  rows: z.array(
    z.object({
      preset: z.string(),
      clips: z.number(),
      ssim: z.number(),
      guideSsim: z.number(),
      sizeRatio: z.number(),
    }),
  ),
});

interface Pair {
  readonly preset: string;
  readonly clip: string;
  readonly bytes: number;
  readonly ssim: number;
  readonly guideBytes: number;
  readonly guideSsim: number;
}

async function clips(): Promise<string[]> {
  const media = process.env['DFFMPEG_TEST_MEDIA'];
  if (media !== undefined)
    return (await readdir(media))
      .filter((name) => /\.(?:mp4|mkv|mov)$/u.test(name))
      .map((name) => path.join(media, name));
  const file = path.join(folder, 'generated.mp4');
  const picture = 'testsrc2=size=1280x720:rate=25:duration=5,noise=alls=8:allf=t';
  await execa('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', 'sine=duration=5'],
    ...['-c:v', 'libx264', '-crf', '12', '-preset', 'fast', '-c:a', 'aac', '-y', file],
  ]);
  return [file];
}

/** SSIM over all planes of the whole film, the source brought to the result’s size as the plan does it. */
async function ssim(
  ffmpeg: string,
  result: string,
  source: string,
  { filters, format }: { filters: string; format: string },
): Promise<number> {
  const graph = likenessGraph(['ssim'], { result: '0:v:0', reference: '1:v:0', filters });
  const { stderr } = await execa(ffmpeg, [
    ...['-hide_banner', '-nostdin', '-i', result, '-i', source],
    ...['-filter_complex', graph.replaceAll('format=yuv420p', `format=${format}`)],
    ...['-map', '[out0]', '-f', 'null', '-'],
  ]);
  const score = readMetric('ssim', stderr);
  if (score === undefined) throw new Error(`No SSIM of ${result}: ${stderr.slice(-500)}`);
  return score;
}

async function measure(ffmpeg: TestedFfmpeg, preset: string, clip: string): Promise<Pair | undefined> {
  const guide = guides[preset];
  const [output] = outputsOf(builtinPresets[preset]!);
  if (!guide || !output) return undefined;
  const attempt = path.join(folder, `${preset}-${path.basename(clip)}`);
  const run = async (name: string, made: OutputPreset) => {
    await mkdir(path.join(attempt, name), { recursive: true });
    return runPlan(ffmpeg, made, [clip], path.join(attempt, name));
  };
  const ran = await run('preset', output);
  if (ran.refused) {
    console.log(`${preset} on ${path.basename(clip)}: ${ran.refused.message}`);
    return undefined;
  }
  const binary = ffmpeg.tools.ffmpeg.path;
  let [reference, filters, format] = [clip, ran.plan.filters ?? '', 'yuv420p'];
  if (outputKind(output) === 'still') {
    // The frame that the preset chose, without loss: the guide's image is made of it.
    const exact = await run('exact', {
      ...output,
      container: 'png',
      video: { ...output.video, encoders: ['png'], pixelFormat: undefined },
    });
    if (exact.refused) throw new Error(exact.refused.message);
    [reference, filters, format] = [exact.result, '', 'gbrp'];
  }
  const byGuide = path.join(attempt, `guide.${output.container}`);
  for (const argv of guide(reference, byGuide)) await execa(binary, argv, { cwd: attempt, stdin: 'ignore' });
  const pair = {
    preset,
    clip: path.basename(clip),
    bytes: (await stat(ran.result)).size,
    ssim: await ssim(binary, ran.result, reference, { filters, format }),
    guideBytes: (await stat(byGuide)).size,
    guideSsim: await ssim(binary, byGuide, reference, { filters, format }),
  };
  await rm(attempt, { recursive: true });
  return pair;
}

const ffmpeg = await openFfmpeg();
const { stdout } = await execa(ffmpeg.tools.ffmpeg.path, ['-version']);
const version = /version (\S+)/u.exec(stdout)?.[1];
const pairs: Pair[] = [];
const only = process.env['DFFMPEG_BENCH_PRESETS']?.split(',');
for (const preset of Object.keys(guides).filter((name) => only?.includes(name) ?? true))
  for (const clip of await clips()) {
    const pair = await measure(ffmpeg, preset, clip);
    if (!pair) continue;
    pairs.push(pair);
    console.log(
      `${preset} ${pair.clip}: ${pair.bytes} B SSIM ${pair.ssim.toFixed(4)}; guide ${pair.guideBytes} B SSIM ${pair.guideSsim.toFixed(4)}`,
    );
  }

const presets = [...new Set(pairs.map(({ preset }) => preset))];
const of = (preset: string) => pairs.filter((pair) => pair.preset === preset);
report(
  'quality',
  presets.flatMap((preset) => [
    {
      name: `${preset}: size, ratio to the guide’s`,
      unit: '',
      values: of(preset).map((pair) => pair.bytes / pair.guideBytes),
    },
    {
      name: `${preset}: SSIM, difference to the guide’s`,
      unit: '',
      values: of(preset).map((pair) => pair.ssim - pair.guideSsim),
    },
  ]),
  { ffmpeg: version, pairs },
);
if (process.env['DFFMPEG_TEST_MEDIA'] !== undefined) {
  const rows = presets.map((preset) => {
    const median = (value: (pair: Pair) => number) => spread(of(preset).map(value)).median;
    return {
      preset,
      clips: of(preset).length,
      ssim: Number(median((pair) => pair.ssim).toFixed(4)),
      guideSsim: Number(median((pair) => pair.guideSsim).toFixed(4)),
      sizeRatio: Number(median((pair) => pair.bytes / pair.guideBytes).toFixed(3)),
    };
  });
  // A run of some presets renews their rows alone.
  const before = existsSync(table) ? tableSchema.parse(JSON.parse(await readFile(table, 'utf8'))) : undefined;
  const kept = before?.ffmpeg === version ? (before?.rows ?? []) : [];
  const renewed = new Map([...kept, ...rows].map((row) => [row.preset, row]));
  const ordered = Object.keys(builtinPresets).flatMap((preset) => renewed.get(preset) ?? []);
  await writeFile(table, `${JSON.stringify({ ffmpeg: version, rows: ordered }, undefined, 2)}\n`);
  console.log(`Written: ${path.relative(root, table)}; npm run generate puts it into docs/presets.md.`);
}
ffmpeg.close();
await rm(folder, { recursive: true });
