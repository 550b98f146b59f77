import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { renameOver } from './atomicWrite.ts';
import { tarOf, type TarEntry } from './tar.ts';

export interface Packed {
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of the file, in hexadecimal digits. */
  readonly digest: string;
}

/** Writes `file`, a .tgz of these entries: whole under its name, or not at all. `level`: of gzip, 1 to 9. */
export async function packTar(file: string, entries: Iterable<TarEntry>, level: number): Promise<Packed> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  const hash = createHash('sha256');
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    const handle = await open(temporary, 'w', 0o644);
    await pipeline(
      Readable.from(tarOf(entries)),
      createGzip({ level }),
      counting,
      handle.createWriteStream({ flush: true }),
    );
    await renameOver(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { file, bytes, digest: hash.digest('hex') };
}
