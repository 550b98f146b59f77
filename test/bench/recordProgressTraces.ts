/**
 * Records what ffmpeg says of its progress in real encodes, for the tests of the estimate to replay:
 *
 *   node test/bench/recordProgressTraces.ts [--wall | --busy] [--ffmpeg FILE] [NAME…]
 *
 * One encode at a time, at low priority, into test/unit/encoding/progressTraces/NAME.json. Recipes with real clips want
 * DFFMPEG_TEST_MEDIA, a folder with bigbuckbunny.mp4, bikes.mp4, elf.mp4, rabbit.mp4 and viper.mp3; without it they are
 * left out. Another ffmpeg than that of PATH gives NAME-VERSION.json.
 *
 * The clock is ffmpeg's own processor time (Linux only), which is what the encode takes on one processor with nothing
 * else to do: a trace shall show the encode and not what else the machine did while it was recorded. `--wall` takes the
 * time on the wall instead, neighbours and all, and writes NAME-wall.json; `--busy` writes NAME-busy.json, for a machine
 * that does much else.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createProgressParser, type ProgressBlock } from '../../src/encoding/progress.ts';
import type { ProgressTrace, TracedStep } from '../unit/encoding/progressTraces/trace.ts';
import { progressRecipes, type ProgressRecipe, type RecipeStep } from './lib/progressRecipes.ts';

const folder = path.join(import.meta.dirname, '..', 'unit', 'encoding', 'progressTraces');
const media = process.env['DFFMPEG_TEST_MEDIA'];
const { values: options, positionals: wanted } = parseArgs({
  options: {
    wall: { type: 'boolean' },
    busy: { type: 'boolean' },
    ffmpeg: { type: 'string', default: 'ffmpeg' },
  },
  allowPositionals: true,
});
const clock = options.busy === true ? 'busy' : options.wall === true ? 'wall' : 'processor';
const scratch = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-traces-'));
const version = /^ffmpeg version n?([\w.]+)/u.exec(run(options.ffmpeg, ['-version']))?.[1] ?? 'unknown';
/** Milliseconds of ffmpeg's time between two blocks. */
const period = 250;

function run(file: string, args: readonly string[]): string {
  return execFileSync(file, args, { encoding: 'utf8', cwd: scratch, maxBuffer: 1e8 });
}

/** Input and output names stand for files: `clip:NAME` lies in the media folder, the rest in the scratch folder. */
function resolve(argument: string): string {
  return argument.startsWith('clip:') ? path.join(media ?? '', argument.slice('clip:'.length)) : argument;
}

interface Stopwatch {
  now(): number;
  stop(): void;
}

/** Milliseconds since the process began, or of processor time that it has used. */
function watch(pid: number): Stopwatch {
  if (clock !== 'processor') {
    const since = performance.now();
    return { now: () => Math.round(performance.now() - since), stop: () => undefined };
  }
  const ticksPerSecond = Number(run('getconf', ['CLK_TCK']));
  let used = 0;
  function now(): number {
    try {
      // The name in parentheses may hold anything; utime and stime are the 12th and 13th fields after it.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      used = Math.round(((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond);
    } catch {
      // It has ended before its last block was read: what was seen last is at most one look old.
    }
    return used;
  }
  const looking = setInterval(now, 20);
  return {
    now,
    stop: () => {
      clearInterval(looking);
    },
  };
}

/** Long filter graphs are in the recipe. */
function shown(argument: string): string {
  return argument.length > 60 ? '…' : argument.replace(/^clip:/u, '');
}

async function recordStep(step: RecipeStep, beganMs: number): Promise<TracedStep> {
  const probed = step.probe === undefined ? undefined : durationOf(resolve(step.probe));
  const child = spawn(
    'nice',
    [options.ffmpeg, '-nostdin', '-v', 'error', '-y', '-progress', 'pipe:1', '-stats_period', '0.25'].concat(
      step.arguments.map(resolve),
    ),
    { cwd: scratch, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const stopwatch = watch(child.pid ?? 0);
  const parser = createProgressParser();
  const blocks: TracedStep['blocks'] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const block of parser.push(text)) {
      const at = beganMs + stopwatch.now();
      if (block.end || at - (blocks.at(-1)?.[0] ?? beganMs) >= period) blocks.push(traced(block, at));
    }
  });
  const [code] = (await once(child, 'close')) as [number | null];
  stopwatch.stop();
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${step.arguments.join(' ')}`);
  return {
    label: step.label,
    weight: step.weight,
    duration: probed ?? step.duration,
    frames: step.frames,
    command: `ffmpeg ${step.arguments.map(shown).join(' ')}`,
    beganMs,
    // ffmpeg writes its last block when the file is complete.
    endedMs: blocks.at(-1)?.[0] ?? beganMs,
    blocks,
  };
}

function traced(block: ProgressBlock, at: number): TracedStep['blocks'][number] {
  const outTimeUs = block.outTime === undefined ? null : Math.round(block.outTime * 1e6);
  return [at, block.frame ?? null, outTimeUs, block.bytes ?? null];
}

function durationOf(file: string): number {
  return Number(run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file]));
}

async function record({ name, description, prepare = [], steps: recipe }: ProgressRecipe): Promise<void> {
  for (const preparation of prepare)
    run('nice', [options.ffmpeg, '-nostdin', '-v', 'error', '-y', ...preparation.map(resolve)]);
  const steps: TracedStep[] = [];
  for (const step of recipe) steps.push(await recordStep(step, steps.at(-1)?.endedMs ?? 0));
  const suffix =
    (options.ffmpeg === 'ffmpeg' ? '' : `-${version}`) + (clock === 'processor' ? '' : `-${clock}`);
  const file = `${name}${suffix}.json`;
  writeFileSync(path.join(folder, file), format({ name, description, clock, ffmpeg: version, steps }));
  console.log(`${file}: ${((steps.at(-1)?.endedMs ?? 0) / 1000).toFixed(1)} s`);
}

/** As Prettier would: one block a line, so that a trace can be read and compared. */
function format(trace: ProgressTrace): string {
  return `${JSON.stringify(trace, undefined, 2).replaceAll(
    /\[\s+(\d+),\s+(\d+|null),\s+(\d+|null),\s+(\d+|null)\s+\]/gu,
    '[$1, $2, $3, $4]',
  )}\n`;
}

try {
  for (const recipe of progressRecipes) {
    if (wanted.length > 0 && !wanted.includes(recipe.name)) continue;
    if (media === undefined && JSON.stringify(recipe).includes('clip:'))
      console.log(`${recipe.name}: left out, DFFMPEG_TEST_MEDIA is not set`);
    else await record(recipe);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
