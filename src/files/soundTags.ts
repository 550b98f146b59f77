import { open, type FileHandle } from 'node:fs/promises';

/**
 * Tags of sound files that ffmpeg does not read, by name. ID3 (id3.org, versions 2.2 to 2.4) at the beginning of a file, APEv2 at
 * its end, and the blocks of FLAC. Nothing for a file that has none, or is damaged.
 */

/** `ID3`, version, flags, and the size in four bytes of seven bits. */
const id3HeaderBytes = 10;
/** A cover of some megabytes is usual. */
const maxId3Bytes = 64 * 1024 * 1024;
/** What ffmpeg reads beside text: comments, words, pictures, chapters, what programs keep for themselves. */
const readFrames = new Set(['COMM', 'COM', 'USLT', 'ULT', 'APIC', 'PIC', 'CHAP', 'CTOC', 'PRIV']);

/** `APETAGEX`, version, size without this, number of items, flags; it ends the file, or stands before ID3v1. */
const apeFooterBytes = 32;
const id3v1Bytes = 128;
const maxApeBytes = 16 * 1024 * 1024;
/** Of the very samples that are there now. */
const ofSamples = /^(?:mp3gain|replaygain)_/iu;

export async function uncopiedSoundTags(file: string, format: string): Promise<string[]> {
  const handle = await open(file, 'r');
  try {
    if (format === 'flac') return await flacBlocks(handle);
    return [
      ...(await id3Frames(handle)),
      ...(format === 'mp3' || format === 'aac' ? await apeItems(handle) : []),
    ];
  } finally {
    await handle.close();
  }
}

async function id3Frames(handle: FileHandle): Promise<string[]> {
  const header = await read(handle, 0, id3HeaderBytes);
  if (header.toString('latin1', 0, 3) !== 'ID3') return [];
  const [version = 0, flags = 0] = [header[3], header[5]];
  const size = syncSafe(header, 6);
  if (version < 2 || version > 4 || size > maxId3Bytes) return [];
  const tag = await read(handle, id3HeaderBytes, size);
  const content = (flags & 0x80) !== 0 && version < 4 ? withoutUnsync(tag) : tag;
  const idBytes = version === 2 ? 3 : 4;
  const found = new Set<string>();
  let at = version > 2 && (flags & 0x40) !== 0 ? extendedHeader(content, version) : 0;
  while (at + 2 * idBytes + 2 <= content.length) {
    const id = content.toString('latin1', at, at + idBytes);
    if (!/^[A-Z][A-Z0-9]+$/u.test(id)) break;
    const length =
      version === 2
        ? content.readUIntBE(at + 3, 3)
        : version === 3
          ? content.readUInt32BE(at + 4)
          : syncSafe(content, at + 4);
    const start = at + (version === 2 ? 6 : 10);
    const value = content.subarray(start, start + length);
    if (id === 'CHAP') for (const inside of chapterFrames(value, version)) found.add(`${inside} of chapters`);
    if (id.startsWith('T')) {
      if (values(id, value) > 1) found.add(`${id} (all but the first value)`);
    } else if (!readFrames.has(id) && value.some((byte) => byte !== 0)) found.add(id);
    at = start + length;
  }
  return [...found];
}

/** Four times, of four bytes each, behind the name of a chapter. */
const chapterTimesBytes = 16;

/**
 * Frames within one of a chapter (ID3v2 Chapter Frame Addendum 1.0) that ffmpeg does not read: all but its title. From the first
 * large one on it takes the sizes of version 2.4 for something else, and the chapter is gone.
 */
function chapterFrames(chapter: Buffer, version: number): string[] {
  const found: string[] = [];
  const nameEnd = chapter.indexOf(0);
  for (let at = nameEnd + 1 + chapterTimesBytes; nameEnd >= 0 && at + id3HeaderBytes <= chapter.length;) {
    const id = chapter.toString('latin1', at, at + 4);
    if (!/^[A-Z][A-Z0-9]{3}$/u.test(id)) break;
    if (id !== 'TIT2') found.push(id);
    at += id3HeaderBytes + (version === 3 ? chapter.readUInt32BE(at + 4) : syncSafe(chapter, at + 4));
  }
  return found;
}

/** Values in a frame of text, which are separated by a nought; a text that somebody names has its name before. */
function values(id: string, frame: Buffer): number {
  const encoding = frame[0] ?? 0;
  const isWide = encoding === 1 || encoding === 2;
  const text = frame.subarray(1).toString(isWide ? 'utf16le' : 'latin1');
  const own = id === 'TXXX' || id === 'TXX' ? 1 : 0;
  return text
    .split('\0')
    .slice(own)
    .filter((each) => each.replaceAll(/[\uFEFF\uFFFE]/gu, '') !== '').length;
}

async function apeItems(handle: FileHandle): Promise<string[]> {
  const { size } = await handle.stat();
  for (const end of [size, size - id3v1Bytes]) {
    if (end < apeFooterBytes) continue;
    const footer = await read(handle, end - apeFooterBytes, apeFooterBytes);
    if (footer.toString('latin1', 0, 8) !== 'APETAGEX') continue;
    const [length, count] = [footer.readUInt32LE(12), footer.readUInt32LE(16)];
    if (length > Math.min(end, maxApeBytes)) return [];
    return itemsIn(await read(handle, end - length, length - apeFooterBytes), count);
  }
  return [];
}

/** Each: the size of its value, flags, its key that ends with a nought, and the value. */
function itemsIn(tag: Buffer, count: number): string[] {
  const found: string[] = [];
  for (let at = 0; found.length < count && at + 8 < tag.length;) {
    const end = tag.indexOf(0, at + 8);
    if (end < 0) break;
    const key = tag.toString('latin1', at + 8, end);
    if (/^[ -~]{2,255}$/u.test(key) && !ofSamples.test(key)) found.push(key);
    at = end + 1 + tag.readUInt32LE(at);
  }
  return found;
}

/** `fLaC`, and then blocks: whether it is the last, its kind, its size, and its content. */
async function flacBlocks(handle: FileHandle): Promise<string[]> {
  const application = 2;
  const found = new Set<string>();
  const { size } = await handle.stat();
  if ((await read(handle, 0, 4)).toString('latin1') !== 'fLaC') return [];
  for (let at = 4; at + 4 <= size;) {
    const header = await read(handle, at, 8);
    const kind = (header[0] ?? 0) & 0x7f;
    const id = header.toString('latin1', 4, 8);
    if (kind === application && /^[ -~]{4}$/u.test(id)) found.add(`APPLICATION ${id}`);
    if (((header[0] ?? 0x80) & 0x80) !== 0) break;
    at += 4 + header.readUIntBE(1, 3);
  }
  return [...found];
}

function syncSafe(buffer: Buffer, at: number): number {
  return [0, 1, 2, 3].reduce((sum, each) => sum * 128 + ((buffer[at + each] ?? 0) & 0x7f), 0);
}

/** A nought after each 255 was put there so that no player takes the tag for sound. */
function withoutUnsync(tag: Buffer): Buffer {
  return Buffer.from(tag.filter((byte, index) => !(byte === 0 && tag[index - 1] === 0xff)));
}

function extendedHeader(content: Buffer, version: number): number {
  if (content.length < 4) return 0;
  return version === 3 ? 4 + content.readUInt32BE(0) : syncSafe(content, 0);
}

/** As many bytes as there are, up to so many; the rest is 0. */
async function read(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, at);
  return buffer;
}
