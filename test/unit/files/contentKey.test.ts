import assert from 'node:assert/strict';
import { link, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { contentKey, sampledBlocks } from '../../../src/files/contentKey.ts';
import { mappedForWriting, openForWriting } from '../../../src/files/openForWriting.ts';

const mebi = 1 << 20;

describe('contentKey', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-key-'))));
  after(() => rm(folder, { recursive: true }));

  const write = async (name: string, data: Buffer): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, data);
    return file;
  };

  it('is equal for equal content, and differs with one byte anywhere', async () => {
    const data = Buffer.alloc(3 * mebi + 17, 7);
    const wholeBytes = 4 * mebi;
    const key = await contentKey(await write('a', data), { wholeBytes });
    assert.equal(await contentKey(await write('b', data), { wholeBytes }), key);
    for (const at of [0, mebi, data.length - 1]) {
      const other = Buffer.from(data);
      other[at] = 8;
      assert.notEqual(await contentKey(await write('c', other), { wholeBytes }), key);
    }
    assert.notEqual(await contentKey(await write('d', data.subarray(1)), { wholeBytes }), key);
  });

  it('of a large file sees its size, both ends, and blocks between', async () => {
    const data = Buffer.alloc(200 * mebi);
    const key = await contentKey(await write('a', data), { wholeBytes: 0 });
    const offsets = sampledBlocks(data.length);
    const middle = offsets[offsets.length >> 1] ?? 0;
    for (const at of [0, 15 * mebi, middle, data.length - 15 * mebi, data.length - 1]) {
      data[at] = 1;
      assert.notEqual(await contentKey(await write('b', data), { wholeBytes: 0 }), key);
      data[at] = 0;
    }
    assert.ok(offsets.length >= 90 && offsets.every((offset) => offset >= 0 && offset < data.length));
  });

  it('stops when it is called off', async () => {
    const file = await write('a', Buffer.alloc(10));
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(contentKey(file, { wholeBytes: 100, signal }), /enough/);
  });

  it('a file that is open for writing is seen as such (Linux)', async function () {
    if (process.platform !== 'linux') this.skip();
    const [read, written] = [await write('r', Buffer.alloc(1)), await write('w', Buffer.alloc(1))];
    const [reader, writer] = [await open(read, 'r'), await open(written, 'r+')];
    assert.deepEqual([...(await openForWriting([read, written]))], [written]);
    await reader.close();
    await writer.close();
    assert.equal((await openForWriting([read, written])).size, 0);
  });

  it('also by another name of the file (Linux)', async function () {
    if (process.platform !== 'linux') this.skip();
    const written = await write('named', Buffer.alloc(1));
    await link(written, path.join(folder, 'other'));
    await using writer = await open(path.join(folder, 'other'), 'r+');
    assert.ok(writer.fd);
    assert.deepEqual([...(await openForWriting([written]))], [written]);
  });

  it('finds what is mapped for writing, and nothing that is only read or private', () => {
    const maps = [
      '55d0-55d1 r--s 00000000 fe:00 11 /films/read.mp4',
      '55d1-55d2 rw-p 00000000 fe:00 12 /usr/lib/libc.so.6',
      '55d2-55d3 rw-s 00001000 fe:00 13                     /films/a clip\\012.mp4',
      '7ffd-7ffe rw-p 00000000 00:00 0                      [stack]',
      '7ffe-7fff rw-s 00000000 00:00 0 ',
    ];
    assert.deepEqual(mappedForWriting(maps.join('\n')), [
      { number: `${0xfe00}:13`, path: '/films/a clip\n.mp4' },
    ]);
  });
});
