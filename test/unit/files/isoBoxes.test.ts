import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { uncopiedBoxes } from '../../../src/files/isoBoxes.ts';

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

describe('what ffmpeg does not copy of an MP4', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-boxes-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const found = async (...boxes: Uint8Array[]): Promise<string[]> => {
    const file = path.join(folder, 'film.mp4');
    await writeFile(file, boxes);
    return uncopiedBoxes(file);
  };
  const much = Buffer.alloc(300, 1);
  const item = (type: string, ...value: number[]): Buffer =>
    box(type, box('data', Buffer.from([0, 0, 0, 21, 0, 0, 0, 0, ...value])));
  const tags = (...items: Buffer[]): Buffer =>
    box('moov', box('udta', box('meta', Buffer.alloc(4), box('hdlr'), box('ilst', ...items))));

  it('is XMP, beside the film and among what cameras keep', async () => {
    assert.deepEqual(await found(...film, box('moov', box('udta', box('meta')))), []);
    assert.deepEqual(await found(...film, box('moov'), box('uuid', xmp, Buffer.from('<x:xmpmeta/>'))), [
      'XMP',
    ]);
    assert.deepEqual(await found(...film, box('moov', box('mvhd'), box('udta', box('free'), box('XMP_')))), [
      'XMP',
    ]);
    assert.deepEqual(await found(...film, box('uuid', Buffer.alloc(16))), []);
  });

  it('is whatever box of the file, of the film or of the camera it does not know, if there is something in it', async () => {
    const uuid = Buffer.alloc(16, 0xab);
    assert.deepEqual(
      await found(
        ...film,
        box('SEFT', much),
        box('uuid', uuid, much),
        box('meta', Buffer.alloc(4), box('hdlr'), box('xml ')),
        box('moov', box('gps ', much), box('udta', box('GPMF', much), box('SETT', Buffer.alloc(12)))),
      ),
      ['SEFT', `uuid ${'ab'.repeat(16)}`, 'XML', 'gps ', 'GPMF'],
    );
    const read = ['HMMT', 'loci', '©xyz', '©swr', 'mcvr'].map((type) => box(type, much));
    assert.deepEqual(await found(...film, box('free', much), box('moov', box('udta', ...read))), []);
    assert.deepEqual(
      await found(...film, box('moov', box('udta', box('©abc', much), box('\u0001a\u0002b', much)))),
      ['©abc', '\\x01a\\x02b'],
    );
  });

  it('is a tag that it does not know, if it has a value', async () => {
    assert.deepEqual(await found(...film, tags(item('tmpo', 0, 128), item('©wrk', 65), item('©nam', 65))), [
      'tmpo',
      '©wrk',
    ]);
    assert.deepEqual(
      await found(
        ...film,
        tags(item('tmpo', 0, 0), item('shwm', 0), item('cnID', 1), item('\0\0\0\u0001', 1)),
      ),
      [],
    );
  });

  it('is looked for in whatever file without an error and without an end', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(bytes, async (any) => {
        await found(...film, any);
        await found(any);
        await found(box('moov', box('udta', any)));
        await found(tags(Buffer.from(any)));
      }),
      { numRuns: 50 },
    );
  });
});
