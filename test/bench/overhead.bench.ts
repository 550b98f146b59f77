/**
 * What DFFmpeg costs over ffmpeg itself: `dffmpeg encode` with a running daemon against the very command that it
 * ran, at the same niceness, in turn. Promise: the median difference is at most 0.4 s + 0.5 % of the encode.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { makeStateDir } from '../../scripts/lib/stateDir.mjs';
import { dffmpeg, runTimed } from './lib/commands.ts';
import { report } from './lib/report.ts';
import { spread } from './lib/statistics.ts';

const pairs = Number(process.env['DFFMPEG_BENCH_PAIRS'] ?? 8);
/** Seconds that one encode should last at least. */
const wantedSeconds = Number(process.env['DFFMPEG_BENCH_SECONDS'] ?? 20);

const state = makeStateDir();
const folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-bench-'));
const env = { ...process.env, DFFMPEG_STATE_DIR: state.dir };
const encoded = z.object({
  jobs: z.array(
    z.object({
      outputs: z.array(z.object({ path: z.string() })),
      attempts: z.array(z.object({ kind: z.string(), argv: z.array(z.string()).optional() })),
    }),
  ),
});

async function makeClip(seconds: number): Promise<string> {
  const clip = path.join(folder, `clip-${seconds}.mp4`);
  const picture = `testsrc2=size=1280x720:rate=30:duration=${seconds},noise=alls=12:allf=t`;
  await runTimed(
    'ffmpeg',
    [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      picture,
      '-f',
      'lavfi',
      '-i',
      `sine=duration=${seconds}`,
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-crf',
      '18',
      '-c:a',
      'aac',
      '-y',
      clip,
    ],
    env,
  );
  return clip;
}

async function encodeByUs(clip: string) {
  const { stdout, elapsed } = await runTimed(
    process.execPath,
    [dffmpeg, 'encode', clip, '--preset', 'web', '--json'],
    env,
  );
  const job = encoded.parse(JSON.parse(stdout)).jobs[0];
  const argv = job?.attempts.find((attempt) => attempt.kind === 'encode')?.argv;
  const output = job?.outputs[0]?.path;
  if (argv === undefined || output === undefined) throw new Error(`No attempt in ${stdout}`);
  return { argv, output, elapsed };
}

/** The same command to a file of its own, at the niceness at which the daemon runs it. */
async function encodeByHand(argv: readonly string[]): Promise<number> {
  const output = path.join(folder, 'by-hand.mp4');
  await rm(output, { force: true });
  const command =
    process.platform === 'win32'
      ? [...argv.slice(0, -1), output]
      : ['nice', '-n', String(niceness), ...argv.slice(0, -1), output];
  const [file = '', ...args] = command;
  return (await runTimed(file, args, env)).elapsed;
}

/** Node's PRIORITY_BELOW_NORMAL, what a person's own daemon uses by default. */
const niceness = os.constants.priority.PRIORITY_BELOW_NORMAL;

try {
  // The first encode starts the daemon and says how long a second of this picture takes here.
  const calibration = await encodeByUs(await makeClip(8));
  const perSecond = (await encodeByHand(calibration.argv)) / 8_000;
  const clip = await makeClip(Math.ceil((wantedSeconds * 1.15) / perSecond));
  const ours: number[] = [];
  const byHand: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const run = await encodeByUs(clip);
    await rm(run.output);
    ours.push(run.elapsed / 1000);
    byHand.push((await encodeByHand(run.argv)) / 1000);
    console.log(
      `pair ${pair + 1} of ${pairs}: dffmpeg ${ours.at(-1)?.toFixed(2)} s, ffmpeg ${byHand.at(-1)?.toFixed(2)} s`,
    );
  }
  const baseline = spread(byHand).median;
  report(
    'overhead',
    [
      { name: 'dffmpeg encode', unit: 's', values: ours },
      { name: 'the same ffmpeg command', unit: 's', values: byHand },
      {
        name: 'difference',
        unit: 's',
        values: ours.map((value, i) => value - (byHand[i] ?? 0)),
        atMost: 0.4 + 0.005 * baseline,
      },
      { name: 'ratio', unit: '×', values: ours.map((value, i) => value / (byHand[i] ?? 1)) },
    ],
    { pairs, niceness },
  );
} finally {
  await state.remove();
  await rm(folder, { recursive: true, force: true });
}
