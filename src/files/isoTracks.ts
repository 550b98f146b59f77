import type { FileHandle } from 'node:fs/promises';
import { boxAt, boxesOf, type Box } from './isoBoxes.ts';

/** Sample entries whose picture may have layers (ISO/IEC 14496-15), and the boxes in them that tell of a second one. */
const layeredEntries = new Set(['hvc1', 'hev1', 'dvh1', 'dvhe', 'avc1', 'avc3']);
const secondLayers = new Set(['lhvC', 'vexu', 'mvcC']);
/** Of sound, in its sample entry: from which directions the channels of a 360° camera come (Google’s Spatial Audio RFC). */
const directions = new Set(['SA3D']);
/** Before the boxes of a picture’s sample entry; before the entries of a table. */
const pictureEntryBytes = 78;
/** The same of sound: as in MP4, and in QuickTime’s versions 1 and 2. */
const soundEntryBytes = [28, 44, 64];
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

/** What the table of a track says of it, and ffmpeg does not copy. */
export type TrackTrait = 'second-eye' | 'directions';

/** Adds to `traits` what this track has. */
export async function lookAtTrack(
  handle: FileHandle,
  track: Box,
  { film, traits }: { readonly film: FilmData; readonly traits: Set<TrackTrait> },
): Promise<void> {
  const table = await boxAt(handle, track, ['mdia', 'minf', 'stbl']);
  if (!table) return;
  for await (const box of boxesOf(handle, table)) {
    if (box.type === 'stsz') film.claim(await sampleBytes(handle, box));
    if (box.type !== 'stsd') continue;
    for await (const entry of boxesOf(handle, { start: box.start + tableHeaderBytes, end: box.end })) {
      const has = (wanted: ReadonlySet<string>, header: number) => hasBox(handle, entry, { wanted, header });
      if (layeredEntries.has(entry.type)) {
        if (await has(secondLayers, pictureEntryBytes)) traits.add('second-eye');
      } else
        for (const header of soundEntryBytes) if (await has(directions, header)) traits.add('directions');
    }
  }
}

/** Whether one of the boxes behind the first `header` bytes of a sample entry is `wanted`. */
async function hasBox(
  handle: FileHandle,
  entry: Box,
  { wanted, header }: { readonly wanted: ReadonlySet<string>; readonly header: number },
): Promise<boolean> {
  for await (const { type } of boxesOf(handle, { start: entry.start + header, end: entry.end }))
    if (wanted.has(type)) return true;
  return false;
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
