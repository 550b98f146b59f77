import type { FileHandle } from 'node:fs/promises';

/** ISO/IEC 14496-12: a box has its size (4 bytes, or 8 where those say 1) and its type, and then its content. */
export const headerBytes = 8;
const longHeaderBytes = 16;
/** Boxes on one level that are looked at: a recording in fragments has thousands, and what is looked for stands at the ends. */
const maxBoxes = 100_000;

export interface Box {
  readonly type: string;
  /** Of its content. */
  readonly start: number;
  readonly end: number;
}

/** Where boxes lie. */
export type Stretch = Pick<Box, 'start' | 'end'>;

/** Those of a stretch of the file, in order; it ends at what is none, or is cut off. */
export async function* boxesOf(handle: FileHandle, { start, end }: Stretch): AsyncGenerator<Box> {
  let at = start;
  for (let count = 0; count < maxBoxes && at + headerBytes <= end; count += 1) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(longHeaderBytes), 0, longHeaderBytes, at);
    if (bytesRead < headerBytes) return;
    const short = buffer.readUInt32BE(0);
    // Nothing any more.
    if (buffer.readBigUInt64BE(0) === 0n) return;
    const isLong = short === 1;
    if (isLong && bytesRead < longHeaderBytes) return;
    // 0: to the end.
    const size = isLong ? Number(buffer.readBigUInt64BE(headerBytes)) : short === 0 ? end - at : short;
    const header = isLong ? longHeaderBytes : headerBytes;
    if (size < header || at + size > end) return;
    yield { type: buffer.toString('latin1', 4, headerBytes), start: at + header, end: at + size };
    at += size;
  }
}

/** The first of its kind inside another one, along a way of types. */
export async function boxAt(handle: FileHandle, box: Box, way: readonly string[]): Promise<Box | undefined> {
  const [next, ...further] = way;
  if (next === undefined) return box;
  for await (const each of boxesOf(handle, box)) if (each.type === next) return boxAt(handle, each, further);
  return undefined;
}
