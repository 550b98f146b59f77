import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { secondFfmpeg } from '../../../scripts/lib/secondFfmpeg.mjs';
import { judge } from '../../../src/encoding/judge.ts';
import { planOutput } from '../../../src/encoding/planOutput.ts';
import { sharedFolder } from '../../media/sharedFolder.ts';
import { makeSource } from '../../media/traits.ts';
import { dialect, probeOf } from './trackRun.ts';

describe('a picture in Dolby Vision that is copied', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-dolby-'))));
  after(() => rm(folder, { recursive: true }));

  for (const which of ['the machine’s ffmpeg', 'a second ffmpeg'] as const)
    for (const container of ['mp4', 'mov', 'mkv'] as const)
      it(`is known as such in ${container}, or its lack is said, by ${which}`, async function () {
        const ffmpeg = which === 'a second ffmpeg' ? (await secondFfmpeg())?.path : 'ffmpeg';
        if (ffmpeg === undefined) return this.skip();
        const source = await makeSource('dolby-vision-8', await sharedFolder());
        const probe = await probeOf(source);
        const outcome = planOutput({
          output: { container, video: { copy: true } },
          sources: [{ path: source, probe }],
          dialect: { ...dialect, demuxers: ['mov', 'mp4'], muxers: ['mp4', 'mov', 'matroska'] },
          capabilities: {},
        });
        assert.ok(outcome.ok, JSON.stringify(outcome));
        const { commands, result, expected } = outcome.plan;
        for (const { argv } of commands)
          await execa(ffmpeg, ['-y', ...argv.filter((each) => each !== '-n')], {
            cwd: folder,
            stdin: 'ignore',
          });
        const made = await probeOf(path.join(folder, result));
        const picture = made.streams.find(({ type }) => type === 'video');
        // ffmpeg writes no such record into MOV.
        assert.equal(picture?.dolbyVisionProfile, container === 'mov' ? undefined : 8);
        const read = { damage: 0, truncated: false };
        const lost = (of: typeof made) =>
          judge({ expected, source: probe, read, result: of, exit: { code: 0, signal: null } })
            .findings.filter(({ loses }) => loses === 'dynamic-range')
            .map(({ message }) => message);
        const said = ['The source is Dolby Vision (profile 8), and the result does not say so.'];
        assert.deepEqual(lost(made), container === 'mov' ? said : []);
        const streams = made.streams.map((stream) => ({ ...stream, dolbyVisionProfile: undefined }));
        assert.deepEqual(lost({ ...made, streams }), said);
      });
});
