import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { uncopiedChunks } from '../../../src/files/iffChunks.ts';

function chunk(id: string, content: Uint8Array, size = content.length): Buffer {
  const header = Buffer.alloc(8);
  header.write(id, 'latin1');
  header.writeUInt32LE(size, 4);
  return Buffer.concat([header, content, Buffer.alloc(content.length % 2)]);
}

describe('chunks that ffmpeg does not copy', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-chunks-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const found = async (id: string, ...chunks: Uint8Array[]): Promise<string[]> => {
    const file = path.join(folder, 'sound.wav');
    await writeFile(file, [Buffer.from(`${id}....WAVE`, 'latin1'), ...chunks]);
    return uncopiedChunks(file);
  };

  it('are named, wherever they stand', async () => {
    const sound = chunk('data', Buffer.alloc(1001, 1));
    assert.deepEqual(await found('RIFF', chunk('fmt ', Buffer.alloc(16)), sound), []);
    assert.deepEqual(await found('RIFF', sound, chunk('iXML', Buffer.from('<BWFXML/>'))), ['iXML']);
    assert.deepEqual(await found('RIFF', chunk('_PMX', Buffer.from('<x/>')), sound), ['XMP']);
  });

  it('are named also where nobody has told us of them, unless they are short', async () => {
    const of = (length: number): Buffer => chunk('cart', Buffer.alloc(length, 1));
    assert.deepEqual(await found('RIFF', of(2048), of(2048), chunk('JUNK', Buffer.alloc(500))), ['cart']);
    assert.deepEqual(await found('RIFF', chunk('acid', Buffer.alloc(24))), []);
    assert.deepEqual(await found('RIFF', chunk('\u0001\u0002ab', Buffer.alloc(100))), []);
  });

  it('are named behind sound whose size stands elsewhere', async () => {
    const sizes = Buffer.alloc(28);
    sizes.writeBigUInt64LE(1000n, 8);
    const sound = chunk('data', Buffer.alloc(1000), 0xffff_ffff);
    assert.deepEqual(await found('RF64', chunk('ds64', sizes), sound, chunk('iXML', Buffer.alloc(2))), [
      'iXML',
    ]);
  });

  it('are named in an AVI, also behind its first part', async () => {
    const avi = async (...chunks: Uint8Array[]) => {
      const file = path.join(folder, 'film.avi');
      await writeFile(file, [Buffer.from('RIFF....AVI ', 'latin1'), ...chunks]);
      return uncopiedChunks(file);
    };
    const movi = chunk('LIST', Buffer.alloc(1000, 1));
    assert.deepEqual(await avi(movi, chunk('idx1', Buffer.alloc(100))), []);
    const further = Buffer.from('RIFF....AVIX', 'latin1');
    assert.deepEqual(await avi(movi, further, movi, chunk('_PMX', Buffer.from('<x/>'))), ['XMP']);
  });

  it('are named in an AIFF, whose sizes have the other order of bytes', async () => {
    const aiff = async (...chunks: (readonly [string, Uint8Array])[]) => {
      const file = path.join(folder, 'sound.aiff');
      const swapped = chunks.map(([id, content]) => {
        const bytes = chunk(id, content);
        bytes.subarray(4, 8).reverse();
        return bytes;
      });
      await writeFile(file, [Buffer.from('FORM....AIFF', 'latin1'), ...swapped]);
      return uncopiedChunks(file);
    };
    const sound = ['SSND', Buffer.alloc(1000)] as const;
    assert.deepEqual(await aiff(sound, ['MARK', Buffer.alloc(2)]), []);
    assert.deepEqual(await aiff(sound, ['MARK', Buffer.alloc(10)], ['basc', Buffer.alloc(84)]), [
      'MARK',
      'basc',
    ]);
  });

  it('are looked for in whatever file without an error and without an end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (any) => {
        await found('RIFF', any);
        await found('FORM', any);
      }),
      { numRuns: 50 },
    );
  });
});
