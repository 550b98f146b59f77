import * as z from 'zod';
import { errorCodes } from './errors.ts';
import type { ErrorData } from './errors.ts';
import { describeIssues } from './issues.ts';

/**
 * Bytes of UTF-8 in one frame, at most. 2,000 jobs with their attempts fit; what is larger is paged. Transports
 * refuse more before they decode it.
 */
export const maxFrameBytes = 16 * 1024 * 1024;

/** Made by the asker, unique among its own unanswered requests. */
const requestIdSchema = z.int().min(0);

const wireErrorSchema = z.object({
  /** A newer neighbour may know codes that are unknown here. */
  code: z.enum(errorCodes).catch('internal'),
  message: z.string(),
  hint: z.string().optional(),
});

const requestSchema = z.object({
  t: z.literal('req'),
  id: requestIdSchema,
  method: z.string(),
  params: z.unknown(),
});
const resultSchema = z.object({ t: z.literal('ok'), id: requestIdSchema, result: z.unknown() });
/** `id` is null when the frame that went wrong had none that could be read. */
const failureSchema = z.object({
  t: z.literal('err'),
  id: requestIdSchema.nullable(),
  error: wireErrorSchema,
});
const eventSchema = z.object({ t: z.literal('evt'), event: z.string(), payload: z.unknown() });
/** No answer of its own: the request is answered, with `cancelled` or with what it had come to. */
const cancelSchema = z.object({ t: z.literal('cancel'), id: requestIdSchema });

export const frameSchema = z.discriminatedUnion('t', [
  requestSchema,
  resultSchema,
  failureSchema,
  eventSchema,
  cancelSchema,
]);

export type Frame = z.output<typeof frameSchema>;
export type RequestFrame = z.output<typeof requestSchema>;

export type ParsedFrame = { ok: true; frame: Frame } | { ok: false; id: number | null; error: ErrorData };

/** Never throws: what is no frame comes back as the error to answer with, and the id to answer to if it has one. */
export function parseFrame(text: string): ParsedFrame {
  if (exceedsFrameLimit(text)) return broken(null, `A frame has at most ${maxFrameBytes} bytes.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return broken(null, 'A frame is one JSON object; this is no JSON.');
  }
  const parsed = frameSchema.safeParse(value);
  if (parsed.success) return { ok: true, frame: parsed.data };
  return broken(requestIdOf(value), `This is no frame: ${describeIssues(parsed.error)}`);
}

export function encodeFrame(frame: Frame): string {
  return JSON.stringify(frame);
}

/** UTF-8 takes one to three bytes for each UTF-16 unit, so that nearly always no text needs to be encoded to know. */
export function exceedsFrameLimit(text: string): boolean {
  if (text.length > maxFrameBytes) return true;
  if (text.length * 3 <= maxFrameBytes) return false;
  return new TextEncoder().encode(text).length > maxFrameBytes;
}

function broken(id: number | null, message: string): ParsedFrame {
  return { ok: false, id, error: { code: 'invalid-frame', message } };
}

/** Only a request waits for an answer; an `err` to anything else could be taken for the answer of another one. */
function requestIdOf(value: unknown): number | null {
  const parsed = z.object({ t: z.literal('req'), id: requestIdSchema }).safeParse(value);
  return parsed.success ? parsed.data.id : null;
}
