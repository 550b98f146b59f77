import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DffmpegError } from '../protocol/errors.ts';

/** A file of an archive; its content is given, or the file that holds it. */
export type TarEntry = {
  /** With forward slashes, relative. */
  readonly name: string;
  readonly executable?: boolean;
} & ({ readonly content: string | Uint8Array } | { readonly file: string });

/** Format of ustar (POSIX.1-1988). */
const blockBytes = 512;
const longestName = 100;

/**
 * The same for the same content, always: as npm writes into its own archives. Not 0, which tar calls implausible.
 * Seconds since the epoch.
 */
const modified = Date.UTC(1985, 9, 26, 8, 15) / 1000;

/** The bytes of a tar archive, not compressed: the same for the same entries, whoever packs them, wherever and when. */
export async function* tarOf(entries: Iterable<TarEntry>): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    if ('content' in entry) {
      const content = Buffer.from(entry.content);
      yield header(entry, content.length);
      yield content;
      yield padding(content.length);
    } else {
      const { size } = await stat(entry.file);
      yield header(entry, size);
      yield* bytesOf(entry.file, size);
      yield padding(size);
    }
  }
  yield Buffer.alloc(2 * blockBytes);
}

/** A file that grows or shrinks meanwhile would shift all that follows. */
async function* bytesOf(file: string, size: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > size) break;
    yield chunk;
  }
  if (bytes !== size) throw new DffmpegError('source-changed', `${file} has changed while it was packed.`);
}

function header({ name, executable }: TarEntry, size: number): Buffer {
  if (Buffer.byteLength(name) > longestName) throw new Error(`${name} is too long a name for an archive.`);
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  const fields: readonly (readonly [offset: number, text: string])[] = [
    [0, name],
    [100, octal(executable === true ? 0o755 : 0o644, 7)],
    [108, octal(0, 7)],
    [116, octal(0, 7)],
    [124, octal(size, 11)],
    [136, octal(modified, 11)],
    // The sum is taken with blanks in its own place.
    [148, ' '.repeat(8)],
    [156, '0'],
    [257, 'ustar\0'],
    [263, '00'],
    [329, octal(0, 7)],
    [337, octal(0, 7)],
  ];
  for (const [offset, text] of fields) block.write(text, offset);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)} `, 148);
  return block;
}

function padding(size: number): Buffer {
  return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
}
