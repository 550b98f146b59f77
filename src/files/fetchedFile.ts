import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { rangeBytes } from '../protocol/rangeMessages.ts';
import { errnoCode } from './errnoCode.ts';
import type { FetchedRange } from './fileLink.ts';
import { digestOf, digestOfRanges, rangeAt, rangeCount } from './pullRanges.ts';
import { writeAll } from './writeAll.ts';

const digestBytes = 32;
const none = Buffer.alloc(digestBytes);

/**
 * A copy that grows range by range, in any order, and goes on where it was when its process died. Beside its bytes lies
 * a list of the digests of the ranges that are there, each written after its bytes. What the list says is believed only
 * when the bytes have been read and hashed: a power cut may have kept one and not the other, a disk may have flipped a bit.
 */
export class FetchedFile {
  readonly #bytes: number;
  readonly #data: FileHandle;
  readonly #list: FileHandle;
  readonly #digests: Buffer;

  private constructor(bytes: number, data: FileHandle, list: FileHandle) {
    this.#bytes = bytes;
    this.#data = data;
    this.#list = list;
    this.#digests = Buffer.alloc(rangeCount(bytes) * digestBytes);
  }

  /** Of the file at `file`; the list lies beside it. Reads what is there by now: `missing` says what is not, or is not right. */
  static async open(file: string, bytes: number, signal: AbortSignal): Promise<FetchedFile> {
    const data = await openOrMake(file);
    try {
      const list = await openOrMake(listOf(file));
      const fetched = new FetchedFile(bytes, data, list);
      try {
        // What is longer is of another file.
        await data.truncate(bytes);
        await fetched.#believe(signal);
        return fetched;
      } catch (error) {
        await list.close();
        throw error;
      }
    } catch (error) {
      await data.close();
      throw error;
    }
  }

  /** Whether the range with that number is there. */
  has(index: number): boolean {
    return !this.#digestAt(index).equals(none);
  }

  /** Numbers of the ranges that are not there. */
  *missing(): Iterable<number> {
    for (let index = 0; index < rangeCount(this.#bytes); index += 1) if (!this.has(index)) yield index;
  }

  /** Bytes that are there. */
  get present(): number {
    let present = 0;
    for (let index = 0; index < rangeCount(this.#bytes); index += 1)
      if (this.has(index)) present += rangeAt(index, this.#bytes).length;
    return present;
  }

  async store(index: number, { bytes, digest }: FetchedRange): Promise<void> {
    const { offset, length } = rangeAt(index, this.#bytes);
    if (bytes.length !== length)
      throw new RangeError(`Range ${index} has ${length} bytes, not ${bytes.length}.`);
    await writeAll(this.#data, bytes, offset);
    await writeAll(this.#list, digest, index * digestBytes);
    digest.copy(this.#digests, index * digestBytes);
  }

  /** Undefined while ranges are missing. */
  get digest(): string | undefined {
    for (const _ of this.missing()) return undefined;
    return digestOfRanges(this.#digests);
  }

  async close(): Promise<void> {
    await Promise.all([this.#data.close(), this.#list.close()]);
  }

  #digestAt(index: number): Buffer {
    return this.#digests.subarray(index * digestBytes, (index + 1) * digestBytes);
  }

  async #believe(signal: AbortSignal): Promise<void> {
    const { bytesRead } = await this.#list.read(this.#digests, 0, this.#digests.length, 0);
    this.#digests.fill(0, bytesRead - (bytesRead % digestBytes));
    const buffer = Buffer.allocUnsafe(rangeBytes);
    for (let index = 0; index < rangeCount(this.#bytes); index += 1) {
      if (!this.has(index)) continue;
      signal.throwIfAborted();
      const { offset, length } = rangeAt(index, this.#bytes);
      const read = await this.#data.read(buffer, 0, length, offset);
      if (read.bytesRead === length && digestOf(buffer.subarray(0, length)).equals(this.#digestAt(index)))
        continue;
      none.copy(this.#digests, index * digestBytes);
    }
  }
}

/** Where the digests of a fetched file lie. */
export function listOf(file: string): string {
  const { dir, base } = path.parse(file);
  return path.join(dir, `${base}.ranges`);
}

async function openOrMake(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r+');
  } catch (error) {
    if (errnoCode(error) !== 'ENOENT') throw error;
    return open(file, 'wx+', 0o600);
  }
}
