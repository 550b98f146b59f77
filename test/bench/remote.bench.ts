/**
 * Encodes on another machine (two state folders on the loopback, a cable of the tests’ own between them, of which the way of each
 * packet takes as long as is said): from the submission to the first encoded frame of a source with its index at its end, beside the same on
 * the machine that has it; and whole encodes over a slow cable, with `staging` stream and whole, beside that.
 *
 * Promise: the first frame comes at most 0.5 s later than there, plus ten times the way to the other machine and back, for which no
 * more is fetched than the index and 32 MiB. DFFMPEG_BENCH_PAIRS (5), DFFMPEG_BENCH_LARGE (seconds of the large source, 1200),
 * DFFMPEG_BENCH_ONLY (frames or encodes).
 */
import { link, open, rm, stat } from 'node:fs/promises';
import { DffmpegError } from '../../src/protocol/errors.ts';
import { Sandbox } from '../integration/cli/harness.ts';
import { RemoteHost } from '../integration/fleet/remoteHost.ts';
import { runTimed } from './lib/commands.ts';
import { FirstFrames } from './lib/firstFrame.ts';
import { machineCpuSeconds } from './lib/machineUse.ts';
import { report, type Figure } from './lib/report.ts';

const pairs = Number(process.env['DFFMPEG_BENCH_PAIRS'] ?? 5);
const largeSeconds = Number(process.env['DFFMPEG_BENCH_LARGE'] ?? 1200);
const only = process.env['DFFMPEG_BENCH_ONLY'];
const seconds = 10;
const slowBytesASecond = 4_000_000;
const roundTrips = 10;
const fetchedMiB = 32;

type Place = 'stream' | 'whole' | 'local';

/** A desk whose encodes run on a node, and a machine that has the files itself. */
class Bench {
  readonly host: RemoteHost;
  readonly local: Sandbox;
  readonly #frames: Record<'node' | 'local', FirstFrames>;
  #names = 0;

  private constructor(host: RemoteHost, local: Sandbox, frames: Record<'node' | 'local', FirstFrames>) {
    this.host = host;
    this.local = local;
    this.#frames = frames;
  }

  static async open(staging: string, delayMs: number, bytesASecond?: number): Promise<Bench> {
    const host = await RemoteHost.start({}, 'the node', bytesASecond);
    host.relay.delayMs = delayMs;
    const local = await Sandbox.create();
    const frames = {
      node: await FirstFrames.make(host.node.file('noting')),
      local: await FirstFrames.make(local.file('noting')),
    };
    local.env['DFFMPEG_FFMPEG'] = frames.local.ffmpeg;
    host.node.env['DFFMPEG_STAGING'] = staging;
    await host.join(['--ffmpeg', frames.node.ffmpeg]);
    return new Bench(host, local, frames);
  }

  /** Encoders are proved, code is warm. */
  async warm(source: string): Promise<void> {
    await this.whole('stream', source);
    await this.whole('local', source);
  }

  /** Milliseconds from the submission on, and MiB that were fetched by then. The job is cancelled then. */
  async firstFrame(place: Place, source: string): Promise<{ ms: number; mebibytes: number }> {
    const [machine, frames] = this.#at(place);
    const named = await this.#named(machine, source);
    const before = this.host.relay.carried[this.host.toNode];
    let carried = before;
    const noted = frames.next(() => (carried = this.host.relay.carried[this.host.toNode]));
    const begun = Date.now();
    const { stdout } = await machine.run(['encode', named, '--detach']);
    const ms = (await noted) - begun;
    await machine.run(['job', 'cancel', stdout.trim()]);
    await rm(named);
    return { ms, mebibytes: (carried - before) / 1024 / 1024 };
  }

  /** Seconds of a whole encode. */
  async whole(place: Place, source: string): Promise<number> {
    const [machine] = this.#at(place);
    const named = await this.#named(machine, source);
    const begun = performance.now();
    const { code, stderr } = await machine.run(['encode', named]);
    if (code !== 0) throw new DffmpegError('internal', stderr);
    await rm(named);
    return (performance.now() - begun) / 1000;
  }

  async close(): Promise<void> {
    await this.host.close();
    await this.local.remove();
  }

  #at(place: Place): [Sandbox, FirstFrames] {
    return place === 'local' ? [this.local, this.#frames.local] : [this.host.desk, this.#frames.node];
  }

  /** Under another name it is another source: nothing of it is there. */
  async #named(machine: Sandbox, source: string): Promise<string> {
    const named = machine.file(`source-${(this.#names += 1)}.mp4`);
    await link(source, named);
    return named;
  }
}

