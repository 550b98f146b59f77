import type { OutputPreset } from '../encoding/output.ts';
import { estimateWork, type Work } from '../encoding/workEstimate.ts';
import type { EncoderPick } from './encoderNeeds.ts';
import type { JobRecord } from './store/records.ts';

/** The encoders that a worker would use, by output; none of a probe. */
export type Picks = readonly { readonly output: OutputPreset; readonly picks: readonly EncoderPick[] }[];

/**
 * How much there is to do with these encoders; undefined where the sources do not say. Workers with the same encoders
 * share the answer.
 */
export function worksOf(job: Pick<JobRecord, 'probes'>): (picks: Picks) => readonly Work[] | undefined {
  const known = new Map<string, readonly Work[] | undefined>();
  return (picks) => {
    const name = nameOf(picks);
    if (!known.has(name)) known.set(name, estimateAll(job, picks));
    return known.get(name);
  };
}

/** Picks are worked out once for many tasks, see `picksOf`. */
const names = new WeakMap<Picks, string>();

/** The encoders in their order. */
function nameOf(picks: Picks): string {
  let name = names.get(picks);
  if (name === undefined) {
    name = picks.flatMap((each) => each.picks.map(({ encoder }) => encoder ?? '')).join();
    names.set(picks, name);
  }
  return name;
}

function estimateAll(
  { probes = [] }: Pick<JobRecord, 'probes'>,
  outputs: Picks,
): readonly Work[] | undefined {
  const works: Work[] = [];
  for (const { output, picks } of outputs) {
    const encoders = picks.flatMap(({ encoder }) => encoder ?? []);
    // The picture's need comes first, where there is one.
    const hasPicture = output.video !== false && output.video?.copy !== true;
    const [video, audio] = hasPicture ? encoders : [undefined, ...encoders];
    const work = estimateWork(output, probes, { video, audio });
    if (!work) return undefined;
    works.push(work);
  }
  return works;
}
