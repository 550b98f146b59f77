import { videoEncoderTable, type VideoEncoderEntry } from './videoEncoders.ts';

export type SlotKind = VideoEncoderEntry['slot'] | 'probe';

/** The kind of slot that an encode with this encoder takes; sound alone is work for the processor. */
export function slotKind(encoder: string): SlotKind {
  const entry = Object.hasOwn(videoEncoderTable, encoder)
    ? videoEncoderTable[encoder as keyof typeof videoEncoderTable]
    : undefined;
  return entry?.slot ?? 'cpu';
}

/** The kind that a task takes which uses all of these, one after the other: hardware is what there is least of. */
export function slotKindOf(encoders: readonly string[]): SlotKind {
  return encoders.map(slotKind).find((kind) => kind !== 'cpu') ?? 'cpu';
}
