import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import type { PlanInput } from '../../../src/encoding/planInput.ts';
import { planOutput } from '../../../src/encoding/planOutput.ts';
import { dialect, probeOf } from './trackRun.ts';

/** Without B-frames, and with them. */
const without = ['-bf', '0'];
const reordered = ['-bf', '2'];

describe('a picture that is copied out of an AVI', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-stored-'))));
  after(() => rm(folder, { recursive: true }));

  const file = (name: string): string => path.join(folder, name);

  async function planned(codec: string, frames: readonly string[]) {
    const source = file('film.avi');
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=2'];
    await execa('ffmpeg', ['-v', 'error', '-y', ...picture, '-c:v', codec, ...frames, source]);
    const input: PlanInput = {
      output: { container: 'mp4', video: { copy: true } },
      sources: [{ path: source, probe: await probeOf(source) }],
      dialect: { ...dialect, demuxers: ['avi'], muxers: ['mp4'] },
      capabilities: {},
    };
    return planOutput(input);
  }

  /** Of each packet, by when it is shown. */
  async function times(name: string): Promise<number[]> {
    const look = ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file(name)];
    const { stdout } = await execa('ffprobe', look);
    return stdout.split('\n').map(Number);
  }

  it('has its frames in the order in which they are shown, where ffmpeg can work that out', async () => {
    const outcome = await planned('mpeg4', reordered);
    assert.ok(outcome.ok, JSON.stringify(outcome));
    const { commands, result } = outcome.plan;
    for (const { argv } of commands) await execa('ffmpeg', argv, { cwd: folder, stdin: 'ignore' });
    const shown = await times(result);
    const sorted = shown.toSorted((a, b) => a - b);
    assert.equal(new Set(shown).size, 50);
    assert.notDeepEqual(shown, sorted, 'stored in another order');
    sorted.slice(1).forEach((time, index) => {
      assert.ok(Math.abs(time - (sorted[index] ?? 0) - 0.04) < 0.001, `${time}`);
    });
  });

  it('is copied as it is where that is the order in which it is stored', async () => {
    for (const codec of ['mpeg4', 'libx264']) assert.equal((await planned(codec, without)).ok, true, codec);
  });

  it('is refused where nobody can tell', async () => {
    const outcome = await planned('libx264', reordered);
    assert.ok(!outcome.ok);
    assert.match(outcome.problem.message, /does not say in which order/u);
    assert.deepEqual(outcome.problem.path, ['video', 'copy']);
  });
});
