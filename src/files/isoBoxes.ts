import { open, type FileHandle } from 'node:fs/promises';

/** ISO/IEC 14496-12: a box has its size (4 bytes, or 8 where those say 1) and its type, and then its content. */
const headerBytes = 8;
const longHeaderBytes = 16;
/** Of `data` in an item of `ilst`: its kind and its language. */
const dataHeaderBytes = 8;
/** Of the type of a `uuid` box. */
const uuidBytes = 16;
/** Boxes on one level that are looked at: a recording in fragments has thousands, and what is looked for stands at the ends. */
const maxBoxes = 100_000;

/** Adobe's XMP Specification, part 3: `uuid` beside the film. */
const xmpUuid = 'be7acfcb97a942e89c71999491e3afac';

/** Something that a result would not have. */
export interface Uncopied {
  readonly name: string;
  readonly loses: 'tags' | 'stereo-3d';
}

interface Box {
  readonly type: string;
  /** Of its content. */
  readonly start: number;
  readonly end: number;
}

/** Of spherical film (Google's first version), which is looked at as what a picture is. */
const sphericalUuid = 'ffcc8263f8554a938814587a02521fdd';

/** Boxes of the file, and of `moov`, that ffmpeg reads or makes anew, and such as say nothing of the film. */
const expectedBoxes = new Set([
  ...['ftyp', 'styp', 'moov', 'mdat', 'pdin', 'moof', 'mfra', 'sidx', 'ssix', 'prft', 'emsg'],
  ...['mvhd', 'trak', 'udta', 'mvex', 'iods', 'cmov', 'pssh', 'ctab', 'clip'],
  ...['free', 'skip', 'wide', 'junk', 'pnot', 'PICT', 'pict'],
]);

/**
 * In `udta`: what ffmpeg reads as a tag or as chapters, how a player had its window, hints for streaming, previews.
 * As libavformat/mov.c has them, from version 4 on.
 */
const readUserData = new Set([
  ...['meta', 'chpl', 'HMMT', 'loci', 'FIRM', 'manu', 'modl', 'cprt', '@PRM', '@PRQ', 'free', 'skip', 'name'],
  ...['WLOC', 'LOOP', 'SelO', 'AllF', 'ptv ', 'hnti', 'hinf', 'mcvr', 'thmb', 'tagc', 'ludt'],
]);

/** In `ilst`, where iTunes and its like keep tags: what ffmpeg reads, and what only says in which shop it was bought. */
const readItems = new Set([
  ...['aART', 'akID', 'apID', 'catg', 'cpil', 'cprt', 'desc', 'disk', 'egid', 'gnre', 'hdvd', 'keyw', 'ldes'],
  ...['pcst', 'pgap', 'purd', 'rtng', 'soaa', 'soal', 'soar', 'soco', 'sonm', 'sosn', 'stik', 'trkn', 'tven'],
  ...['tves', 'tvnn', 'tvsh', 'tvsn', 'covr', '----'],
  ...['cnID', 'sfID', 'plID', 'geID', 'atID', 'cmID', 'xid ', 'flvr', 'purl', 'ownr', 'free'],
]);

/** Tags of four characters whose first is `©`, as ffmpeg reads them anywhere. */
const readText = new Set(
  (
    'ART PRD alb aut chp cmt com cpy day dir dis ed1 enc fmt gen grp hst inf lyr mak mod nam ope prd prf req src ' +
    'st3 swr too trk url wrn wrt xyz'
  ).split(' '),
);

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

/** A few bytes in which a camera names itself are no loss; settings, places and notes take more. */
const leastBytes = 256;

/**
 * What an MP4 or QuickTime file carries that ffmpeg does not copy: XMP (what photo and video programs keep of a film: rating,
 * keywords, people), what cameras write beside or behind the film (GPMF), tags that it does not know (tmpo), the second eye of a
 * spatial video. Nothing for a file that is none, or is damaged.
 */
export async function uncopiedBoxes(file: string): Promise<Uncopied[]> {
  const handle = await open(file, 'r');
  const found = new Set<string>();
  const film = new FilmData();
  let secondEye = false;
  let reached = 0;
  try {
    const { size } = await handle.stat();
    for await (const box of boxesOf(handle, { start: 0, end: size })) {
      reached = box.end;
      film.add(box);
      await lookAt(handle, box, found);
      if (box.type !== 'moov') continue;
      for await (const inside of boxesOf(handle, box)) {
        await lookAt(handle, inside, found);
        if (inside.type === 'udta') await lookAtUserData(handle, inside, found);
        if (inside.type === 'trak') secondEye = (await lookAtTrack(handle, inside, film)) || secondEye;
      }
    }
    if (await isSomething(handle, { start: reached, end: size })) found.add('what lies behind its end');
    if (film.leftOver) found.add('what lies between its frames');
    return [
      ...[...found].map((name) => ({ name, loses: 'tags' as const })),
      ...(secondEye ? [{ name: 'the second eye', loses: 'stereo-3d' as const }] : []),
    ];
  } finally {
    await handle.close();
  }
}

