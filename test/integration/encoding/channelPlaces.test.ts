import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { audioEncoderTable } from '../../../src/encoding/audioEncoders.ts';
import { audioEncoders } from '../../../src/encoding/presetNames.ts';
import { planSound } from '../../../src/encoding/sound.ts';
import { dialect, everything, hasEncoder, inputOf, probeOf, resultOf, run } from './trackRun.ts';

const rate = 48_000;
/** Of each channel another; the one of an LFE has few. */
const hertz = [300, 430, 560, 690, 820, 950, 1080, 1210];
const lowHertz = 60;

/** ffmpeg's names of the places in a layout, in their order, of what films and discs have. */
const places: Readonly<Record<string, readonly string[]>> = {
  '4.0': ['FL', 'FR', 'FC', 'BC'],
  quad: ['FL', 'FR', 'BL', 'BR'],
  '5.0': ['FL', 'FR', 'FC', 'BL', 'BR'],
  '5.0(side)': ['FL', 'FR', 'FC', 'SL', 'SR'],
  '5.1': ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR'],
  '5.1(side)': ['FL', 'FR', 'FC', 'LFE', 'SL', 'SR'],
  '6.1': ['FL', 'FR', 'FC', 'LFE', 'BC', 'SL', 'SR'],
  '6.1(back)': ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'BC'],
  '7.1': ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'SL', 'SR'],
};
const surround = audioEncoders.filter(
  (name) => audioEncoderTable[name].maxChannels > 2 && !name.startsWith('pcm_'),
);

/** How loud a tone is in a signal (Goertzel). */
function level(signal: readonly number[], tone: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * tone) / rate);
  let [last, before] = [0, 0];
  for (const value of signal) [last, before] = [value + turn * last - before, last];
  return last * last + before * before - turn * last * before;
}

describe('the places of channels', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-channels-'))));
  after(() => rm(folder, { recursive: true }));

  async function source(layout: string): Promise<string> {
    const file = path.join(folder, `${layout.replace(/\W/gu, '-')}.wav`);
    const tones = tonesOf(layout).map((tone) => `0.2*sin(2*PI*${tone}*t)`);
    const input = `aevalsrc=${tones.join('|')}:c=${layout}:s=${rate}:d=1`;
    await run(['-loglevel', 'error', '-f', 'lavfi', '-i', input, '-c:a', 'pcm_s24le', '-y', file], folder);
    return file;
  }

  /** The tone that each place of a file has. */
  async function heard(file: string): Promise<Record<string, number>> {
    const [stream] = (await probeOf(file)).streams;
    const layout = stream?.channelLayout ?? '';
    const names = places[layout] ?? assert.fail(layout);
    const raw = ['-f', 'f32le', '-'];
    const { stdout } = await run(['-loglevel', 'error', '-i', file, ...raw], folder);
    const samples = new DataView(stdout.buffer, stdout.byteOffset, stdout.byteLength);
    return Object.fromEntries(
      names.map((name, channel) => {
        // From its middle on, a tenth of a second.
        const signal = Array.from({ length: rate / 10 }, (_, at) =>
          samples.getFloat32(((rate / 2 + at) * names.length + channel) * 4, true),
        );
        const levels = [lowHertz, ...hertz].map((tone) => [level(signal, tone), tone] as const);
        const [loudest = [0, 0]] = levels.sort(([one], [other]) => other - one);
        return [name, loudest[0] > 1 ? loudest[1] : 0];
      }),
    );
  }

  for (const encoder of surround)
    it(`are the same in the result of ${encoder}`, async function () {
      if (!(await hasEncoder(encoder))) return this.skip();
      const wrong: string[] = [];
      for (const layout of Object.keys(places)) {
        const file = await source(layout);
        const probe = await probeOf(file);
        const planned = planSound({
          ...{ probe, audio: { encoder }, container: 'mkv', span: { start: 0 } },
          ...{ dialect, capabilities: everything, measured: {}, inputArgv: inputOf(file, probe) },
        });
        assert.ok(planned.ok, JSON.stringify(planned));
        // What becomes of a layout that the encoder has not is said, and is another test's.
        if (planned.sound.notes.length > 0) continue;
        const { maps, argv } = planned.sound;
        const result = ['-map', maps[0] ?? '', ...argv, '-y', ...resultOf('mkv', folder)];
        await run(['-loglevel', 'error', ...inputOf(file, probe), ...result], folder);
        const [was, is] = [await heard(file), await heard(path.join(folder, 'result.mkv'))];
        if (!isSame(was, is)) wrong.push(`${layout}: ${JSON.stringify(was)} became ${JSON.stringify(is)}`);
      }
      assert.deepEqual(wrong, []);
    });
});

function tonesOf(layout: string): number[] {
  return (places[layout] ?? []).map((name, place) => (name === 'LFE' ? lowHertz : (hertz[place] ?? 0)));
}

/** What is beside and what is behind are two words for one place where there is one pair of them. */
function isSame(was: Record<string, number>, is: Record<string, number>): boolean {
  const alias: Record<string, string> = { SL: 'BL', SR: 'BR', BL: 'SL', BR: 'SR' };
  const both = 'BL' in was && 'SL' in was;
  return Object.entries(was).every(
    ([place, tone]) => is[place] === tone || (!both && is[alias[place] ?? ''] === tone),
  );
}
