import type { FileHandle } from 'node:fs/promises';
import { boxAt, boxesOf, type Box } from './isoBoxes.ts';

/** Sample entries whose picture may have layers (ISO/IEC 14496-15), and the boxes in them that tell of a second one. */
const layeredEntries = new Set(['hvc1', 'hev1', 'dvh1', 'dvhe', 'avc1', 'avc3']);
const secondLayers = new Set(['lhvC', 'vexu', 'mvcC']);
/** Before the boxes of a picture’s sample entry; before the entries of a table. */
const pictureEntryBytes = 78;
const tableHeaderBytes = 8;
/** A multiple of four. */
const sizesAtOnce = 65_536;
/** Of film that belongs to no track, in bytes and as a part: what cameras leave between their frames is less. */
const leastFilmBytes = 16_384;
const leastFilmPart = 0.01;

/** Whether all that is kept as film belongs to a track. */
export class FilmData {
  #all = 0;
  #claimed = 0;
  /** In fragments each says its own. */
  #isKnown = true;

  add({ type, start, end }: Box): void {
    if (type === 'mdat') this.#all += end - start;
    if (type === 'moof') this.#isKnown = false;
  }

  claim(bytes: number): void {
    this.#claimed += bytes;
  }

  get leftOver(): boolean {
    const left = this.#all - this.#claimed;
    return this.#isKnown && left >= leastFilmBytes && left >= leastFilmPart * this.#all;
  }
}

/** Whether its picture has a second layer, which is that of the other eye. */
export async function lookAtTrack(handle: FileHandle, track: Box, film: FilmData): Promise<boolean> {
  const table = await boxAt(handle, track, ['mdia', 'minf', 'stbl']);
  if (!table) return false;
  let secondEye = false;
  for await (const box of boxesOf(handle, table)) {
    if (box.type === 'stsz') film.claim(await sampleBytes(handle, box));
    if (box.type !== 'stsd') continue;
    for await (const entry of boxesOf(handle, { start: box.start + tableHeaderBytes, end: box.end }))
      if (layeredEntries.has(entry.type))
        for await (const { type } of boxesOf(handle, {
          start: entry.start + pictureEntryBytes,
          end: entry.end,
        }))
          secondEye ||= secondLayers.has(type);
  }
  return secondEye;
}

/** `stsz`: version and flags, one size for all samples or 0, their number, and then the size of each. */
async function sampleBytes(handle: FileHandle, { start, end }: Box): Promise<number> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, start);
  if (bytesRead < 12) return 0;
  const [one, count] = [buffer.readUInt32BE(4), buffer.readUInt32BE(8)];
  if (one > 0) return one * count;
  let sum = 0;
  const last = Math.min(end, start + 12 + count * 4);
  for (let at = start + 12; at + 4 <= last; at += sizesAtOnce) {
    const length = Math.min(sizesAtOnce, last - at);
    const read = await handle.read(Buffer.alloc(length), 0, length, at);
    for (let each = 0; each + 4 <= read.bytesRead; each += 4) sum += read.buffer.readUInt32BE(each);
  }
  return sum;
}
