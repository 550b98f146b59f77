/** What the pictures and the sound of a file are, where tags are not proof enough. */
import assert from 'node:assert/strict';
import { execa } from 'execa';

export interface Region {
  /** Parts of the picture's width and height, from the top left. */
  readonly x: number;
  readonly y: number;
  readonly width?: number;
  readonly height?: number;
}

const quiet = ['-hide_banner', '-nostdin', '-nostats'];

async function ffmpeg(argv: readonly string[]): Promise<{ stdout: Uint8Array; stderr: string }> {
  const { stdout, stderr } = await execa('ffmpeg', [...quiet, ...argv], {
    stdin: 'ignore',
    encoding: 'buffer',
    timeout: 60_000,
  });
  return { stdout, stderr: Buffer.from(stderr).toString() };
}

/** Mean colours of parts of the first frame at or after `time`, as its tags want it to be seen: red, green, blue. */
export async function coloursAt(file: string, regions: readonly Region[], time = 0): Promise<number[][]> {
  const cuts = regions.map(({ x, y, width = 0.02, height = 0.02 }, at) => {
    const cut = `crop=w='max(2,iw*${width})':h='max(2,ih*${height})':x='iw*${x}':y='ih*${y}'`;
    return `[s${at}]format=gbrp,${cut},scale=1:1:flags=area,format=rgb24[c${at}]`;
  });
  const split = `[0:v:0]select='gte(t,${time - 0.001})',split=${regions.length}${regions.map((_, at) => `[s${at}]`).join('')}`;
  const stack = `${regions.map((_, at) => `[c${at}]`).join('')}${regions.length > 1 ? `hstack=${regions.length}` : 'null'}[out]`;
  const { stdout } = await ffmpeg([
    ...['-loglevel', 'error', '-i', file, '-filter_complex', [split, ...cuts, stack].join(';')],
    ...['-map', '[out]', '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
  ]);
  return regions.map((_, at) => [...stdout.subarray(3 * at, 3 * at + 3)]);
}

/** The greatest difference of any component of any colour, 0 to 255. */
export function farthest(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return Math.max(...a.flatMap((colour, at) => colour.map((value, c) => Math.abs(value - b[at]![c]!))));
}

/** Within each of the six bars of test sources: red, green, yellow, blue, magenta, cyan. */
export const bars: readonly Region[] = [0, 1, 2, 3, 4, 5].map((bar) => ({
  ...{ x: (bar + 0.35) / 6, y: 0.9 },
  ...{ width: 0.05, height: 0.05 },
}));

/** Mean luma of upright bars of the first frame, from left to right: 0 is black, 255 white. */
export async function lumaOfBars(file: string, bars: number): Promise<number[]> {
  const { stdout } = await ffmpeg([
    ...['-loglevel', 'error', '-i', file, '-frames:v', '1', '-vf'],
    // The middle of each bar: its edges ring.
    `format=yuv420p,extractplanes=y,crop=iw:ih/2,scale=${bars * 8}:1:flags=area`,
    ...['-f', 'rawvideo', '-pix_fmt', 'gray', '-'],
  ]);
  return Array.from({ length: bars }, (_, bar) => stdout[bar * 8 + 4] ?? Number.NaN);
}

export interface Comparison {
  /** What the source's picture goes through to be what the result should be. */
  readonly filters?: string | undefined;
  /** What the result's goes through, where only a part is compared. */
  readonly through?: string | undefined;
  readonly frames?: number;
}

/** SSIM of the first frames, counted, not timed. */
export async function likeness(
  result: string,
  source: string,
  { filters = 'null', through, frames }: Comparison = {},
): Promise<number> {
  const [score] = await likenesses(result, source, [filters], { through, frames });
  return score!;
}

/** The same with the source through one chain of filters after the other. */
async function likenesses(
  result: string,
  source: string,
  filters: readonly string[],
  { through = 'null', frames = 10 }: Omit<Comparison, 'filters'>,
): Promise<number[]> {
  const count = filters.length;
  const pads = (name: string) => filters.map((_, at) => `[${name}${at}]`).join('');
  const first = `format=yuv420p,trim=end_frame=${frames},setpts=N/25/TB`;
  const graph = [
    `[0:v:0]${through},${first},split=${count}${pads('a')}`,
    `[1:v:0]split=${count}${pads('s')}`,
    ...filters.map((chain, at) => `[s${at}]${chain},${first}[b${at}]`),
    ...filters.map((_, at) => `[a${at}][b${at}]ssim=shortest=1[out${at}]`),
  ].join(';');
  const { stderr } = await ffmpeg([
    ...['-loglevel', 'info', '-i', result, '-i', source, '-filter_complex', graph],
    ...filters.flatMap((_, at) => ['-map', `[out${at}]`, '-f', 'null', '-']),
  ]);
  // Each filter is numbered in the graph, and the last to end speaks first.
  const scores = [...stderr.matchAll(/\[Parsed_ssim_(\d+).*SSIM .*All:([\d.]+)/gu)]
    .sort(([, a], [, b]) => Number(a) - Number(b))
    .map(([, , score]) => Number(score));
  if (scores.length !== count) throw new Error(`No SSIM was printed:\n${stderr}`);
  return scores;
}

/** Whether a result begins with this frame of the source, and not with the one before or after, which look much the same. */
export async function beginsAtFrame(
  result: string,
  source: string,
  frame: number,
  { filters = 'null', frames }: Comparison = {},
): Promise<void> {
  const chains = [frame - 1, frame, frame + 1].map((from) => `trim=start_frame=${from},${filters}`);
  const [before, there, after] = await likenesses(result, source, chains, { frames });
  const scores = `frames ${frame - 1}, ${frame}, ${frame + 1}: ${before}, ${there}, ${after}`;
  assert.ok(there! > 0.9 && there! > after! && there! > before!, scores);
}

/** The note of each channel of a sound track, in Hz: how often its sound crosses zero. */
export async function notesOf(file: string, track = 0): Promise<number[]> {
  // Without the edges, where encoders swing in and out.
  const filters = 'atrim=start=0.2:end=0.8,aresample=48000,astats=measure_overall=none';
  const { stderr } = await ffmpeg([
    ...['-loglevel', 'info', '-i', file, '-map', `0:a:${track}`, '-af', filters, '-f', 'null', '-'],
  ]);
  return [...stderr.matchAll(/Zero crossings rate: ([\d.]+|nan)/gu)].map(([, rate]) =>
    Math.round((Number(rate) * 48_000) / 2),
  );
}

/** Integrated, in LUFS. */
export async function loudnessOf(file: string): Promise<number> {
  const { stderr } = await ffmpeg([
    ...['-loglevel', 'info', '-i', file, '-map', '0:a:0', '-af', 'ebur128', '-f', 'null', '-'],
  ]);
  return Number(
    stderr
      .match(/I:\s+(-?[\d.]+) LUFS/gu)
      ?.at(-1)
      ?.replace(/[^\d.-]/gu, '') ?? Number.NaN,
  );
}

/** What decoding all of it says: nothing, if it is whole. */
export async function decodes(file: string, input: readonly string[] = []): Promise<string> {
  const { stderr } = await ffmpeg([
    ...['-loglevel', 'warning', ...input, '-i', file, '-map', '0:v?', '-map', '0:a?', '-f', 'null', '-'],
  ]);
  return stderr.trim();
}
