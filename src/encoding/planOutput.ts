import { containerTable } from './containers.ts';
import { outputKind } from './output.ts';
import type { Plan } from './plan.ts';
import { planContactSheet } from './planContactSheet.ts';
import { planFilm } from './planFilm.ts';
import type { PlanInput } from './planInput.ts';
import { planJoin } from './planJoin.ts';
import { planLadder } from './planLadder.ts';
import { planStill } from './planStill.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';

/**
 * How one output is made, as ffmpeg commands: pure, so that the preview a person sees is what runs. A plan with
 * `analyses` is made again with what they have found.
 */
export function planOutput(input: PlanInput): Outcome<{ plan: Plan }> {
  const writable = checkMuxer(input);
  if (!writable.ok) return writable;
  const kind = outputKind(input.output);
  if (input.sources.length > 1) {
    if (kind === 'film' || kind === 'sound') return planJoin(input);
    return refuse(
      'preset-invalid',
      `Several sources are joined into a film or into sound, not into ${input.output.container}.`,
      'Choose a preset whose container is mp4, mkv or one for sound.',
      ['container'],
    );
  }
  switch (kind) {
    case 'film':
    case 'sound':
    case 'animation':
      return planFilm(input);
    case 'still':
      return input.output.contactSheet === undefined ? planStill(input) : planContactSheet(input);
    case 'ladder':
      return planLadder(input);
  }
}

/** An AVIF's muxer may be there, and take nothing from this ffmpeg's encoders: a trial run tells. */
function checkMuxer({ output: { container }, dialect }: PlanInput): Outcome<object> {
  const { muxer } = containerTable[container];
  const works = container !== 'avif' || dialect.features.includes('avif');
  if (works && dialect.muxers.includes(muxer)) return { ok: true };
  return refuse(
    'ffmpeg-lacks',
    `The ffmpeg of this worker cannot write the preset’s container ${container}.`,
    'Choose another container, or install a complete ffmpeg.',
    ['container'],
  );
}
