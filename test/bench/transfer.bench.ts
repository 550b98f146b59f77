/**
 * A file of DFFMPEG_BENCH_MEBIBYTES (1024) from one process to another over TLS on the loopback, hashed on the way and
 * written to disk: over a connection for files, dialled by either side, beside a tuned `node:https` GET with SHA-256 of the
 * same file (`lib/transferPeer.ts`). Rounds are pairs in turn, each time in another order; promised is at least 0.95 of the
 * GET's throughput. A round before them, in which code and memory get warm as in a daemon that has run for a while, does not
 * count. Says when others used the machine meanwhile.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { FetchedFile } from '../../src/files/fetchedFile.ts';
import { FileLink } from '../../src/files/fileLink.ts';
import { pullRanges } from '../../src/files/pullRanges.ts';
import { maxMessageBytes, type ByteChannel } from '../../src/transport/byteChannel.ts';
import { tlsDialler } from '../../src/transport/tlsDial.ts';
import { WebSocketByteChannel } from '../../src/transport/websocketByteChannel.ts';
import { openWebSocket } from '../../src/transport/websocketClient.ts';
import { key, listenForFiles } from '../integration/files/support/fileListener.ts';
import { machineCpuSeconds, sayWhetherIdle } from './lib/machineUse.ts';
import { report } from './lib/report.ts';

const mebibytes = Number(process.env['DFFMPEG_BENCH_MEBIBYTES'] ?? 1024);
const rounds = Number(process.env['DFFMPEG_BENCH_ROUNDS'] ?? 5);
const bytes = mebibytes * 1024 * 1024;
const rangesAtOnce = 8;
const folder = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-bench-'));
const source = path.join(folder, 'source');
const target = path.join(folder, 'target');
const { signal } = new AbortController();

interface Timed {
  readonly seconds: number;
  /** Of the side that gives, and of the side that takes. */
  readonly cpu: { readonly giver: number; readonly taker: number };
  /** Cores that others used meanwhile. */
  readonly others: number;
}

const ways = ['get', 'taker', 'holder'] as const;
type Way = (typeof ways)[number];
type Peer = ChildProcessByStdio<Writable, Readable, null>;

