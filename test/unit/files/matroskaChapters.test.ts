import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { uncopiedChapters } from '../../../src/files/matroskaChapters.ts';

/** `id` as it is written; the size in eight bytes, as muxers do that fill it in later, or in one. */
function element(id: number, ...content: Uint8Array[]): Buffer {
  const inside = Buffer.concat(content);
  const name = Buffer.from(id.toString(16).padStart(id > 0xff ? 4 : 2, '0'), 'hex');
  if (inside.length < 127) return Buffer.concat([name, Buffer.from([0x80 | inside.length]), inside]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(inside.length));
  size[0] = 0x01;
  return Buffer.concat([name, size, inside]);
}

const unknownSize = Buffer.from([0x01, 255, 255, 255, 255, 255, 255, 255]);
const header = element(0x1a45dfa3, Buffer.from('matroska'));
const title = element(0x80, element(0x85, Buffer.from('Part')));
const atom = (...inside: Buffer[]): Buffer =>
  element(0xb6, element(0x91, Buffer.from([0])), title, ...inside);
const edition = (...inside: Buffer[]): Buffer => element(0x45b9, ...inside);
const chapters = (...editions: Buffer[]): Buffer => element(0x1043a770, ...editions);
const cluster = element(0x1f43b675, Buffer.alloc(500, 0x10));
const info = element(0x1549a966, Buffer.alloc(200, 0x43));

describe('what ffmpeg does not copy of the chapters of Matroska', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-chapters-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const found = async (...bytes: Uint8Array[]): Promise<string[]> => {
    const file = path.join(folder, 'film.mkv');
    await writeFile(file, bytes);
    return uncopiedChapters(file);
  };
  const film = (...content: Buffer[]): Buffer[] => [header, element(0x18538067, ...content)];

  it('is nothing of plain chapters, nor where there are none', async () => {
    assert.deepEqual(await found(...film(info, chapters(edition(atom(), atom())), cluster)), []);
    assert.deepEqual(await found(...film(info, cluster)), []);
  });

  for (const [what, said, ...editions] of [
    ['chapters within chapters', ['chapters within chapters'], edition(atom(atom()), atom())],
    ['editions after the first', ['further editions of its chapters'], edition(atom()), edition(atom())],
    [
      'the order in which they are played',
      ['an order in which its chapters are played'],
      edition(element(0x45dd, Buffer.from([1])), atom()),
    ],
    ['titles in another language', ['titles of chapters in further languages'], edition(atom(title))],
    ['none of an order that is switched off', [], edition(element(0x45dd, Buffer.from([0])), atom())],
  ] as const)
    it(`is ${what}`, async () => {
      assert.deepEqual(await found(...film(info, chapters(...editions), cluster)), said);
    });

  it('is found behind the film, where the list at its beginning says', async () => {
    const last = chapters(edition(atom(atom())));
    const listOf = (place: number): Buffer => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(place);
      const seek = element(0x4dbb, element(0x53ab, Buffer.from('1043a770', 'hex')), element(0x53ac, bytes));
      return element(0x114d9b74, seek);
    };
    const place = listOf(0).length + info.length + cluster.length;
    assert.deepEqual(await found(...film(listOf(place), info, cluster, last)), ['chapters within chapters']);
    // A list that leads nowhere.
    assert.deepEqual(await found(...film(listOf(place + 1), info, cluster, last)), []);
  });

  it('is found in a recording whose size was never filled in', async () => {
    const segment = Buffer.concat([Buffer.from('18538067', 'hex'), unknownSize]);
    const nested = chapters(edition(atom(atom())));
    assert.deepEqual(await found(header, segment, info, nested, cluster), ['chapters within chapters']);
  });

  it('is nothing of what is no Matroska, or damaged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(300), async (bytes, cut) => {
        await found(bytes);
        const whole = Buffer.concat(film(info, chapters(edition(atom(atom()))), cluster));
        await found(whole.subarray(0, cut), bytes);
      }),
      { numRuns: 200 },
    );
  });
});
