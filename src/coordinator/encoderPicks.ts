import type { OutputPreset } from '../encoding/output.ts';
import { outputsOf } from '../encoding/presetOutputs.ts';
import { slotKindOf, type SlotKind } from '../encoding/slots.ts';
import { encoderNeeds, pickEncoder, type EncoderNeed, type KnownEncoders } from './encoderNeeds.ts';
import type { JobRecord } from './store/records.ts';
import type { Picks } from './works.ts';

type PresetData = JobRecord['presetData'];

/** The encoders that a task needs, by output. */
export type OutputNeeds = readonly {
  readonly output: OutputPreset;
  readonly needs: readonly EncoderNeed[];
}[];

export interface EncoderPicks {
  readonly picks: Picks;
  readonly slot: SlotKind;
  /** Present where a part that is required is refused for good: encoder → why. */
  readonly refusals?: ReadonlyMap<string, string>;
  readonly untried: readonly string[];
}

/**
 * Answers that were worked out before. The jobs of a page share the objects of their presets (see `KnownPresets`), and a
 * worker keeps its capabilities until it describes itself anew: a queue of a thousand jobs asks the same few questions.
 */
const knownNeeds = new WeakMap<PresetData, OutputNeeds>();
const knownPicks = new WeakMap<OutputNeeds, WeakMap<KnownEncoders['capabilities'], EncoderPicks>>();

/** Of all outputs of a preset. */
export function needsOf(preset: PresetData): OutputNeeds {
  const known = knownNeeds.get(preset);
  if (known) return known;
  const needs = outputsOf(preset).map((output) => ({ output, needs: encoderNeeds(output) }));
  knownNeeds.set(preset, needs);
  return needs;
}

/** What this worker would encode with. */
export function picksOf(needs: OutputNeeds, worker: KnownEncoders): EncoderPicks {
  // What could not be tried is forgotten after a while: nothing to remember.
  if (worker.untriable.size > 0) return pick(needs, worker);
  let ofNeeds = knownPicks.get(needs);
  if (!ofNeeds) knownPicks.set(needs, (ofNeeds = new WeakMap<KnownEncoders['capabilities'], EncoderPicks>()));
  const known = ofNeeds.get(worker.capabilities) ?? pick(needs, worker);
  ofNeeds.set(worker.capabilities, known);
  return known;
}

function pick(needs: OutputNeeds, worker: KnownEncoders): EncoderPicks {
  const picks = needs.map(({ output, needs: each }) => ({
    output,
    picks: each.map((need) => ({ ...need, ...pickEncoder(need, worker) })),
  }));
  const all = picks.flatMap((each) => each.picks);
  const missing = all.filter(({ required, encoder }) => required && encoder === undefined);
  const common = {
    picks,
    slot: slotKindOf(all.flatMap(({ encoder }) => encoder ?? [])),
    untried: [...new Set(all.flatMap(({ untried }) => untried))],
  };
  // A part that is refused for good needs no trial of the others.
  return missing.some(({ untried }) => untried.length === 0)
    ? { ...common, refusals: new Map(missing.flatMap(({ refusals }) => [...refusals])) }
    : common;
}
