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
