import { open, type FileHandle } from 'node:fs/promises';

/** RIFF, and RF64 of EBU Tech 3306: the file's id, its size, `WAVE`; then chunks, each with its id, its size and its content. */
const fileHeaderBytes = 12;
const chunkHeaderBytes = 8;
/** In RF64 a chunk above 4 GiB says so; its size stands in `ds64`. */
const sizeElsewhere = 0xffff_ffff;
/** In `ds64`, after the size of the whole file. */
const dataSizeOffset = 8;
const maxChunks = 10_000;

/** Text in XML, in the words of who writes it. */
const texts: Readonly<Record<string, string>> = { iXML: 'iXML', _PMX: 'XMP', axml: 'ADM' };

/** The sound itself, what ffmpeg reads, what fills space, and what is worked out of the sound. */
const expectedChunks = new Set([
  ...['fmt ', 'data', 'ds64', 'fact', 'LIST', 'bext', 'cue ', 'id3 ', 'ID3 '],
  ...['JUNK', 'junk', 'FLLR', 'PAD ', 'PEAK', 'levl', 'MD5 ', 'SMV0', 'slnt', 'wavl'],
]);

/** Of others: what is shorter is a number or two for samplers. */
const leastBytes = 64;

/**
 * Names of what recorders and editors keep in chunks of a WAV that ffmpeg does not copy (scene, take and notes; XMP; what a
 * station plays when); none for a file that is none, or is damaged.
 */
export async function uncopiedChunks(file: string): Promise<string[]> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const found: string[] = [];
    let dataSize: number | undefined;
    let at = fileHeaderBytes;
    for (let count = 0; count < maxChunks && at + chunkHeaderBytes <= size; count += 1) {
      const header = await read(handle, at, chunkHeaderBytes);
      const id = header.toString('latin1', 0, 4);
      const said = header.readUInt32LE(4);
      const start = at + chunkHeaderBytes;
      if (id === 'ds64' && said >= 2 * dataSizeOffset)
        dataSize = Number((await read(handle, start + dataSizeOffset, 8)).readBigUInt64LE());
      const isOther = !expectedChunks.has(id) && said >= leastBytes && /^[ -~]+$/u.test(id);
      const name = texts[id] ?? (isOther ? id : undefined);
      if (name !== undefined && !found.includes(name)) found.push(name);
      const length = said === sizeElsewhere ? dataSize : said;
      if (length === undefined) break;
      // Each begins at an even byte.
      at = start + length + (length % 2);
    }
    return found;
  } finally {
    await handle.close();
  }
}

async function read(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, at);
  return buffer;
}
