import { open, type FileHandle } from 'node:fs/promises';

/**
 * Files in chunks: an id, a size, and the content, one after the other. RIFF (WAV, AVI), RF64 of EBU Tech 3306, and the older
 * IFF (AIFF), whose sizes have the other order of bytes.
 */
const fileHeaderBytes = 12;
const chunkHeaderBytes = 8;
/** In RF64 a chunk above 4 GiB says so; its size stands in `ds64`. */
const sizeElsewhere = 0xffff_ffff;
/** In `ds64`, after the size of the whole file. */
const dataSizeOffset = 8;
const maxChunks = 10_000;

interface Kind {
  /** What ffmpeg reads or makes anew, what fills space, and what is worked out of the sound. */
  readonly expected: ReadonlySet<string>;
  /** Told also where they are short, in the words of who writes them. */
  readonly names: Readonly<Record<string, string>>;
  /** What one of those has at most where there is nothing in it. */
  readonly emptyBytes: number;
}

const filling = ['JUNK', 'junk', 'FLLR', 'PAD ', 'LIST'];

/** By the second word of the file. */
const kinds: Readonly<Record<string, Kind>> = {
  WAVE: {
    expected: new Set([
      ...filling,
      ...['fmt ', 'data', 'ds64', 'fact', 'bext', 'cue ', 'id3 ', 'ID3 '],
      ...['PEAK', 'levl', 'MD5 ', 'SMV0', 'slnt', 'wavl'],
    ]),
    names: { iXML: 'iXML', _PMX: 'XMP', axml: 'ADM' },
    emptyBytes: 0,
  },
  'AVI ': { expected: new Set([...filling, 'idx1']), names: { _PMX: 'XMP' }, emptyBytes: 0 },
  AIFF: {
    expected: new Set([
      ...filling,
      ...['COMM', 'SSND', 'FVER', 'NAME', 'AUTH', '(c) ', 'ANNO', 'ID3 ', 'CHAN', 'wave'],
    ]),
    names: { MARK: 'MARK', COMT: 'COMT' },
    // How many there are.
    emptyBytes: 2,
  },
};

/** Of others: what is shorter is a number or two for samplers. */
const leastBytes = 64;

/**
 * Names of what recorders and editors keep in chunks of a WAV, AIFF or AVI that ffmpeg does not copy (scene, take and notes; XMP;
 * what a station plays when; marks of loops); none for a file that is none, or is damaged.
 */
export async function uncopiedChunks(file: string): Promise<string[]> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const head = (await read(handle, 0, fileHeaderBytes)).toString('latin1');
    const kind = kinds[head.slice(8).replace('AIFC', 'AIFF')];
    if (!kind) return [];
    const isBigEndian = head.startsWith('FORM');
    const found = new Set<string>();
    let dataSize: number | undefined;
    let at = fileHeaderBytes;
    for (let count = 0; count < maxChunks && at + chunkHeaderBytes <= size; count += 1) {
      const header = await read(handle, at, chunkHeaderBytes);
      const id = header.toString('latin1', 0, 4);
      const said = isBigEndian ? header.readUInt32BE(4) : header.readUInt32LE(4);
      const start = at + chunkHeaderBytes;
      // A further part of a large AVI: its chunks follow.
      if (id === 'RIFF') {
        at += fileHeaderBytes;
        continue;
      }
      if (id === 'ds64' && said >= 2 * dataSizeOffset)
        dataSize = Number((await read(handle, start + dataSizeOffset, 8)).readBigUInt64LE());
      const isOther = !kind.expected.has(id) && said >= leastBytes && /^[ -~]+$/u.test(id);
      const name = said > kind.emptyBytes ? kind.names[id] : undefined;
      if (name !== undefined || isOther) found.add(name ?? id);
      const length = said === sizeElsewhere ? dataSize : said;
      if (length === undefined) break;
      // Each begins at an even byte.
      at = start + length + (length % 2);
    }
    return [...found];
  } finally {
    await handle.close();
  }
}

async function read(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, at);
  return buffer;
}
