/**
 * Small sources of every awkward kind, made with the machine’s own ffmpeg. One line a family; a trait is added by one
 * entry in its family’s file, and `test/integration/media/traits.test.ts` then holds it to the facts it states.
 */
import { colourTraits } from './colourTraits.ts';
import { containerTraits } from './containerTraits.ts';
import { makeInto } from './makeInto.ts';
import { pictureTraits } from './pictureTraits.ts';
import { proofTraits } from './proofTraits.ts';
import { soundTraits } from './soundTraits.ts';
import { subtitleTraits } from './subtitleTraits.ts';
import { timeTraits } from './timeTraits.ts';
import type { Trait } from './trait.ts';

const all = {
  ...pictureTraits,
  ...colourTraits,
  ...timeTraits,
  ...soundTraits,
  ...subtitleTraits,
  ...containerTraits,
  ...proofTraits,
};

export type TraitName = keyof typeof all;
export const traits: Readonly<Record<TraitName, Trait>> = all;
export const traitNames = Object.keys(all) as TraitName[];

/**
 * The path of the source with this trait, made in `folder` if it is not there yet. The folder may be shared by tests and
 * by processes: a source appears there whole or not at all.
 */
export function makeSource(name: TraitName, folder: string): Promise<string> {
  return makeInto(folder, name, traits);
}

export async function makeSources<Name extends TraitName>(
  names: readonly Name[],
  folder: string,
): Promise<Record<Name, string>> {
  const made = {} as Record<Name, string>;
  // One after the other: ffmpeg takes every core it finds.
  for (const name of names) made[name] = await makeSource(name, folder);
  return made;
}
