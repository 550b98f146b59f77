import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFile,
  mkdtemp,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { BlobCache, type Blob } from '../../../src/files/blobCache.ts';
import { briefKey } from '../../../src/files/contentKey.ts';
import type { ReadRange } from '../../../src/files/neighbourFiles.ts';
import { rangeCount } from '../../../src/files/pullRanges.ts';
import { checkSource, stateOf } from '../../../src/files/sourceFile.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { rangeBytes } from '../../../src/protocol/rangeMessages.ts';
import { startNeighbours, type Neighbours } from './support/neighbours.ts';

describe('files of another machine', () => {
  let folder: string;
  let source: string;
  let content: Buffer;
  let neighbours: Neighbours;
  let maxBytes: number;
  let cache: BlobCache;
  const signal = new AbortController().signal;
  const errors: DffmpegError[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-files-'));
    source = path.join(folder, 'clip.mov');
    content = randomBytes(12 * rangeBytes + 4321);
    await writeFile(source, content);
    neighbours = await startNeighbours();
    maxBytes = 1e9;
    cache = newCache();
    errors.length = 0;
  });
  afterEach(async () => {
    await neighbours.close();
    await rm(folder, { recursive: true });
    assert.deepEqual(errors, []);
  });

  const newCache = (rangesAtOnce = 4): BlobCache =>
    new BlobCache({
      folder: path.join(folder, 'cache'),
      maxBytes: () => maxBytes,
      rangesAtOnce: () => rangesAtOnce,
      onError: (error) => errors.push(error),
    });
  const blobOf = async (file = source): Promise<Blob> => ({
    ...{ holder: 'desk', path: file },
    ...stateOf(await checkSource(file)),
  });
  const reader = (ticket: string): { read: Parameters<BlobCache['take']>[1]['read'] } => ({
    read: (range, until) => neighbours.files.read(ticket, range, until),
  });
  const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const isRight = async (file: string): Promise<void> => {
    assert.equal(hash(await readFile(file)), hash(content));
  };

  for (const dials of ['taker', 'holder'] as const)
    it(`come whole where the ${dials} has dialled, and their digest is known without reading them again`, async () => {
      await neighbours.close();
      neighbours = await startNeighbours(dials);
      await neighbours.connect();
      const blob = await blobOf();
      const copy = await cache.take(blob, { ...reader(neighbours.offered.offer(blob, 'node')), signal });
      await isRight(copy.path);
      assert.equal(path.extname(copy.path), '.mov');
      const digests = Array.from({ length: rangeCount(content.length) }, (_, index) =>
        createHash('sha256')
          .update(content.subarray(index * rangeBytes, (index + 1) * rangeBytes))
          .digest(),
      );
      assert.equal(copy.digest, hash(Buffer.concat(digests)));
      copy.release();
    });

  it('wait while the cable is out, and go on where they were', async () => {
    await neighbours.connect();
    const blob = await blobOf();
    const ticket = neighbours.offered.offer(blob, 'node');
    const asked: number[] = [];
    let cuts = 0;
    let connected = true;
    const copy = await cache.take(blob, {
      read: (range, until) => {
        if (asked.push(range.offset / rangeBytes) % 2 === 0 && connected && cuts < 2) {
          cuts += 1;
          connected = false;
          neighbours.cut();
          void neighbours.connect().then(() => (connected = true));
        }
        return neighbours.files.read(ticket, range, until);
      },
      signal,
    });
    assert.equal(cuts, 2);
    assert.deepEqual(
      asked.sort((one, other) => one - other),
      [...Array(rangeCount(content.length)).keys()],
    );
    await isRight(copy.path);
    copy.release();
  });

  it('are not fetched again after a restart, but for what was not there yet', async () => {
    await neighbours.connect();
    const blob = await blobOf();
    const ticket = neighbours.offered.offer(blob, 'node');
    let asked = 0;
    const { read } = reader(ticket);
    const counting: typeof read = (range, until) => {
      asked += 1;
      return read(range, until);
    };
    const stopped = new AbortController();
    const onProgress = (present: number): void => {
      if (present >= 8 * rangeBytes) stopped.abort();
    };
    await assert.rejects(cache.take(blob, { read, signal: stopped.signal, onProgress }));
    cache = newCache();
    const copy = await cache.take(blob, { read: counting, signal });
    await isRight(copy.path);
    assert.ok(asked > 0 && asked <= 5, String(asked));
    copy.release();
    asked = 0;
    (await newCache().take(blob, { read: counting, signal })).release();
    assert.equal(asked, 0);
  });

  it('are fetched anew after a write that neither size nor time tells of', async () => {
    await neighbours.connect();
    await utimes(source, 1e9, 1e9);
    const take = async (blob: Blob) =>
      cache.take(blob, { ...reader(neighbours.offered.offer(blob, 'node')), signal });
    (await take(await blobOf())).release();
    content = randomBytes(content.length);
    await writeFile(source, content);
    await utimes(source, 1e9, 1e9);
    const copy = await take(await blobOf());
    await isRight(copy.path);
    copy.release();
  });

  it('are no mixture of what was there before a write and after it, where it is known what they held', async () => {
    await neighbours.connect();
    // One part after the other: another one could see the time of the write before it is set back.
    cache = newCache(1);
    await utimes(source, 1000, 1000);
    const blob = { ...(await blobOf()), content: await briefKey(source) };
    const ticket = neighbours.offered.offer(blob, 'node');
    /** Neither size nor time tells of it. */
    const put = async (bytes: Buffer): Promise<void> => {
      const file = await open(source, 'r+');
      await file.write(bytes, 0, bytes.length, 8 * rangeBytes);
      await file.close();
      await utimes(source, 1000, 1000);
    };
    const asked = cache.take(blob, {
      read: async (range, until) => {
        if (range.offset !== 8 * rangeBytes) return neighbours.files.read(ticket, range, until);
        await put(Buffer.alloc(1000));
        const fetched = await neighbours.files.read(ticket, range, until);
        await put(content.subarray(8 * rangeBytes, 8 * rangeBytes + 1000));
        return fetched;
      },
      signal,
    });
    await assert.rejects(asked, { code: 'source-changed' });
    // Nothing of it is taken for the file that it is again.
    const copy = await cache.take(blob, { ...reader(ticket), signal });
    await isRight(copy.path);
    copy.release();
  });

  it('are fetched once for all who want them at once, and go on when one of them leaves', async () => {
    await neighbours.connect();
    const blob = await blobOf();
    const left = new AbortController();
    const leaving = cache.take(blob, {
      ...reader(neighbours.offered.offer(blob, 'node')),
      signal: left.signal,
      onProgress: (present) => {
        if (present > 3 * rangeBytes) left.abort();
      },
    });
    const staying = cache.take(blob, { ...reader(neighbours.offered.offer(blob, 'node')), signal });
    await assert.rejects(leaving, { code: 'cancelled' });
    const copy = await staying;
    await isRight(copy.path);
    assert.ok(neighbours.carried() < 1.03 * content.length + 10_000, String(neighbours.carried()));
    copy.release();
  });

  it('are repaired where a bit of the copy has flipped', async () => {
    await neighbours.connect();
    const blob = await blobOf();
    const ticket = neighbours.offered.offer(blob, 'node');
    const first = await cache.take(blob, { ...reader(ticket), signal });
    first.release();
    const handle = await open(first.path, 'r+');
    const at = 5 * rangeBytes + 17;
    await handle.write(Buffer.from([(content[at] ?? 0) ^ 1]), 0, 1, at);
    await handle.close();
    const before = neighbours.carried();
    const copy = await cache.take(blob, { ...reader(ticket), signal });
    await isRight(copy.path);
    assert.ok(neighbours.carried() - before < 1.5 * rangeBytes);
    copy.release();
  });

  it('are refused when they change while they are read', async () => {
    await neighbours.connect();
    const blob = await blobOf();
    const ticket = neighbours.offered.offer(blob, 'node');
    let changed = false;
    const read: ReadRange = async (_, range, until) => {
      if (range.offset >= 6 * rangeBytes && !changed) {
        changed = true;
        await appendFile(source, 'more');
      }
      return neighbours.files.read(ticket, range, until);
    };
    const taken = cache.take(blob, { read: (range, until) => read('', range, until), signal });
    await assert.rejects(taken, { code: 'source-changed' });
    // What it is now is another blob.
    content = await readFile(source);
    const now = await blobOf();
    const copy = await cache.take(now, { ...reader(neighbours.offered.offer(now, 'node')), signal });
    await isRight(copy.path);
    copy.release();
  });

  it('are asked for by who needs them now, in the place of who fetches ahead, and by others when that one leaves', async () => {
    await neighbours.connect();
    const blob = await blobOf();
    const ahead = Promise.withResolvers<undefined>();
    const yielding = cache.take(blob, {
      read: async (_, until) => {
        ahead.resolve(undefined);
        return untilAborted(until);
      },
      ...{ signal, yields: true },
    });
    await ahead.promise;
    const leaving = new AbortController();
    const asked = Promise.withResolvers<undefined>();
    const first = cache.take(blob, {
      read: async () => {
        asked.resolve(undefined);
        // It cannot ask any more when it has left.
        return untilAborted(leaving.signal);
      },
      signal: leaving.signal,
    });
    await asked.promise;
    // Whoever comes later and can wait does not take its place.
    let came = 0;
    const later = cache.take(blob, {
      read: () => Promise.reject(new Error(`It is not asked: ${(came += 1)}.`)),
      ...{ signal, yields: true },
    });
    const second = cache.take(blob, { ...reader(neighbours.offered.offer(blob, 'node')), signal });
    leaving.abort(new DffmpegError('cancelled', 'The job was cancelled.'));
    await assert.rejects(first, { code: 'cancelled' });
    const copies = await Promise.all([yielding, later, second]);
    assert.equal(came, 0);
    for (const copy of copies) {
      await isRight(copy.path);
      copy.release();
    }
  });

  it('are given to whom they are offered, for as long as they are', async () => {
    await neighbours.connect();
    const blob = await blobOf();
    const { offered, files, clock } = neighbours;
    const range = { offset: 0, length: 10 };
    const refused = { code: 'forbidden' };
    await assert.rejects(files.read(offered.offer(blob, 'somebody-else'), range, signal), refused);
    await assert.rejects(files.read('x'.repeat(43), range, signal), refused);
    const ticket = offered.offer(blob, 'node');
    assert.equal((await files.read(ticket, range, signal)).bytes.length, 10);
    await assert.rejects(files.read(ticket, { offset: blob.bytes - 5, length: 10 }, signal), {
      code: 'request-invalid',
    });
    clock.now += 60_000;
    assert.equal((await files.read(ticket, range, signal)).bytes.length, 10);
    clock.now += 60_001;
    await assert.rejects(files.read(ticket, range, signal), refused);
    // A result waits for its destination, however long that is away.
    const kept = offered.offer(blob, 'node', { keep: true });
    clock.now += 1e9;
    offered.offer(blob, 'node');
    assert.equal((await files.read(kept, range, signal)).bytes.length, 10);
    clock.now += 1e9;
    assert.equal((await files.read(kept, range, signal)).bytes.length, 10);
    const withdrawn = offered.offer(blob, 'node');
    await offered.withdraw(withdrawn);
    await assert.rejects(files.read(withdrawn, range, signal), refused);
    const twice = [offered.offer(blob, 'node'), offered.offer(blob, 'node')];
    await offered.withdrawFile(source, 'somebody-else');
    for (const each of twice) assert.equal((await files.read(each, range, signal)).bytes.length, 10);
    await offered.withdrawFile(source, 'node');
    for (const each of twice) await assert.rejects(files.read(each, range, signal), refused);
  });

  it('are given no more once another file has their name, or what they were offered beside is withdrawn', async () => {
    await neighbours.connect();
    const blob = await blobOf();
    const { offered, files } = neighbours;
    const range = { offset: 0, length: 10 };
    const leading = offered.offer(blob, 'node');
    const beside = offered.offer(blob, 'node', { beside: leading });
    assert.equal((await files.read(beside, range, signal)).bytes.length, 10);
    await offered.withdraw(leading);
    await assert.rejects(files.read(beside, range, signal), { code: 'forbidden' });
    const ticket = offered.offer(blob, 'node');
    const { atime, mtime } = await stat(source);
    await writeFile(`${source}.new`, content);
    await utimes(`${source}.new`, atime, mtime);
    await rename(`${source}.new`, source);
    const same = { ...blob, modified: (await blobOf()).modified };
    await assert.rejects(files.read(offered.offer(same, 'node'), range, signal), { code: 'source-changed' });
    await assert.rejects(files.read(ticket, range, signal), { code: 'source-changed' });
  });

  it('are not taken damaged: a range whose checksum is wrong is asked for again', async () => {
    await neighbours.close();
    let reads = 0;
    neighbours = await startNeighbours('taker', {
      read: (_, offset, into) => {
        reads += 1;
        content.copy(into, 0, offset);
        return Promise.resolve();
      },
    });
    const { theirs } = await neighbours.connect();
    const send = theirs.send.bind(theirs);
    let sent = 0;
    theirs.send = (message) => {
      sent += 1;
      if (sent === 3 && typeof message !== 'string') message[1000] = (message[1000] ?? 0) ^ 1;
      return send(message);
    };
    const blob = await blobOf();
    const copy = await cache.take(blob, { ...reader('t'.repeat(43)), signal });
    await isRight(copy.path);
    assert.equal(reads, rangeCount(content.length) + 1);
    copy.release();
  });

  it('are not served to a neighbour that asks for more than it takes, or that talks nonsense', async () => {
    await neighbours.close();
    const forever = Promise.withResolvers<never>();
    neighbours = await startNeighbours('taker', { maxQuestions: 8, read: () => forever.promise });
    for (const say of [
      (id: number) => JSON.stringify({ t: 'get', id, ticket: 't'.repeat(43), offset: 0, length: rangeBytes }),
      () => '{"t":"get"}',
      () => 'nonsense',
      () => Buffer.alloc(20),
    ]) {
      const { ours, theirs } = await neighbours.connect();
      const closed = new Promise((resolve) => {
        theirs.onClose(resolve);
      });
      for (let id = 0; id < 40; id += 1) await ours.send(say(id)).catch(() => undefined);
      await closed;
    }
  });

  it('make room when they are not used any more, the longest unused first, and never what is in use', async () => {
    await neighbours.connect();
    const files = await Promise.all(
      ['a.mov', 'b.mov', 'c.mov'].map(async (name) => {
        const file = path.join(folder, name);
        await writeFile(file, content);
        return blobOf(file);
      }),
    );
    const copies = [];
    for (const blob of files)
      copies.push(await cache.take(blob, { ...reader(neighbours.offered.offer(blob, 'node')), signal }));
    maxBytes = 1.5 * content.length;
    const [a, b, c] = copies;
    await cache.trim();
    assert.equal((await readdir(path.join(folder, 'cache'))).length, 3);
    a?.release();
    while ((await readdir(path.join(folder, 'cache'))).length > 2) await cache.trim();
    await assert.rejects(stat(a?.path ?? ''), { code: 'ENOENT' });
    await isRight(b?.path ?? '');
    b?.release();
    c?.release();
    while ((await readdir(path.join(folder, 'cache'))).length > 1) await cache.trim();
  });
});

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
