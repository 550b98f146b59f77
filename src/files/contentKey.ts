import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

export interface ContentKeyOptions {
  /** Bytes up to which a file is read whole. */
  readonly wholeBytes: number;
  readonly signal?: AbortSignal;
}

const blockBytes = 1 << 20;
/** Blocks at either end and blocks spread between, of a file that is not read whole. */
const endBlocks = 16;
const middleBlocks = 64;

/**
 * Names a file by its content: equal content has an equal key, under any name, anywhere.
 *
 * Up to `wholeBytes` it is the SHA-256 of everything. Above, of the size, 16 MiB at either end and 64 blocks of
 * 1 MiB at even distances. Two different recordings would need the same number of bytes and be equal in each of
 * those blocks: what is encoded or compressed differs everywhere once it differs anywhere, and containers keep
 * their index (times, sizes of all frames) at one of the ends. What could be told wrong is a raw, uncompressed file
 * that was changed in place within one gap; who has those raises `wholeBytes`.
 */
export async function contentKey(file: string, { wholeBytes, signal }: ContentKeyOptions): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(blockBytes);
    const whole = size <= wholeBytes;
    for (const offset of whole ? everyBlock(size) : sampledBlocks(size)) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, blockBytes, offset);
      hash.update(buffer.subarray(0, bytesRead));
    }
    return `${whole ? 'whole' : 'sampled'}-${size}-${hash.digest('hex')}`;
  } finally {
    await handle.close();
  }
}

/** Whether a file that has this key may differ in what was not read. */
export function isSampled(key: string): boolean {
  return key.startsWith('sampled-');
}

/** Bytes that `briefKey` reads at most. */
const briefBytes = (2 * endBlocks + middleBlocks) * blockBytes;

/** A `contentKey` that reads 96 MiB at most, and depends on no setting: to be kept, and compared for good. */
export function briefKey(file: string, signal?: AbortSignal): Promise<string> {
  return contentKey(file, { wholeBytes: briefBytes, ...(signal ? { signal } : {}) });
}

function* everyBlock(size: number): Generator<number> {
  for (let offset = 0; offset < size; offset += blockBytes) yield offset;
}

/** Offsets of the blocks, ascending; they may overlap where the file is small. */
export function sampledBlocks(size: number): number[] {
  const last = Math.max(0, size - blockBytes);
  const offsets = new Set<number>();
  for (let block = 0; block < endBlocks; block += 1) {
    offsets.add(Math.min(last, block * blockBytes));
    offsets.add(Math.max(0, last - block * blockBytes));
  }
  for (let block = 1; block <= middleBlocks; block += 1)
    offsets.add(Math.floor((last * block) / (middleBlocks + 1)));
  return [...offsets].sort((a, b) => a - b);
}