function startPeer(...args: string[]): { peer: Peer; say: () => Promise<Record<string, unknown>> } {
  const entry = path.join(import.meta.dirname, 'lib', 'transferPeer.ts');
  const peer = spawn(process.execPath, [entry, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(peer.stdout)[Symbol.asyncIterator]();
  const say = async (): Promise<Record<string, unknown>> =>
    JSON.parse(String((await lines.next()).value)) as Record<string, unknown>;
  return { peer, say };
}

/** Both ends are warm when `work` begins; what they did before does not count. */
async function timed({ peer, say }: ReturnType<typeof startPeer>, work: () => Promise<void>): Promise<Timed> {
  const giverUse = async (): Promise<number> => {
    peer.stdin.write('?\n');
    return Number((await say())['cpuSeconds']);
  };
  const before = { giver: await giverUse(), taker: process.cpuUsage(), machine: machineCpuSeconds() };
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(before.taker);
  const machine = machineCpuSeconds() - before.machine;
  const cpu = { giver: (await giverUse()) - before.giver, taker: (user + system) / 1e6 };
  peer.stdin.end();
  await rm(target, { force: true });
  await rm(`${target}.ranges`, { force: true });
  return { seconds, cpu, others: Math.max(0, machine - cpu.giver - cpu.taker) / seconds };
}

async function byGet(): Promise<Timed> {
  const started = startPeer('baseline', source);
  const { port } = await started.say();
  return timed(started, async () => {
    const options = { host: '127.0.0.1', port: Number(port), rejectUnauthorized: false };
    const [response] = (await once(get(options), 'response')) as [IncomingMessage];
    const hash = createHash('sha256');
    const file = createWriteStream(target, { highWaterMark: 4 * 1024 * 1024 });
    for await (const chunk of response as AsyncIterable<Buffer>) {
      hash.update(chunk);
      if (!file.write(chunk)) await once(file, 'drain');
    }
    file.end();
    await once(file, 'close');
    hash.digest();
  });
}

async function byRanges(dials: 'taker' | 'holder'): Promise<Timed> {
  const closing: (() => Promise<void>)[] = [];
  try {
    const link = (channel: ByteChannel): FileLink =>
      new FileLink(channel, {
        ...{ answersAtOnce: 1, maxQuestions: 1 },
        read: () => Promise.reject(new Error('It offers nothing.')),
      });
    let started: ReturnType<typeof startPeer>;
    let files: FileLink;
    let ticket: unknown;
    if (dials === 'taker') {
      started = startPeer('holder', source);
      const ready = await started.say();
      ({ ticket } = ready);
      const url = `wss://127.0.0.1:${String(ready['port'])}/files`;
      const dial = tlsDialler(String(ready['pin']));
      files = await openWebSocket({ url, identity: 'node', key, dial }, maxMessageBytes, (socket) =>
        link(new WebSocketByteChannel(socket)),
      );
    } else {
      const came = Promise.withResolvers<FileLink>();
      const { listener, tls } = await listenForFiles((channel) => {
        came.resolve(link(channel));
      });
      closing.push(() => listener.close());
      started = startPeer('holder', source, listener.url.replace('/channel', '/files'), tls.pin);
      ({ ticket } = await started.say());
      files = await came.promise;
    }
    return await timed(started, async () => {
      const file = await FetchedFile.open(target, bytes, signal);
      await pullRanges({
        ...{ bytes, signal, wanted: file.missing(), atOnce: rangesAtOnce },
        read: (range, until) => files.get(String(ticket), range, until),
        store: (index, range) => file.store(index, range),
      });
      if (file.digest === undefined) throw new Error('A part is missing.');
      await file.close();
    });
  } finally {
    for (const close of closing) await close();
  }
}

try {
  const handle = await open(source, 'w');
  const chunk = randomBytes(1024 * 1024);
  for (let written = 0; written < mebibytes; written += 1) await handle.write(chunk);
  await handle.close();
  const all: Record<Way, Timed>[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const measured: Partial<Record<Way, Timed>> = {};
    for (const way of [...ways.slice(round % ways.length), ...ways.slice(0, round % ways.length)])
      measured[way] = way === 'get' ? await byGet() : await byRanges(way);
    if (round > 0) all.push(measured as Record<Way, Timed>);
  }
  const gibibytes = mebibytes / 1024;
  const perGiB = (pick: (round: (typeof all)[number]) => number): number[] =>
    all.map((round) => pick(round) / gibibytes);
  report(
    'transfer',
    [
      { name: 'node:https GET', unit: 's', values: all.map(({ get: { seconds } }) => seconds) },
      {
        name: 'taker dials: throughput of the GET’s',
        unit: 'ratio',
        values: all.map((round) => round.get.seconds / round.taker.seconds),
        atLeast: 0.95,
      },
      {
        name: 'holder dials: throughput of the GET’s',
        unit: 'ratio',
        values: all.map((round) => round.get.seconds / round.holder.seconds),
        atLeast: 0.95,
      },
      {
        name: 'GET: processor of the server',
        unit: 's/GiB',
        values: perGiB(({ get: { cpu } }) => cpu.giver),
      },
      {
        name: 'GET: processor of the client',
        unit: 's/GiB',
        values: perGiB(({ get: { cpu } }) => cpu.taker),
      },
      { name: 'taker dials: holder', unit: 's/GiB', values: perGiB(({ taker: { cpu } }) => cpu.giver) },
      { name: 'taker dials: taker', unit: 's/GiB', values: perGiB(({ taker: { cpu } }) => cpu.taker) },
      { name: 'holder dials: holder', unit: 's/GiB', values: perGiB(({ holder: { cpu } }) => cpu.giver) },
      { name: 'holder dials: taker', unit: 's/GiB', values: perGiB(({ holder: { cpu } }) => cpu.taker) },
    ],
    { mebibytes, rounds, rangesAtOnce, others: all.map((round) => ways.map((way) => round[way].others)) },
  );
  sayWhetherIdle(all.flatMap((round) => ways.map((way) => round[way].others)));
} finally {
  await rm(folder, { recursive: true, force: true });
}