/** Whether all that is kept as film belongs to a track. */
class FilmData {
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
async function lookAtTrack(handle: FileHandle, track: Box, film: FilmData): Promise<boolean> {
  const table = await inside(handle, track, ['mdia', 'minf', 'stbl']);
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

async function inside(handle: FileHandle, box: Box, way: readonly string[]): Promise<Box | undefined> {
  const [next, ...further] = way;
  if (next === undefined) return box;
  for await (const each of boxesOf(handle, box)) if (each.type === next) return inside(handle, each, further);
  return undefined;
}

/** Bytes that are no box, and not the beginning of one that was cut off. */
async function isSomething(handle: FileHandle, { start, end }: Pick<Box, 'start' | 'end'>): Promise<boolean> {
  if (end - start < leastBytes) return false;
  const length = Math.min(end - start, sizesAtOnce);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start);
  const isCutOff = expectedBoxes.has(buffer.toString('latin1', 4, headerBytes));
  return !isCutOff && buffer.subarray(0, bytesRead).some((byte) => byte !== 0);
}

async function lookAt(handle: FileHandle, box: Box, found: Set<string>): Promise<void> {
  const { type, start, end } = box;
  if (type === 'uuid') {
    const uuid = await uuidOf(handle, box);
    if (uuid === xmpUuid) found.add('XMP');
    else if (uuid !== undefined && uuid !== sphericalUuid && end - start >= leastBytes)
      found.add(`uuid ${uuid}`);
  } else if (type === 'meta') {
    // ffmpeg reads keys and their values; what is told in another form (XML of a camera) it does not.
    for (const inside of await typesIn(handle, metaContent(box)))
      if (inside === 'xml ' || inside === 'bxml') found.add('XML');
  } else if (!expectedBoxes.has(type) && end - start >= leastBytes) found.add(printable(type));
}

async function lookAtUserData(handle: FileHandle, udta: Box, found: Set<string>): Promise<void> {
  for await (const box of boxesOf(handle, udta)) {
    const { type, start, end } = box;
    if (type === 'XMP_') found.add('XMP');
    else if (type === 'meta') await lookAtItems(handle, box, found);
    else if (!isRead(type, readUserData) && end - start >= leastBytes) found.add(printable(type));
  }
}

async function lookAtItems(handle: FileHandle, meta: Box, found: Set<string>): Promise<void> {
  for await (const box of boxesOf(handle, metaContent(meta))) {
    if (box.type !== 'ilst') continue;
    for await (const item of boxesOf(handle, box))
      // Its first byte 0: a number, under which `keys` has its name.
      if (!isRead(item.type, readItems) && !item.type.startsWith('\0') && !(await isEmpty(handle, item)))
        found.add(printable(item.type));
  }
}

const isRead = (type: string, known: ReadonlySet<string>): boolean =>
  known.has(type) || (type.startsWith('©') && readText.has(type.slice(1)));

/** Letters as they are, others as their number: a file may have any. */
const printable = (type: string): string =>
  type.replaceAll(/[^ -~©]/gu, (other) => `\\x${other.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** In `udta` it begins with its version; QuickTime's own has none. */
const metaContent = ({ start, end }: Box): Pick<Box, 'start' | 'end'> => ({ start: start + 4, end });

async function typesIn(handle: FileHandle, place: Pick<Box, 'start' | 'end'>): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of boxesOf(handle, place)) types.push(type);
  return types;
}

/** Nothing but a number of nought, as programs write where a person has entered nothing. */
async function isEmpty(handle: FileHandle, item: Box): Promise<boolean> {
  for await (const { type, start, end } of boxesOf(handle, item)) {
    const content = start + dataHeaderBytes;
    if (type !== 'data' || content >= end) continue;
    const length = Math.min(end - content, leastBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, content);
    if (buffer.subarray(0, bytesRead).some((byte) => byte !== 0)) return false;
  }
  return true;
}

async function* boxesOf(handle: FileHandle, { start, end }: Pick<Box, 'start' | 'end'>): AsyncGenerator<Box> {
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

async function uuidOf(handle: FileHandle, { start, end }: Box): Promise<string | undefined> {
  if (end - start < uuidBytes) return undefined;
  const { buffer } = await handle.read(Buffer.alloc(uuidBytes), 0, uuidBytes, start);
  return buffer.toString('hex');
}
