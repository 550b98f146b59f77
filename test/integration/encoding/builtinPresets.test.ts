import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { secondFfmpeg } from '../../../scripts/lib/secondFfmpeg.mjs';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import { outputKind } from '../../../src/encoding/output.ts';
import type { OutputPreset } from '../../../src/encoding/output.ts';
import { outputsOf } from '../../../src/encoding/presetOutputs.ts';
import { resolvePreset } from '../../../src/encoding/presetResolve.ts';
import { sharedFolder } from '../../media/sharedFolder.ts';
import { makeSource } from '../../media/traits.ts';
import { openFfmpeg } from './support/binaries.ts';
import type { TestedFfmpeg } from './support/binaries.ts';
import { decodes, likeness } from './support/look.ts';
import { runPlan } from './support/runPlan.ts';

/** A moment of a clip is enough to see whether a preset works on it; slow presets take long for more. */
const part = { start: 0.4, duration: 0.2 };

const second = await secondFfmpeg();

describe('every built-in preset on a clip, on the ffmpeg of the PATH', () => presets());
if (second.path !== undefined)
  describe(`every built-in preset on a clip, on ffmpeg ${second.version}`, () => presets(second.path));

function presets(file?: string): void {
  let ffmpeg: TestedFfmpeg;
  let clip: string;
  let scratch: string;

  before(async function () {
    this.timeout(120_000);
    clip = await findClip();
    scratch = mkdtempSync(path.join(os.tmpdir(), 'dffmpeg-presets-'));
    ffmpeg = await openFfmpeg(file);
  });
  after(() => {
    ffmpeg.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  for (const name of Object.keys(builtinPresets))
    it(name, async function () {
      this.timeout(120_000);
      const folder = path.join(scratch, name);
      mkdirSync(folder);
      const output = outputOf(name);
      const ran = await runPlan(ffmpeg, output, [clip], folder);
      if (ran.refused?.code === 'encoder-unavailable') {
        console.error(`NOT TESTED: ${name}: ${ran.refused.message}`);
        this.skip();
      }
      if (ran.refused) assert.fail(ran.refused.message);
      assert.equal(ran.verdict.level, 'pass', JSON.stringify(ran.verdict.findings));
      await looksRight(output, clip, ran.result, ran.plan.expected.video);
      rmSync(folder, { recursive: true, force: true });
    });
}

/** One that a person gave, where there is one; else one that is made. */
async function findClip(): Promise<string> {
  const folder = process.env.DFFMPEG_TEST_MEDIA;
  const name = folder && readdirSync(folder).find((each) => each.endsWith('.mp4'));
  return name ? path.join(folder, name) : makeSource('surround-side', await sharedFolder());
}

function outputOf(name: string): OutputPreset {
  const preset = builtinPresets[name];
  const still = preset?.container !== undefined && outputKind({ container: preset.container }) === 'still';
  const resolved = resolvePreset(name, { extends: name, ...(still ? {} : { trim: part }) }, {});
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const [output] = outputsOf(resolved.preset);
  if (!output) throw new Error(`The preset ${name} has no output.`);
  return output;
}

async function looksRight(
  output: OutputPreset,
  clip: string,
  result: string,
  video: { readonly width?: number | undefined; readonly height?: number | undefined } | undefined,
): Promise<void> {
  const kind = outputKind(output);
  const whole = kind === 'ladder' ? path.join(result, 'master.m3u8') : result;
  assert.equal(await decodes(whole), '');
  // Stills are of a frame that they choose themselves, and a copy begins at a key frame.
  if (video === undefined || kind === 'still' || (output.video && output.video.copy === true)) return;
  const filters = `trim=start=${part.start - 0.001},scale=${video.width}:${video.height}`;
  const score = await likeness(whole, clip, { filters, frames: 1 });
  assert.ok(score > 0.8, `the picture is like its source by ${score} only`);
}
