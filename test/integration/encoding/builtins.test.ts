import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import { sharedFolder } from '../../media/sharedFolder.ts';
import { makeSource } from '../../media/traits.ts';
import { openFfmpeg } from './support/binaries.ts';
import type { TestedFfmpeg } from './support/binaries.ts';
import { runPlan } from './support/runPlan.ts';

/** Real clips, where a folder of them is named: `DFFMPEG_TEST_MEDIA`. */
const media = process.env['DFFMPEG_TEST_MEDIA'];
const clips =
  media === undefined ? [] : readdirSync(media).filter((name) => /\.(?:mp4|mkv|mov|mp3)$/u.test(name));

describe('each built-in preset', function () {
  this.timeout(600_000);
  let ffmpeg: TestedFfmpeg;
  let folder: string;
  let plain: string;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-builtins-'));
    ffmpeg = await openFfmpeg();
    plain = await makeSource('plain', await sharedFolder());
  });
  after(() => {
    ffmpeg.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [name, preset] of Object.entries(builtinPresets)) {
    it(`${name} makes of a plain clip what it promises`, async function () {
      const ran = await encode(name, plain);
      if (ran.refused?.code === 'encoder-unavailable') {
        console.error(`NOT TESTED: ${name}: ${ran.refused.message}`);
        this.skip();
      }
      assert.equal(ran.refused, undefined);
      if (ran.refused) return;
      assert.equal(ran.verdict.level, 'pass', JSON.stringify(ran.verdict));
    });

    for (const clip of clips)
      it(`${name} passes on ${clip}, or says why it cannot be`, async () => {
        const ran = await encode(name, path.join(media ?? '', clip));
        if (ran.refused) assert.ok(ran.refused.message.length > 0);
        else assert.notEqual(ran.verdict.level, 'fail', JSON.stringify(ran.verdict));
      });

    async function encode(title: string, source: string) {
      const attempt = path.join(folder, `${title}-${path.basename(source)}`);
      mkdirSync(attempt);
      const [output] = outputsOf(preset);
      assert.ok(output);
      const ran = await runPlan(ffmpeg, output, [source], attempt);
      rmSync(attempt, { recursive: true });
      return ran;
    }
  }
});
