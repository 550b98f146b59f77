import {
  decodeArguments,
  decodedPart,
  isSuspicious,
  readDecoded,
  type EncodeCost,
} from '../encoding/decodeCheck.ts';
import { DecodedSound } from '../encoding/decodedSound.ts';
import { endsFrozen, sourceEndArguments, sourceMoves } from '../encoding/frozenEnd.ts';
import type { DecodeCheck, DecodedPart } from '../encoding/judge.ts';
import type { Plan } from '../encoding/plan.ts';
import type { PlanInput } from '../encoding/planInput.ts';
import type { Probe } from '../encoding/probe.ts';
import type { RunPlace } from './runCommand.ts';
import { decode } from './decode.ts';

/**
 * Whether the result, or its end, can be decoded; undefined where there is nothing to look at. Throws when the look did not
 * come to its end: what nobody has seen is not placed.
 */
export async function decodeResult(
  plan: Plan,
  result: Probe,
  input: PlanInput,
  { place, cost }: { readonly place: RunPlace; readonly cost: EncodeCost },
): Promise<DecodeCheck | undefined> {
  const part = decodedPart(plan, result, cost);
  if (!part) return undefined;
  const look = async (of: DecodedPart) => {
    const sound = new DecodedSound();
    const argv = decodeArguments(plan, result, input.dialect, of);
    const { said, ...run } = await decode(argv, 'The result', place, (chunk) => {
      sound.push(chunk);
    });
    const check = readDecoded(of, { ...run, said });
    return { check: check && of === 'whole' ? { ...check, sound: sound.seconds } : check, said };
  };
  let { check, said } = await look(part);
  if (check && isSuspicious(check)) {
    place.log('The end of the result looks damaged: all of it is decoded.\n');
    ({ check, said } = await look('whole'));
  }
  if (!check || !endsFrozen(said)) return check;
  return { ...check, frozen: await moves(input, place) };
}

/** Whether the source moves where the result stands still. */
async function moves(input: PlanInput, place: RunPlace): Promise<boolean> {
  const argv = sourceEndArguments(input);
  if (!argv) return false;
  const { code, progress, said } = await decode(argv, 'The end of the source', place);
  return sourceMoves(input, { code, said, frames: progress?.frame });
}
