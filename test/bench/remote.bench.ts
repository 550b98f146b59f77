/**
 * Encodes on another machine with nothing shared, beside the same on a file that lies there.
 *
 * - frames: from the submission to the first encoded frame of a source with its index at its end, at 0 and 80 ms (a relay of the tests’
 *   own). Promise: at most 0.5 s later than where the file is, plus ten times the way there and back, for which no more is fetched than the
 *   index and 32 MiB.
 * - slow: whole encodes over a slow cable, with `staging` stream and whole.
 * - long: an encode of two minutes of a source of 500 MB over a cable of 1 Gbit/s (network namespaces, as root on Linux). Promise: at
 *   most 1.03 times what the very command takes by itself, and 3 s.
 * - copy: 1 GiB into another container. Promise: at most 1.75 times as long as by itself over a cable as fast as the machine, and 1.15 times
 *   the larger of that and the way over one of 1 Gbit/s.
 *
 * DFFMPEG_BENCH_ONLY (those parts, with commas between), DFFMPEG_BENCH_PAIRS (5), DFFMPEG_BENCH_LARGE (seconds of the large source for frames,
 * 1200), DFFMPEG_BENCH_LONG (seconds of the source for long, 40), DFFMPEG_BENCH_COPY (seconds of that for copy, 270).
 */
import { rm, stat } from 'node:fs/promises';
import { Sandbox } from '../integration/cli/harness.ts';
import { copies, longEncodes } from './lib/remoteCable.ts';
import { makeFilm, partSeconds, type FilmOptions } from './lib/remoteFilm.ts';
import { firstFrames } from './lib/remoteFrames.ts';
import { slowEncodes } from './lib/remoteSlow.ts';
import { report, type Figure } from './lib/report.ts';

const setting = (name: string, otherwise: number): number =>
  Number(process.env[`DFFMPEG_BENCH_${name}`] ?? otherwise);
const pairs = setting('PAIRS', 5);
const only = process.env['DFFMPEG_BENCH_ONLY']?.split(',');
const isWanted = (part: string): boolean => only?.includes(part) ?? true;

const home = await Sandbox.create();
const megabytes: Record<string, number> = {};
const others: number[] = [];
const figures: Figure[] = [];

async function film(name: string, options: FilmOptions): Promise<string> {
  const file = home.file(`${name}.mp4`);
  await makeFilm(file, options);
  megabytes[name] = (await stat(file)).size / 1e6;
  console.log(`${name}: ${megabytes[name].toFixed(0)} MB`);
  return file;
}

try {
  if (isWanted('frames') || isWanted('slow')) {
    const small = await film('small', { seconds: partSeconds });
    if (isWanted('frames')) {
      const large = await film('large', { seconds: setting('LARGE', 1200) });
      figures.push(...(await firstFrames({ small, large }, { pairs, others })));
      await rm(large);
    }
    if (isWanted('slow')) figures.push(...(await slowEncodes(small, { pairs })));
  }
  if (isWanted('long')) {
    const long = await film('long', { seconds: setting('LONG', 40), size: '1280x720', crf: 16 });
    figures.push(...(await longEncodes(long, { pairs, others })));
    await rm(long);
  }
  if (isWanted('copy')) {
    const copied = await film('copied', { seconds: setting('COPY', 270) });
    figures.push(...(await copies(copied, { pairs, others })));
  }
  report('remote', figures, { pairs, megabytes, cpuSecondsOfTheMachine: others });
} finally {
  await home.remove();
}