const home = await Sandbox.create();
async function film(name: string, length: number): Promise<string> {
  const [short, file] = [home.file(`part-${name}`), home.file(name)];
  const picture = `testsrc2=size=640x360:rate=30:duration=${seconds},noise=alls=12:allf=t`;
  const encoder = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '14', '-c:a', 'aac'];
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=duration=${seconds}`];
  await runTimed('ffmpeg', ['-v', 'error', ...inputs, ...encoder, '-y', short], process.env);
  const loop = ['-stream_loop', String(Math.ceil(length / seconds) - 1), '-i', short];
  await runTimed('ffmpeg', ['-v', 'error', ...loop, '-c', 'copy', '-y', file], process.env);
  await rm(short);
  return file;
}

/** MiB of the index, which is the last box. */
async function indexOf(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(16);
    for (let at = 0; at < size;) {
      await handle.read(head, 0, head.length, at);
      const short = head.readUInt32BE(0);
      const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
      if (head.toString('latin1', 4, 8) === 'moov') return length / 1024 / 1024;
      at += length;
    }
    throw new Error('It has no index.');
  } finally {
    await handle.close();
  }
}

try {
  const sources = { small: await film('small.mp4', seconds), large: await film('large.mp4', largeSeconds) };
  const megabytes: Record<string, number> = {};
  for (const [name, file] of Object.entries(sources)) megabytes[name] = (await stat(file)).size / 1e6;
  console.log(`MB: ${JSON.stringify(megabytes)}`);
  const figures: Figure[] = [];
  const others: number[] = [];
  const watched = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = machineCpuSeconds();
    const result = await work();
    others.push(machineCpuSeconds() - before);
    return result;
  };
  for (const delay of only === 'encodes' ? [] : [0, 80]) {
    const bench = await Bench.open('stream', delay / 2);
    try {
      await bench.warm(sources.small);
      for (const [name, file] of Object.entries(sources)) {
        const index = await indexOf(file);
        const [far, near, fetched]: [number[], number[], number[]] = [[], [], []];
        for (let pair = 0; pair < pairs; pair += 1) {
          const there = await watched(() => bench.firstFrame('stream', file));
          const here = await watched(() => bench.firstFrame('local', file));
          far.push(there.ms);
          near.push(here.ms);
          fetched.push(there.mebibytes);
          console.log(
            `${name}, ${delay} ms: ${there.ms} ms, ${here.ms} ms here; ${there.mebibytes.toFixed(1)} MiB`,
          );
        }
        const title = `${name}, ${delay} ms`;
        figures.push(
          { name: `${title}: first frame`, unit: 'ms', values: far },
          { name: `${title}: where the file is`, unit: 'ms', values: near },
          {
            name: `${title}: later by`,
            unit: 'ms',
            values: far.map((ms, pair) => ms - (near[pair] ?? 0)),
            atMost: 500 + roundTrips * delay,
          },
          { name: `${title}: fetched`, unit: 'MiB', values: fetched, atMost: index + fetchedMiB },
        );
      }
    } finally {
      await bench.close();
    }
  }
  if (only !== 'frames') await encodes();
  report('remote', figures, {
    pairs,
    megabytes,
    largeSeconds,
    slowBytesASecond,
    cpuSecondsOfTheMachine: others,
  });

  async function encodes(): Promise<void> {
    const [streaming, whole] = [
      await Bench.open('stream', 40, slowBytesASecond),
      await Bench.open('whole', 40, slowBytesASecond),
    ];
    try {
      for (const each of [streaming, whole]) await each.warm(sources.small);
      const taken: Record<Place, number[]> = { stream: [], whole: [], local: [] };
      for (let pair = 0; pair < pairs; pair += 1) {
        taken.stream.push(await watched(() => streaming.whole('stream', sources.small)));
        taken.whole.push(await watched(() => whole.whole('whole', sources.small)));
        taken.local.push(await watched(() => streaming.whole('local', sources.small)));
        console.log(
          Object.entries(taken)
            .map(([name, all]) => `${name} ${all.at(-1)?.toFixed(2)} s`)
            .join(', '),
        );
      }
      const ratio = (of: Place, to: Place): number[] =>
        taken[of].map((value, pair) => value / (taken[to][pair] ?? 1));
      figures.push(
        { name: 'whole encode, stream', unit: 's', values: taken.stream },
        { name: 'whole encode, whole', unit: 's', values: taken.whole },
        { name: 'whole encode where the file is', unit: 's', values: taken.local },
        { name: 'stream of whole', unit: '×', values: ratio('stream', 'whole') },
        { name: 'stream of where the file is', unit: '×', values: ratio('stream', 'local') },
      );
    } finally {
      await streaming.close();
      await whole.close();
    }
  }
} finally {
  await home.remove();
}
