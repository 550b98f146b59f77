import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PlanInput } from '../../../src/encoding/planInput.ts';
import { planOutput } from '../../../src/encoding/planOutput.ts';
import { dialect, probeOf, run } from './trackRun.ts';

const seconds = 4;

describe('sound beside a picture of variable rate', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-variable-'))));
  after(() => rm(folder, { recursive: true }));

  /** How many seconds of sound a decoder gets. */
  async function heard(file: string): Promise<number> {
    const raw = ['-map', '0:a', '-ac', '1', '-ar', '48000', '-f', 's16le', '-'];
    const { stdout } = await run(['-loglevel', 'error', '-i', file, ...raw], folder);
    return stdout.length / 2 / 48_000;
  }

  for (const [container, rate] of [
    ['mkv', 48_000],
    ['mkv', 44_100],
    ['mp4', 44_100],
    ['mov', 48_000],
  ] as const)
    for (const audio of ['libopus', 'aac'] as const)
      it(`is whole, encoded to ${audio} from ${container} with ${rate} Hz`, async () => {
        const source = path.join(folder, `film.${container}`);
        const frames = `testsrc2=size=160x90:rate=30:duration=${seconds},select='not(eq(mod(n,7),3))'`;
        const inputs = [
          '-f',
          'lavfi',
          '-i',
          frames,
          '-f',
          'lavfi',
          '-i',
          `sine=sample_rate=${rate}:duration=${seconds}`,
        ];
        const made = [
          '-fps_mode',
          'vfr',
          '-c:v',
          'libx264',
          '-preset',
          'ultrafast',
          '-c:a',
          'aac',
          '-y',
          source,
        ];
        await run(['-loglevel', 'error', ...inputs, ...made], folder);
        const probe = await probeOf(source);
        const input: PlanInput = {
          output: {
            container: 'mkv',
            video: { encoders: ['libx264'], speed: 'fastest', frameTiming: 'variable' },
            audio: { encoder: audio },
          },
          sources: [{ path: source, probe }],
          dialect: { ...dialect, demuxers: ['matroska', 'mov'], muxers: ['matroska'] },
          capabilities: Object.fromEntries(
            ['libx264', audio].map((name) => [name, { usable: true, pixelFormats: ['yuv420p'] }]),
          ),
        };
        const outcome = planOutput(input);
        assert.ok(outcome.ok, JSON.stringify(outcome));
        const { commands, result } = outcome.plan;
        assert.ok(
          commands.some(({ argv }) => argv.includes('vfr')),
          'the picture keeps its times',
        );
        for (const { argv } of commands) await run(argv, folder);
        const length = await heard(path.join(folder, result));
        assert.ok(Math.abs(length - seconds) < 0.1, `${length} s of ${seconds}`);
        await rm(path.join(folder, result));
      });
});
