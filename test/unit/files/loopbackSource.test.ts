import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { FetchedFile } from '../../../src/files/fetchedFile.ts';
import type { FetchedRange } from '../../../src/files/fileLink.ts';
import { LoopbackSource } from '../../../src/files/loopbackSource.ts';
import { RangePull } from '../../../src/files/rangePull.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { rangeBytes } from '../../../src/protocol/rangeMessages.ts';

const run = promisify(execFile);

const content = randomBytes(20 * rangeBytes + 1000);

describe('a source over HTTP on the loopback, while it comes', () => {
  let folder: string;
  let file: FetchedFile;
  let pull: RangePull;
  let source: LoopbackSource;
  /** What was asked for, in order, until the test answers it. */
  let asked: Map<number, PromiseWithResolvers<FetchedRange>>;
  let watchers: (() => void)[];
  let waits: boolean[];
  const end = new AbortController();

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-loopback-'));
    const copy = path.join(folder, 'copy');
    asked = new Map();
    [watchers, waits] = [[], []];
    file = await FetchedFile.open(copy, content.length, end.signal);
    pull = new RangePull({
      ...{ file, bytes: content.length, atOnce: () => 3, signal: end.signal, onStored: () => undefined },
      read: async ({ offset }, signal) => {
        const answer = Promise.withResolvers<FetchedRange>();
        signal.addEventListener('abort', () => {
          answer.reject(signal.reason);
        });
        asked.set(offset / rangeBytes, answer);
        for (const look of watchers.splice(0)) look();
        return answer.promise;
      },
    });
    pull.done.catch(() => undefined);
    const given = { path: copy, bytes: content.length, cursor: () => pull.cursor() };
    source = await LoopbackSource.open(given, (waiting) => waits.push(waiting));
  });
  afterEach(async () => {
    await source.close();
    await file.close();
    await rm(folder, { recursive: true });
  });

  const bytesOf = (index: number): Buffer => content.subarray(index * rangeBytes, (index + 1) * rangeBytes);
  async function isAsked(index: number): Promise<PromiseWithResolvers<FetchedRange>> {
    for (;;) {
      const answer = asked.get(index);
      if (answer) return answer;
      await new Promise<void>((resolve) => watchers.push(resolve));
    }
  }
  async function arrives(index: number): Promise<void> {
    const bytes = bytesOf(index);
    (await isAsked(index)).resolve({ bytes, digest: createHash('sha256').update(bytes).digest() });
  }
  async function request(
    options: http.RequestOptions & { url?: string } = {},
  ): Promise<http.IncomingMessage> {
    const sent = http.request(options.url ?? source.url, { agent: false, ...options }).end();
    const [answer] = (await once(sent, 'response')) as [http.IncomingMessage];
    return answer;
  }
  async function bodyOf(answer: http.IncomingMessage): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    return Buffer.concat(parts);
  }

  it('answers with the part that is asked for, once that is there', async () => {
    const first = rangeBytes - 10;
    const answer = await request({ headers: { range: `bytes=${first}-${rangeBytes + 9}` } });
    assert.equal(answer.statusCode, 206);
    assert.equal(answer.headers['content-range'], `bytes ${first}-${rangeBytes + 9}/${content.length}`);
    assert.equal(answer.headers['content-length'], '20');
    const body = bodyOf(answer);
    await arrives(0);
    await arrives(1);
    assert.deepEqual(await body, content.subarray(first, rangeBytes + 10));
    assert.deepEqual(waits.slice(0, 2), [true, false]);
  });

  it('gives all of it, whatever comes first, and asks for nothing twice', async () => {
    const body = request().then(bodyOf);
    for (let index = 0; index <= 20; index += 1) await arrives(index);
    assert.ok((await body).equals(content));
    await pull.done;
  });

  it('says how long it is to HEAD, without a body, and fetches nothing for it', async () => {
    const answer = await request({ method: 'HEAD' });
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['content-length'], String(content.length));
    assert.equal(answer.headers['accept-ranges'], 'bytes');
    assert.equal((await bodyOf(answer)).length, 0);
    assert.equal(asked.size, 0);
  });

  it('has another path than anybody guesses, and answers nothing else', async () => {
    const { origin, pathname } = new URL(source.url);
    assert.match(pathname, /^\/[\w-]{43}$/);
    for (const other of [
      '/',
      pathname.slice(0, -1),
      `${pathname}/`,
      `${pathname}?x`,
      pathname.toUpperCase(),
    ]) {
      const answer = await request({ url: `${origin}${other}` });
      assert.equal(answer.statusCode, 404, other);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      assert.equal((await request({ method })).statusCode, 405);
    const beyond = await request({ headers: { range: `bytes=${content.length}-` } });
    assert.equal(beyond.statusCode, 416);
    assert.equal(beyond.headers['content-range'], `bytes */${content.length}`);
    assert.equal(asked.size, 0);
  });

  it('has what is read at its end fetched before what comes after its beginning', async () => {
    const beginning = await request();
    beginning.resume();
    await isAsked(0);
    // It may have come to look at a few bytes.
    assert.deepEqual([...asked.keys()], [0, 1]);
    const index = await request({ headers: { range: `bytes=${20 * rangeBytes}-` } });
    const body = bodyOf(index);
    await isAsked(20);
    assert.deepEqual([...asked.keys()], [0, 1, 20]);
    await arrives(20);
    assert.deepEqual(await body, content.subarray(20 * rangeBytes));
    beginning.destroy();
  });

  it('has no more fetched ahead of a reader than may be under way', async () => {
    const answer = await request();
    for (let index = 0; index < 4; index += 1) await arrives(index);
    await isAsked(4);
    assert.ok(![...asked.keys()].some((index) => index > 4 + 3), [...asked.keys()].join());
    answer.destroy();
  });

  it('cuts the connection where something cannot be had, and says why; it never ends as if that were all', async () => {
    const answer = await request();
    const body = bodyOf(answer);
    await arrives(0);
    const why = new DffmpegError('source-changed', 'The film changed.');
    (await isAsked(1)).reject(why);
    await assert.rejects(body, { code: 'ECONNRESET' });
    assert.equal(source.failed.reason, why);
    // Nor is anything of it given any more.
    await assert.rejects(request().then(bodyOf));
  });

  it('takes it for no failure that whoever reads hangs up', async () => {
    const answer = await request();
    await isAsked(0);
    const closed = once(answer, 'close');
    answer.destroy();
    await closed;
    const again = await request({ headers: { range: 'bytes=0-9' } });
    await arrives(0);
    assert.equal((await bodyOf(again)).length, 10);
    assert.equal(source.failed.aborted, false);
  });

  it('is gone when it is closed, and that is no failure', async () => {
    const answer = await request();
    const cut = assert.rejects(bodyOf(answer), { code: 'ECONNRESET' });
    await source.close();
    await cut;
    await assert.rejects(request(), { code: 'ECONNREFUSED' });
    assert.equal(source.failed.aborted, false);
    source = await LoopbackSource.open(
      { path: path.join(folder, 'copy'), bytes: content.length, cursor: () => pull.cursor() },
      () => undefined,
    );
  });

  it('is nobody else’s of this machine, who may have read its address in a command line', async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      console.log('      skipped: nobody else can be played here (root on Linux can)');
      this.skip();
    }
    const { port, pathname } = new URL(source.url);
    const ask = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'HEAD ${pathname} HTTP/1.0\\r\\n\\r\\n' >&3; head -1 <&3`;
    const answerTo = async (user: number): Promise<string> => {
      const { stdout } = await run('bash', ['-c', ask], { uid: user, gid: user, cwd: '/' });
      return stdout;
    };
    assert.match(await answerTo(0), / 200 /);
    assert.match(await answerTo(65_534), / 404 /);
  });
});
