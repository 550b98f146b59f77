import { joinByCopy } from './joinCopy.ts';
import { joinByEncode } from './joinEncode.ts';
import type { Plan } from './plan.ts';
import type { PlanInput } from './planInput.ts';
import { refuse } from './problem.ts';
import type { Outcome } from './problem.ts';

/**
 * Several sources, one after the other in one result: copied where the preset asks for copies and the sources
 * agree, else brought to the size, rate and layout of the first and encoded.
 */
export function planJoin(input: PlanInput): Outcome<{ plan: Plan }> {
  const { output } = input;
  if (output.trim !== undefined)
    return refuse(
      'preset-invalid',
      'A part cannot be cut out while sources are joined.',
      'Join first, then encode a part of the result; or take “trim” out of the preset.',
      ['trim'],
    );
  const copies = output.video ? output.video.copy === true : copiesSound(input);
  return copies ? joinByCopy(input) : joinByEncode(input);
}

function copiesSound({ output }: PlanInput): boolean {
  const tracks = output.audio === false ? undefined : output.audio?.tracks;
  return Array.isArray(tracks) && tracks.every((rule) => rule.do !== 'encode');
}
