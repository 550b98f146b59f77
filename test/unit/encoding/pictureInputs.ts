import assert from 'node:assert/strict';
import { planPicture } from '../../../src/encoding/picture.ts';
import type { PictureInput, PicturePlan } from '../../../src/encoding/pictureInput.ts';
import type { VideoPreset } from '../../../src/encoding/presetVideo.ts';
import type { ProbeStream } from '../../../src/encoding/probe.ts';
import type { Problem } from '../../../src/encoding/problem.ts';
import { dialects } from './dialects.ts';
import { probeOf, videoStream } from './probes.ts';

/** A picture to plan: what is not said is a film of 720p for libx264, on an ffmpeg that has everything. */

export interface PictureCase extends Partial<Omit<PictureInput, 'stream' | 'video'>> {
  readonly stream?: Partial<ProbeStream>;
  readonly video?: VideoPreset;
  /** Further streams of the source. */
  readonly others?: readonly ProbeStream[];
}

export const sourceArguments = ['-f', 'matroska', '-i', 'file:/films/a.mkv'];

export function pictureInput({ stream, video = {}, others = [], ...fields }: PictureCase = {}): PictureInput {
  const picture = videoStream(stream);
  return {
    probe: probeOf([picture, ...others]),
    stream: picture,
    input: sourceArguments,
    video,
    span: { start: 0 },
    pixelFormat: 'yuv420p',
    encoderPixelFormat: fields.pixelFormat ?? 'yuv420p',
    codec: 'h264',
    kind: 'film',
    dialect: dialects['ffmpeg-8'],
    measured: {},
    ...fields,
  };
}

export function planned(fields: PictureCase = {}): PicturePlan {
  const outcome = planPicture(pictureInput(fields));
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.problem.message);
  return outcome.picture;
}

export function refused(fields: PictureCase): Problem {
  const outcome = planPicture(pictureInput(fields));
  assert.ok(!outcome.ok, outcome.ok ? `planned: ${outcome.picture.filters}` : '');
  return outcome.problem;
}

/** Names of the filters in their order, whatever branch they are on. */
export function filterOrder({ filters }: Pick<PicturePlan, 'filters'>): string[] {
  return filters
    .replace(/'[^']*'/gu, '')
    .split(/[,;]/u)
    .map((text) => /^(?:\[\w+\])*(\w+)/u.exec(text)?.[1] ?? '');
}
