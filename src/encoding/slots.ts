import { videoEncoderTable, type VideoEncoderEntry } from './encoders.ts';

export type SlotKind = VideoEncoderEntry['slot'] | 'probe';

/** The kind of slot that an encode with this encoder takes; sound alone is work for the processor. */
export function slotKind(encoder: string): SlotKind {
  const entry = Object.hasOwn(videoEncoderTable, encoder)
    ? videoEncoderTable[encoder as keyof typeof videoEncoderTable]
    : undefined;
  return entry?.slot ?? 'cpu';
}
