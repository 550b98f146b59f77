import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { hasXmp } from '../../../src/files/isoBoxes.ts';

function box(type: string, ...content: Uint8Array[]): Buffer {
  const inside = Buffer.concat(content);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + inside.length);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, inside]);
}

/** With eight bytes of size, as films above 4 GiB have. */
function longBox(type: string, content: Uint8Array): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(1);
  header.write(type, 4, 'latin1');
  header.writeBigUInt64BE(BigInt(16 + content.length), 8);
  return Buffer.concat([header, content]);
}

const xmp = Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex');
const film = [box('ftyp', Buffer.from('isom')), longBox('mdat', Buffer.alloc(1000, 7))];

describe('XMP in an MP4', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-boxes-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const isFound = async (...boxes: Uint8Array[]): Promise<boolean> => {
    const file = path.join(folder, 'film.mp4');
    await writeFile(file, boxes);
    return hasXmp(file);
  };

  it('is found beside the film, and among what cameras keep', async () => {
    assert.equal(await isFound(...film, box('moov', box('udta', box('meta')))), false);
    assert.equal(await isFound(...film, box('moov'), box('uuid', xmp, Buffer.from('<x:xmpmeta/>'))), true);
    assert.equal(
      await isFound(...film, box('moov', box('mvhd'), box('udta', box('GPMF'), box('XMP_')))),
      true,
    );
    assert.equal(await isFound(...film, box('uuid', Buffer.alloc(16))), false);
  });

  it('is looked for in whatever file without an error and without an end', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(bytes, async (any) => {
        await isFound(...film, any);
        await isFound(any);
        await isFound(box('moov', box('udta', any)));
      }),
      { numRuns: 50 },
    );
  });
});
