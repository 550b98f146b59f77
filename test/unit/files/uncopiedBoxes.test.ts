import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { uncopiedBoxes } from '../../../src/files/uncopiedBoxes.ts';

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
    return (await uncopiedBoxes(file)).map(({ name }) => name);
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
    // Also in a track, as voice memos keep what was said.
    const track = box('trak', box('tkhd'), box('udta', box('tsrp', much)), box('mdia', box('abcd', much)));
    assert.deepEqual(await found(...film, box('moov', track)), ['tsrp', 'abcd']);
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

  it('is what lies behind the last box, unless that was cut off', async () => {
    const whole = [...film, box('moov')];
    assert.deepEqual(await found(...whole, much), ['what lies behind its end']);
    assert.deepEqual(await found(...whole, Buffer.alloc(1000)), []);
    assert.deepEqual(await found(...whole, box('mdat', Buffer.alloc(5000, 1)).subarray(0, 2000)), []);
  });

  /** Samples of so many bytes each. */
  const track = (sizes: readonly number[], ...entry: Buffer[]): Buffer => {
    const table = Buffer.alloc(12 + 4 * sizes.length);
    table.writeUInt32BE(sizes.length, 8);
    for (const [index, each] of sizes.entries()) table.writeUInt32BE(each, 12 + 4 * index);
    const stbl = box('stbl', box('stsd', Buffer.alloc(8), ...entry), box('stsz', table));
    return box('trak', box('tkhd'), box('mdia', box('minf', stbl)));
  };

  it('is film that belongs to no track', async () => {
    const data = (bytes: number): Buffer => box('mdat', Buffer.alloc(bytes, 1));
    const moov = box('moov', track([40_000, 50_000]), track([10_000]));
    assert.deepEqual(await found(data(100_000), moov), []);
    assert.deepEqual(await found(data(101_000), moov), [], 'between frames');
    assert.deepEqual(await found(data(100_000), moov, data(20_000)), ['what lies between its frames']);
    assert.deepEqual(await found(data(120_000), moov, box('moof')), [], 'in fragments');
  });

  it('is the second eye of a spatial video', async () => {
    const entry = (type: string, ...boxes: Buffer[]): Buffer => box(type, Buffer.alloc(78), ...boxes);
    const of = (...boxes: Buffer[]) => found(...film, box('moov', track([1000], ...boxes)));
    assert.deepEqual(await of(entry('hvc1', box('hvcC'), box('lhvC'))), ['the second eye']);
    assert.deepEqual(await of(entry('hvc1', box('hvcC'))), []);
    assert.deepEqual(await of(entry('mp4a', box('lhvC'))), []);
  });

  it('is where the sound of a 360° camera comes from, in whatever version of its sample entry', async () => {
    const sound = (header: number, ...boxes: Buffer[]) =>
      found(...film, box('moov', track([1000], box('mp4a', Buffer.alloc(header), ...boxes))));
    for (const header of [28, 44, 64])
      assert.deepEqual(await sound(header, box('esds', much), box('SA3D', Buffer.alloc(28))), [
        'directions of its sound (SA3D)',
      ]);
    assert.deepEqual(await sound(28, box('esds', Buffer.from('SA3D'))), []);
  });

  it('is looked for in whatever file without an error and without an end', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(bytes, async (any) => {
        await found(...film, any);
        await found(any);
        await found(box('moov', box('udta', any)));
        await found(tags(Buffer.from(any)));
        await found(box('moov', track([], Buffer.from(any))));
      }),
      { numRuns: 50 },
    );
  });
});
