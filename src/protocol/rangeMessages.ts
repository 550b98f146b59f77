import * as z from 'zod';
import { errorDataSchema } from './model.ts';
import { ticketSchema } from './offers.ts';

/**
 * What is said over a connection for files: either side asks for ranges of what the other has offered it. Questions and
 * refusals are text (JSON), bytes come as binary messages, in any order:
 *
 *     4 bytes   id of the question, big-endian
 *    32 bytes   SHA-256 of what follows
 *     …         the bytes of the range
 */

/** The unit in which files travel and are hashed: one question asks for one of them, or for its beginning. */
export const rangeBytes = 1024 * 1024;

export const rangeHeaderBytes = 36;
const idBytes = 4;

const idSchema = z.int().min(0).max(0xffff_ffff);

export const rangeMessageSchema = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('get'),
    /** Made by the asker, unique among its own unanswered questions of this connection. */
    id: idSchema,
    /** What the holder gave out for this file and this taker. */
    ticket: ticketSchema,
    offset: z.int().min(0),
    length: z.int().min(1).max(rangeBytes),
  }),
  /** Not wanted any more; it may come all the same. */
  z.object({ t: z.literal('stop'), id: idSchema }),
  z.object({ t: z.literal('err'), id: idSchema, error: errorDataSchema }),
]);

export type RangeMessage = z.output<typeof rangeMessageSchema>;
export type RangeQuestion = Extract<RangeMessage, { t: 'get' }>;

/** Undefined for whatever is no such message. */
export function parseRangeMessage(text: string): RangeMessage | undefined {
  try {
    return rangeMessageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** `message` has room for the header before the bytes of the range. */
export function writeRangeHeader(message: Uint8Array, id: number, digest: Uint8Array): void {
  new DataView(message.buffer, message.byteOffset, idBytes).setUint32(0, id);
  message.set(digest, idBytes);
}

/** Undefined for a message that is too short to hold any byte of a file, or too long. The parts are views of it. */
export function readRange(
  message: Uint8Array,
): { readonly id: number; readonly digest: Uint8Array; readonly bytes: Uint8Array } | undefined {
  if (message.length <= rangeHeaderBytes || message.length > rangeHeaderBytes + rangeBytes) return undefined;
  return {
    id: new DataView(message.buffer, message.byteOffset, idBytes).getUint32(0),
    digest: message.subarray(idBytes, rangeHeaderBytes),
    bytes: message.subarray(rangeHeaderBytes),
  };
}
