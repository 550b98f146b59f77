import { open, type FileHandle } from 'node:fs/promises';
import { boxesOf, headerBytes, type Box, type Stretch } from './isoBoxes.ts';
import { FilmData, lookAtTrack, type TrackTrait } from './isoTracks.ts';

/** Something that a result would not have. */
export interface Uncopied {
  readonly name: string;
  readonly loses: 'tags' | 'chapters' | 'stereo-3d' | 'spherical';
}

/** Of `data` in an item of `ilst`: its kind and its language. */
const dataHeaderBytes = 8;
/** Of the type of a `uuid` box. */
const uuidBytes = 16;
/** Read of what is no box. */
const probedBytes = 65_536;

/** Adobe's XMP Specification, part 3: `uuid` beside the film. */
const xmpUuid = 'be7acfcb97a942e89c71999491e3afac';
/** Of spherical film (Google's first version), which is looked at as what a picture is. */
const sphericalUuid = 'ffcc8263f8554a938814587a02521fdd';

/** What holds further boxes, at whatever level. */
const containers = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'edts', 'dinf', 'tref', 'gmhd']);

/** Boxes that ffmpeg reads or makes anew, and such as say nothing of the film. */
const expectedBoxes = new Set([
  ...['ftyp', 'styp', 'mdat', 'pdin', 'moof', 'mfra', 'sidx', 'ssix', 'prft', 'emsg'],
  ...['mvhd', 'mvex', 'iods', 'cmov', 'pssh', 'ctab', 'clip', 'tkhd', 'tapt', 'load', 'matt', 'kmat', 'txas'],
  ...['mdhd', 'hdlr', 'elng', 'vmhd', 'smhd', 'hmhd', 'nmhd', 'sthd', 'gmin', 'tmcd', 'text', 'dref', 'elst'],
  ...['stsd', 'stts', 'ctts', 'cslg', 'stss', 'stps', 'stsc', 'stsz', 'stz2', 'stco', 'co64', 'stsh', 'padb'],
  ...['sdtp', 'sbgp', 'sgpd', 'subs', 'saiz', 'saio', 'stdp', 'chap', 'sync', 'scpt', 'ssrc', 'hint', 'cdsc'],
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

/** A few bytes in which a camera names itself are no loss; settings, places and notes take more. */
const leastBytes = 256;

const traitLosses = {
  'second-eye': { name: 'the second eye', loses: 'stereo-3d' },
  directions: { name: 'directions of its sound (SA3D)', loses: 'spherical' },
} as const satisfies Record<TrackTrait, Uncopied>;

/**
 * What an MP4 or QuickTime file carries that ffmpeg does not copy: XMP (what photo and video programs keep of a film: rating,
 * keywords, people), what cameras write beside or behind the film (GPMF), tags that it does not know (tmpo), the second eye of a
 * spatial video, where the sound of a 360° camera comes from. Nothing for a file that is none, or is damaged.
 */
export async function uncopiedBoxes(file: string): Promise<Uncopied[]> {
  const handle = await open(file, 'r');
  const found = new Set<string>();
  const film = new FilmData();
  const traits = new Set<TrackTrait>();
  let reached = 0;
  try {
    const { size } = await handle.stat();
    for await (const box of boxesOf(handle, { start: 0, end: size })) {
      reached = box.end;
      film.add(box);
      await lookAt(handle, box, found);
      if (box.type !== 'moov') continue;
      for await (const track of boxesOf(handle, box))
        if (track.type === 'trak') await lookAtTrack(handle, track, { film, traits });
    }
    if (await isSomething(handle, { start: reached, end: size })) found.add('what lies behind its end');
    if (film.leftOver) found.add('what lies between its frames');
    return [
      ...[...found].map((name) => ({ name, loses: 'tags' as const })),
      ...[...traits].map((trait) => traitLosses[trait]),
    ];
  } finally {
    await handle.close();
  }
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
    for await (const { type: inside } of boxesOf(handle, metaContent(box)))
      if (inside === 'xml ' || inside === 'bxml') found.add('XML');
  } else if (type === 'udta') await lookAtUserData(handle, box, found);
  else if (containers.has(type))
    for await (const inside of boxesOf(handle, box)) await lookAt(handle, inside, found);
  else if (!expectedBoxes.has(type) && end - start >= leastBytes) found.add(printable(type));
}

/** Bytes that are no box, and not the beginning of one that was cut off. */
async function isSomething(handle: FileHandle, { start, end }: Stretch): Promise<boolean> {
  if (end - start < leastBytes) return false;
  const length = Math.min(end - start, probedBytes);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start);
  const isCutOff = expectedBoxes.has(buffer.toString('latin1', 4, headerBytes));
  return !isCutOff && buffer.subarray(0, bytesRead).some((byte) => byte !== 0);
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
const metaContent = ({ start, end }: Box): Stretch => ({ start: start + 4, end });

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

async function uuidOf(handle: FileHandle, { start, end }: Box): Promise<string | undefined> {
  if (end - start < uuidBytes) return undefined;
  const { buffer } = await handle.read(Buffer.alloc(uuidBytes), 0, uuidBytes, start);
  return buffer.toString('hex');
}
