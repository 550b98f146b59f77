/**
 * What the daemon takes of a machine on which nothing is encoded: its memory a minute after 50 jobs (at most 65 MB more
 * than a Node that does nothing), and its share of a processor over the minute after that (at most 0.3 %).
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeStateDir } from '../../scripts/lib/stateDir.mjs';
import { connectToDaemon, type DaemonConnection } from '../../src/client/connection.ts';
import { readDiscovery } from '../../src/client/discovery.ts';
import { builtinPresets } from '../../src/encoding/builtinPresets.ts';
import { dffmpeg, runTimed } from './lib/commands.ts';
import { processUse, type ProcessUse } from './lib/processUse.ts';
import { report } from './lib/report.ts';

const runs = Number(process.env['DFFMPEG_BENCH_RUNS'] ?? 1);
const jobs = 50;
const minuteMs = 60_000;
const folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-bench-'));
const clip = path.join(folder, 'clip.mp4');
const preset = builtinPresets['web'];
if (preset === undefined) throw new Error('There is no preset web.');

interface Idle {
  readonly megabytes: number;
  /** Percent of one processor. */
  readonly cpu: number;
}

interface Measured {
  readonly fresh: ProcessUse;
  readonly daemon: Idle;
  readonly bare: Idle;
}

async function idle(pids: readonly number[]): Promise<Idle[]> {
  await delay(minuteMs);
  const before = pids.map(processUse);
  await delay(minuteMs);
  return pids.map((pid, index) => ({
    megabytes: before[index]?.residentMegabytes ?? 0,
    cpu: ((processUse(pid).cpuSeconds - (before[index]?.cpuSeconds ?? 0)) / (minuteMs / 1000)) * 100,
  }));
}

async function measure(run: number): Promise<Measured> {
  const state = makeStateDir();
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1e9)'], { stdio: 'ignore' });
  // As the first command or window does it.
  const connection = await connectToDaemon({
    stateDir: state.dir,
    start: true,
    programDir: path.dirname(dffmpeg),
    client: 'test',
    version: 'bench',
  });
  const pid = (await readDiscovery(state.dir))?.pid ?? 0;
  try {
    const fresh = processUse(pid);
    await encodeAll(connection, run);
    const [ours, theirs] = await idle([pid, bare.pid ?? 0]);
    if (!ours || !theirs) throw new Error('Nothing was measured.');
    return { fresh, daemon: ours, bare: theirs };
  } finally {
    bare.kill();
    connection.close();
    await state.remove();
  }
}

/** Resolves when all of them are done, and nobody is connected any more. */
async function encodeAll(connection: DaemonConnection, run: number): Promise<void> {
  const all = Promise.withResolvers<undefined>();
  connection.subscribe(
    { topics: ['counts'] },
    {
      onCounts: ({ done, failed }) => {
        if (failed > 0) all.reject(new Error('A job has failed.'));
        if (done >= jobs) all.resolve(undefined);
      },
    },
  );
  for (let job = 0; job < jobs; job += 1)
    await connection.request('jobs.submit', {
      submissionId: `idle-${run}-${job}`,
      sources: [clip],
      preset: { name: 'web', preset: preset as NonNullable<typeof preset> },
    });
  await all.promise;
  connection.close();
}

try {
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=1'];
  await runTimed('ffmpeg', ['-v', 'error', ...source, '-preset', 'ultrafast', '-y', clip], process.env);
  const measured: Measured[] = [];
  for (let run = 0; run < runs; run += 1) measured.push(await measure(run));
  const megabytes = measured.map(({ daemon }) => daemon.megabytes);
  const bare = measured.map((each) => each.bare.megabytes);
  report(
    'idle',
    [
      { name: 'node that does nothing', unit: 'MB', values: bare },
      {
        name: 'daemon that has begun',
        unit: 'MB',
        values: measured.map(({ fresh }) => fresh.residentMegabytes),
      },
      { name: `daemon a minute after ${jobs} jobs`, unit: 'MB', values: megabytes },
      {
        name: 'daemon − node',
        unit: 'MB',
        values: megabytes.map((each, index) => each - (bare[index] ?? 0)),
        atMost: 65,
      },
      { name: 'node: processor over a minute', unit: '%', values: measured.map((each) => each.bare.cpu) },
      {
        name: 'daemon: processor over a minute',
        unit: '%',
        values: measured.map(({ daemon }) => daemon.cpu),
        atMost: 0.3,
      },
    ],
    { runs, jobs },
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
