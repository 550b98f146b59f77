import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { secondFfmpeg } from '../../../scripts/lib/secondFfmpeg.mjs';
import { demuxerFamilies } from '../../../src/encoding/demuxers.ts';
import type { PlanInput } from '../../../src/encoding/planInput.ts';
import { partRead, sourceReadArguments } from '../../../src/encoding/unreadSource.ts';
import { dialect, probeOf } from './trackRun.ts';

/** Containers that end for their demuxer where a second recording begins. */
const containers = demuxerFamilies.flatMap(({ names, endsAtSecond }) => (endsAtSecond ? [names[0]] : []));

const picture = [
  '-f',
  'lavfi',
  '-i',
  'testsrc2=size=320x180:rate=25:duration=1',
  '-c:v',
  'mpeg4',
  '-q:v',
  '1',
];
const sound = ['-f', 'lavfi', '-i', 'anoisesrc=duration=3', '-ac', '1'];
const options: Readonly<Record<string, readonly string[]>> = {
  flv: [...picture, '-c:v', 'flv1'],
  asf: picture,
  tta: sound,
  wv: sound,
};

describe('how much of a source ffmpeg reads', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-unread-'))));
  after(() => rm(folder, { recursive: true }));

  async function readBy(ffmpeg: string, file: string): Promise<number | undefined> {
    const input: PlanInput = {
      output: { container: 'mp4' },
      sources: [{ path: file, probe: await probeOf(file) }],
      dialect: { ...dialect, demuxers: containers },
      capabilities: {},
    };
    const argv = sourceReadArguments(input);
    assert.ok(argv);
    const { stderr } = await execa(ffmpeg, argv, { cwd: folder, stdin: 'ignore' });
    return partRead(input, stderr);
  }

  for (const which of ['the machine’s ffmpeg', 'a second ffmpeg'])
    for (const container of containers)
      it(`is not all where another ${container} was appended, by ${which}`, async function () {
        const ffmpeg = which.startsWith('a second') ? (await secondFfmpeg()).path : 'ffmpeg';
        if (ffmpeg === undefined) return this.skip();
        const one = path.join(folder, `one.${container}`);
        const three = path.join(folder, `three.${container}`);
        await execa('ffmpeg', ['-v', 'error', '-y', ...(options[container] ?? []), one], { stdin: 'ignore' });
        const bytes = await readFile(one);
        await writeFile(three, [bytes, bytes, bytes]);
        assert.equal(await readBy(ffmpeg, one), undefined, 'whole');
        const part = await readBy(ffmpeg, three);
        assert.ok(part !== undefined && part < 0.6, String(part));
        // A short one behind a long one.
        const long = path.join(folder, `long.${container}`);
        const lasting = (options[container] ?? []).map((each) => each.replace(/duration=\d/u, 'duration=30'));
        await execa('ffmpeg', ['-v', 'error', '-y', ...lasting, long], { stdin: 'ignore' });
        await writeFile(three, [await readFile(long), bytes]);
        assert.equal(await readBy(ffmpeg, long), undefined, 'long');
        assert.ok(((await readBy(ffmpeg, three)) ?? 1) < 0.99);
      });
});
