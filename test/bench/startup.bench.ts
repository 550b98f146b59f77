/**
 * What a person waits for. From nothing to a daemon that answers (at most 1 s), and on to the first frame of the first
 * job (at most 2.5 s), each time in a new state folder, where no encoder has been tried yet; beside it a Node that does
 * nothing, as the floor of this machine. And in a real VS Code, a new one each time: loading and activating the
 * extension (50 ms), from the command to the row without a daemon (1.5 s) and with one (300 ms), from cancel to ffmpeg
 * gone (2 s).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { makeStateDir } from '../../scripts/lib/stateDir.mjs';
import { connectToDaemon } from '../../src/client/connection.ts';
import { builtinPresets } from '../../src/encoding/builtinPresets.ts';
import { dffmpeg, runTimed } from './lib/commands.ts';
import { report } from './lib/report.ts';
import { measureVscode } from './lib/vscodeTimings.ts';

const runs = Number(process.env['DFFMPEG_BENCH_RUNS'] ?? 10);
/** A VS Code takes its time to come up. */
const vscodeRuns = Math.ceil(runs / 2);
const folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-bench-'));
const clip = path.join(folder, 'clip.mp4');
const preset = builtinPresets['web'];
if (preset === undefined) throw new Error('There is no preset web.');

interface Start {
  ready: number;
  firstFrame: number;
}

async function measure(run: number): Promise<Start> {
  const state = makeStateDir();
  const begun = performance.now();
  const daemon = spawn(process.execPath, [dffmpeg, 'serve', '--state-dir', state.dir], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await once(daemon.stdout, 'data');
    const ready = performance.now() - begun;
    const connection = await connectToDaemon({
      stateDir: state.dir,
      start: false,
      client: 'test',
      version: 'bench',
    });
    const encoding = Promise.withResolvers<number>();
    connection.on('jobs.progress', ({ progress }) => {
      if (progress.some(({ outTime = 0 }) => outTime > 0)) encoding.resolve(performance.now() - begun);
    });
    connection.subscribe({ topics: ['progress'] }, {});
    await connection.request('jobs.submit', {
      submissionId: `bench-${run}`,
      sources: [clip],
      preset: { name: 'web', preset: preset as NonNullable<typeof preset> },
    });
    const firstFrame = await encoding.promise;
    connection.close();
    return { ready, firstFrame };
  } finally {
    await state.remove();
  }
}

try {
  await runTimed(
    'ffmpeg',
    [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=1280x720:rate=30:duration=60',
      '-preset',
      'ultrafast',
      '-y',
      clip,
    ],
    process.env,
  );
  const floor: number[] = [];
  const starts: Start[] = [];
  for (let run = 0; run < runs; run += 1) {
    floor.push((await runTimed(process.execPath, ['-e', '0'], process.env)).elapsed);
    starts.push(await measure(run));
  }
  const { host, timings } = await measureVscode(vscodeRuns);
  const inVscode = (
    name: string,
    atMost: number | undefined,
    pick: (each: (typeof timings)[number]) => number,
  ) => ({ name, unit: 'ms', values: timings.map(pick), atMost });
  report(
    'startup',
    [
      { name: 'node that does nothing', unit: 'ms', values: floor },
      {
        name: 'daemon cold start to ready',
        unit: 'ms',
        values: starts.map(({ ready }) => ready),
        atMost: 1000,
      },
      {
        name: 'cold start to the first frame',
        unit: 'ms',
        values: starts.map(({ firstFrame }) => firstFrame),
        atMost: 2500,
      },
      { name: 'ready / node', unit: '×', values: starts.map(({ ready }, i) => ready / (floor[i] ?? 1)) },
      inVscode('extension: load and activate', 50, ({ load, activate }) => load + activate),
      inVscode('command to row, no daemon yet', 1500, ({ coldRow }) => coldRow),
      inVscode('command to row', 300, ({ warmRow }) => warmRow),
      inVscode('cancel to ffmpeg gone', 2000, ({ cancel }) => cancel),
    ],
    { runs, vscodeRuns, host },
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
