/**
 * The Jobs view over a queue of 10,000 jobs, 20 of which run: in a real VS Code, a new one each time, with a daemon whose
 * worker encodes nothing. From the command that shows the view to the first row that the extension hands out (promise:
 * 300 ms); how late timers of the extension host are with all of it in sight (p99, promise: 20 ms), beside the same
 * while nothing is in sight; how many finished jobs are loaded and shown; and how much is told while the view is hidden.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { makeStateDir } from '../../scripts/lib/stateDir.mjs';
import { bundleSuite } from '../vscode/harness/bundle.ts';
import { chooseHost, type Host } from '../vscode/harness/hosts.ts';
import { makeWorkspace } from '../vscode/harness/workspace.ts';
import { doneJob, fillStore, waitingJob } from './lib/queueUnderLoad.ts';
import { report } from './lib/report.ts';

const runs = Number(process.env['DFFMPEG_BENCH_RUNS'] ?? 5);
const finished = 9_000;
const unfinished = 1_000;

const sampleSchema = z.object({
  seen: z.number(),
  firstPaint: z.number(),
  idleP99: z.number(),
  busyP99: z.number(),
  counts: z.object({ waiting: z.number(), running: z.number(), done: z.number() }),
  known: z.number(),
  shown: z.number(),
  told: z.number(),
});

async function measure(host: Host, bundle: string): Promise<z.output<typeof sampleSchema>> {
  const workspace = await makeWorkspace();
  const state = makeStateDir();
  const done = doneJob('d000000000');
  await fillStore(state.dir, finished, { ...done, job: { ...done.job, endedAt: Date.now() } });
  await fillStore(state.dir, unfinished, waitingJob('w000000000'));
  await writeFile(path.join(state.dir, 'config.jsonc'), '{ "slots": { "cpu": 0 } }');
  const env = { DFFMPEG_STATE_DIR: state.dir };
  const daemon = spawn(process.execPath, [path.join(import.meta.dirname, 'lib', 'crowdedDaemon.ts')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(daemon, 'exit');
  const result = path.join(state.dir, '..', `${path.basename(state.dir)}.view.json`);
  try {
    await once(daemon.stdout, 'data');
    const code = await host.run({
      bundle,
      workspace: workspace.folder,
      restrictedMode: false,
      env: { ...env, DFFMPEG_TEST_WORKSPACE: workspace.folder, DFFMPEG_BENCH_RESULT: result },
    });
    if (code !== 0) throw new Error(`The view in VS Code ended with ${code}.`);
    return sampleSchema.parse(JSON.parse(await readFile(result, 'utf8')));
  } finally {
    daemon.kill();
    await ended;
    await state.remove();
    await workspace.remove();
  }
}

const host = await chooseHost();
const bundle = await bundleSuite({ name: 'view', folder: 'test/bench/vscodeView', restrictedMode: false });
const samples: z.output<typeof sampleSchema>[] = [];
for (let run = 0; run < runs; run += 1) samples.push(await measure(host, bundle));
const of = (key: 'seen' | 'firstPaint' | 'idleP99' | 'busyP99' | 'known' | 'shown' | 'told'): number[] =>
  samples.map((sample) => sample[key]);
report(
  'view',
  [
    { name: 'from the command to VS Code showing the view', unit: 'ms', values: of('seen') },
    { name: 'from the command to the first row', unit: 'ms', values: of('firstPaint'), atMost: 300 },
    { name: 'p99 of the delay of the extension host, hidden', unit: 'ms', values: of('idleP99') },
    { name: 'p99 of it with the view in sight', unit: 'ms', values: of('busyP99'), atMost: 20 },
    { name: 'jobs that the window knows', unit: 'jobs', values: of('known') },
    { name: 'finished jobs that are shown', unit: 'jobs', values: of('shown') },
    { name: 'told in 3 s while hidden, beside counts', unit: 'changes', values: of('told'), atMost: 0 },
  ],
  { host: host.description, runs, finished, unfinished, counts: samples[0]?.counts },
);
