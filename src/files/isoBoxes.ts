import { open, type FileHandle } from 'node:fs/promises';

/** ISO/IEC 14496-12: a box has its size (4 bytes, or 8 where those say 1) and its type, and then its content. */
const headerBytes = 8;
const longHeaderBytes = 16;
/** Of the type of a `uuid` box. */
const uuidBytes = 16;
/** Boxes on one level that are looked at: a recording in fragments has thousands, and what is looked for stands at the ends. */
const maxBoxes = 100_000;

/** Adobe's XMP Specification, part 3: `uuid` beside the film. */
const xmpUuid = 'be7acfcb97a942e89c71999491e3afac';

interface Box {
  readonly type: string;
  /** Of its content. */
  readonly start: number;
  readonly end: number;
}

/**
 * Whether an MP4 or QuickTime file carries XMP (what photo and video programs keep of a film: rating, keywords, people), which
 * ffmpeg does not copy. False for a file that is none, or is damaged.
 */
export async function hasXmp(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    for await (const box of boxesOf(handle, { start: 0, end: size })) {
      if (box.type === 'uuid' && (await uuidOf(handle, box)) === xmpUuid) return true;
      if (box.type !== 'moov') continue;
      for await (const inside of boxesOf(handle, box))
        if (inside.type === 'udta')
          for await (const { type } of boxesOf(handle, inside)) if (type === 'XMP_') return true;
    }
    return false;
  } finally {
    await handle.close();
  }
}

async function* boxesOf(handle: FileHandle, { start, end }: Pick<Box, 'start' | 'end'>): AsyncGenerator<Box> {
  let at = start;
  for (let count = 0; count < maxBoxes && at + headerBytes <= end; count += 1) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(longHeaderBytes), 0, longHeaderBytes, at);
    if (bytesRead < headerBytes) return;
    const short = buffer.readUInt32BE(0);
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

async function uuidOf(handle: FileHandle, { start, end }: Box): Promise<string | undefined> {
  if (end - start < uuidBytes) return undefined;
  const { buffer } = await handle.read(Buffer.alloc(uuidBytes), 0, uuidBytes, start);
  return buffer.toString('hex');
}
