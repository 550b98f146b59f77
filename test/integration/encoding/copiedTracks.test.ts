import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { copiedArguments, sourceArguments } from '../../../src/encoding/copiedTracks.ts';
import type { PlanInput } from '../../../src/encoding/planInput.ts';
import { planOutput } from '../../../src/encoding/planOutput.ts';
import { createStderrReader } from '../../../src/encoding/stderr.ts';
import { dialect, probeOf } from './trackRun.ts';

describe('what is copied', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-copied-'))));
  after(() => rm(folder, { recursive: true }));

  const file = (name: string): string => path.join(folder, name);

  async function ffmpeg(...argv: readonly string[]): Promise<string> {
    const { stderr } = await execa('ffmpeg', argv, { cwd: folder, stdin: 'ignore', reject: false });
    return stderr;
  }

  /** Places that cannot be decoded, of the result and of the source. */
  async function placesOf(source: string): Promise<readonly number[]> {
    const input: PlanInput = {
      output: { container: 'm4a', audio: { tracks: [{ do: 'copy' }] } },
      sources: [{ path: file(source), probe: await probeOf(file(source)) }],
      dialect: { ...dialect, demuxers: ['aac'], muxers: ['ipod', 'mp4'] },
      capabilities: {},
    };
    const outcome = planOutput(input);
    assert.ok(outcome.ok, JSON.stringify(outcome));
    const { plan } = outcome;
    for (const { argv } of plan.commands) await ffmpeg('-y', ...argv.filter((each) => each !== '-n'));
    const [copied, whole] = [copiedArguments(plan, await probeOf(file(plan.result))), sourceArguments(input)];
    assert.ok(copied && whole);
    return [damageIn(await ffmpeg(...copied)), damageIn(await ffmpeg(...whole))];
  }

  it('is decoded, since a container may say once for all of a track what the source says anew in its middle', async () => {
    const tone = ['-f', 'lavfi', '-i', 'sine=duration=2:sample_rate=48000', '-c:a', 'aac'];
    await ffmpeg('-y', ...tone, '-ac', '2', 'two.aac');
    await ffmpeg('-y', ...tone, '-ac', '6', 'six.aac');
    const [two, six] = await Promise.all([readFile(file('two.aac')), readFile(file('six.aac'))]);
    await writeFile(file('same.aac'), [two, two]);
    await writeFile(file('changes.aac'), [two, six]);
    assert.deepEqual(await placesOf('same.aac'), [0, 0]);
    const [result = 0, source = 0] = await placesOf('changes.aac');
    assert.ok(result > 10 && source === 0, `${result}, ${source}`);
  });
});

function damageIn(said: string): number {
  const reader = createStderrReader();
  reader.push(`${said}\n`);
  return reader.summary().damage;
}
