import { open, type FileHandle } from 'node:fs/promises';

/**
 * Elements of EBML as Matroska uses them (RFC 8794, RFC 9559): a number that names it, the size of its content, the content.
 * Both numbers have a width that their first byte tells.
 */
const segmentId = 0x18538067;
const seekHeadId = 0x114d9b74;
const seekId = 0x4dbb;
const seekNameId = 0x53ab;
const seekPlaceId = 0x53ac;
const clusterId = 0x1f43b675;
const chaptersId = 0x1043a770;
const editionId = 0x45b9;
const orderedId = 0x45dd;
const atomId = 0xb6;
const displayId = 0x80;

/** Of the widest number, and of the widest size. */
const headerBytes = 4 + 8;
/** Of all chapters; more are no chapters. */
const maxChapters = 4_194_304;
/** Elements on one level that are looked at. */
const maxElements = 10_000;
/** Chapters within chapters that are looked at. */
const maxDepth = 16;

interface Element {
  readonly id: number;
  /** Of its content. */
  readonly start: number;
  /** Infinity where it does not say. */
  readonly end: number;
}

/**
 * What the chapters of a Matroska file have that ffmpeg does not read: it takes the titles of the first level, in one language, of
 * all editions as if they were one. Empty for a file that is none, or is damaged.
 */
export async function uncopiedChapters(file: string): Promise<string[]> {
  const handle = await open(file, 'r');
  try {
    const chapters = await chaptersOf(handle);
    return chapters ? lostOf(chapters) : [];
  } finally {
    await handle.close();
  }
}

/** They stand before the film, or where the list at its beginning says. */
async function chaptersOf(handle: FileHandle): Promise<Buffer | undefined> {
  const { size } = await handle.stat();
  const segment = await find(handle, { start: 0, end: size }, segmentId);
  if (!segment) return undefined;
  const stretch = { start: segment.start, end: Math.min(segment.end, size) };
  for await (const element of elementsOf(handle, stretch)) {
    if (element.id === clusterId) return undefined;
    if (element.id === chaptersId) return contentOf(handle, element);
    if (element.id !== seekHeadId) continue;
    const place = placeOf(await contentOf(handle, element), chaptersId);
    if (place === undefined) continue;
    const there = await elementAt(handle, segment.start + place);
    if (there?.id === chaptersId) return contentOf(handle, there);
  }
  return undefined;
}

function placeOf(seekHead: Buffer | undefined, wanted: number): number | undefined {
  for (const seek of within(seekHead)) {
    if (seek.id !== seekId) continue;
    const parts = within(seek.content);
    const name = parts.find(({ id }) => id === seekNameId)?.content;
    const place = parts.find(({ id }) => id === seekPlaceId)?.content;
    if (name && place && numberOf(name) === wanted) return numberOf(place);
  }
  return undefined;
}

function lostOf(chapters: Buffer): string[] {
  const editions = within(chapters).filter(({ id }) => id === editionId);
  const atoms = editions.flatMap(({ content }) => within(content).filter(({ id }) => id === atomId));
  const isOrdered = editions.some(({ content }) =>
    within(content).some(({ id, content: flag }) => id === orderedId && numberOf(flag) === 1),
  );
  return [
    ...(editions.length > 1 ? ['further editions of its chapters'] : []),
    ...(isOrdered ? ['an order in which its chapters are played'] : []),
    ...(atoms.some(({ content }) => within(content).some(({ id }) => id === atomId))
      ? ['chapters within chapters']
      : []),
    ...(atoms.some((atom) => hasMoreTitles(atom.content)) ? ['titles of chapters in further languages'] : []),
  ];
}

function hasMoreTitles(atom: Buffer, depth = 0): boolean {
  if (depth > maxDepth) return false;
  const inside = within(atom);
  return (
    inside.filter(({ id }) => id === displayId).length > 1 ||
    inside.some(({ id, content }) => id === atomId && hasMoreTitles(content, depth + 1))
  );
}

interface Part {
  readonly id: number;
  readonly content: Buffer;
}

/** The elements of one that was read; it ends at what is none, or is cut off. */
function within(content: Buffer | undefined): Part[] {
  const parts: Part[] = [];
  for (let at = 0; content && at < content.length && parts.length < maxElements;) {
    const header = headerOf(content.subarray(at, at + headerBytes));
    if (!header || at + header.length + header.size > content.length) break;
    const start = at + header.length;
    parts.push({ id: header.id, content: content.subarray(start, start + header.size) });
    at = start + header.size;
  }
  return parts;
}

/** Those of a stretch of the file, in order; it ends at what is none, is cut off, or does not say how long it is. */
async function* elementsOf(
  handle: FileHandle,
  { start, end }: Pick<Element, 'start' | 'end'>,
): AsyncGenerator<Element> {
  let at = start;
  for (let count = 0; count < maxElements && at < end; count += 1) {
    const element = await elementAt(handle, at);
    if (!element) return;
    yield element;
    if (element.end > end) return;
    at = element.end;
  }
}

async function find(
  handle: FileHandle,
  stretch: Pick<Element, 'start' | 'end'>,
  wanted: number,
): Promise<Element | undefined> {
  for await (const element of elementsOf(handle, stretch)) if (element.id === wanted) return element;
  return undefined;
}

async function elementAt(handle: FileHandle, at: number): Promise<Element | undefined> {
  if (!Number.isSafeInteger(at) || at < 0) return undefined;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, at);
  const header = headerOf(buffer.subarray(0, bytesRead));
  if (!header) return undefined;
  const start = at + header.length;
  return { id: header.id, start, end: start + header.size };
}

async function contentOf(handle: FileHandle, { start, end }: Element): Promise<Buffer | undefined> {
  const length = end - start;
  if (length > maxChapters) return undefined;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start);
  return buffer.subarray(0, bytesRead);
}

/** Of an element: its name keeps the bit that tells its width, its size does not; all bits set: it does not say. */
function headerOf(bytes: Buffer): { id: number; size: number; length: number } | undefined {
  const idWidth = widthOf(bytes[0]);
  const sizeWidth = widthOf(bytes[idWidth]);
  const length = idWidth + sizeWidth;
  if (idWidth === 0 || idWidth > 4 || sizeWidth === 0 || bytes.length < length) return undefined;
  const [first = 0, ...further] = bytes.subarray(idWidth, length);
  // The mark is taken off first: with it, eight bytes are more than a number holds exactly.
  const value = numberOf([first & (0xff >> sizeWidth), ...further]);
  const most = 2 ** (7 * sizeWidth) - 1;
  return { id: bytes.readUIntBE(0, idWidth), size: value === most ? Infinity : value, length };
}

/** In bytes; 0: no such number. */
function widthOf(first = 0): number {
  return first === 0 ? 0 : Math.clz32(first) - 23;
}

/** Whole and without sign; beyond 2^53 not exact, which no file is. */
function numberOf(bytes: Iterable<number>): number {
  let number = 0;
  for (const byte of bytes) number = number * 256 + byte;
  return number;
}
