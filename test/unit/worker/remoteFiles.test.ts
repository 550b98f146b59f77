import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FileExchange } from '../../../src/files/fileExchange.ts';
import type { ReadRange } from '../../../src/files/neighbourFiles.ts';
import type { OfferedSource } from '../../../src/protocol/offers.ts';
import { rangeBytes } from '../../../src/protocol/rangeMessages.ts';
import type { EncodePayload } from '../../../src/protocol/tasks.ts';
import { RemoteFiles } from '../../../src/worker/remoteFiles.ts';
import { defaultWorkerSettings } from '../../../src/worker/workerSettings.ts';
import { probe } from '../coordinator/fixtures.ts';

const bytes = 3 * rangeBytes;

/** A question for a part of a file, until the test answers it. */
interface Asked {
  readonly ticket: string;
  answer(): void;
}

describe('files of another machine, for a worker', () => {
  let stateDir: string;
  let asked: Asked[];
  let watchers: (() => void)[];
  const { signal } = new AbortController();

  beforeEach(async () => {
    stateDir = await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-remote-'));
    [asked, watchers] = [[], []];
  });
  afterEach(() => rm(stateDir, { recursive: true }));

  const read: ReadRange = (ticket, { length }, until) =>
    new Promise((resolve, reject) => {
      until.addEventListener('abort', () => {
        reject(until.reason as Error);
      });
      const part = Buffer.alloc(length, ticket);
      const digest = createHash('sha256').update(part).digest();
      asked.push({
        ticket,
        answer: () => {
          resolve({ bytes: part, digest });
        },
      });
      for (const look of watchers.splice(0)) look();
    });
  const files = (changes: Partial<typeof defaultWorkerSettings> = {}): RemoteFiles =>
    new RemoteFiles({
      stateDir,
      exchange: { with: () => ({ read }) } as unknown as FileExchange,
      mounts: { locate: () => Promise.reject(new Error('There is no mount.')), distrust: () => undefined },
      settings: { ...defaultWorkerSettings, rangesAtOnce: 1, ...changes },
      onError: (error) => {
        throw error;
      },
    });
  const source = (name: string, ticket: string): OfferedSource => ({
    ...{ path: `/films/${name}`, bytes, modified: '1', changed: '1', ticket },
    identity: { device: '1', inode: name },
  });
  const payload = (name: string): EncodePayload => ({
    ...{ kind: 'encode', jobId: name, onSuccess: 'keep', preset: { container: 'mp4' } },
    sources: [{ path: `/films/${name}`, probe: { ...probe, bytes } }],
    outputs: [{ index: 0, path: '/films/x.mp4' }],
  });
  const offering = (name: string, ticket: string) => () =>
    Promise.resolve({ holder: 'desk', sources: [source(name, ticket)], assets: [] });
  /** The question with that number. */
  async function question(number: number): Promise<Asked> {
    while (asked.length < number) await new Promise<void>((resolve) => watchers.push(resolve));
    const it = asked[number - 1];
    assert(it);
    return it;
  }
  /** Answers them from that number on, as they come. */
  async function answerFrom(number: number, count: number): Promise<string[]> {
    const tickets: string[] = [];
    for (let each = number; each < number + count; each += 1) {
      const it = await question(each);
      tickets.push(it.ticket);
      it.answer();
    }
    return tickets;
  }
  const how = { signal, onProgress: () => undefined };

  it('are fetched ahead while no attempt waits for its own', async () => {
    const remote = files();
    const ahead = remote.fetchAhead(payload('next.mov'), offering('next.mov', 'n'), signal);
    await question(1);
    const now = remote.fetch(payload('now.mov'), offering('now.mov', 'a'), how);
    assert.equal((await question(2)).ticket, 'a');
    asked[0]?.answer();
    // What was asked for comes; nothing more is asked for before the attempt has all of its own.
    assert.deepEqual(await answerFrom(2, 3), ['a', 'a', 'a']);
    const fetched = await now;
    assert.deepEqual(await answerFrom(5, 2), ['n', 'n']);
    (await ahead).release();
    fetched.release();
    const copy = fetched.payload.sources[0]?.path ?? '';
    assert.ok(copy.startsWith(path.join(stateDir, 'cache', 'sources')), copy);
    assert.deepEqual(await readFile(copy), Buffer.alloc(bytes, 'a'));
  });

  it('are gone on with by the attempt that they were fetched for', async () => {
    const remote = files();
    const ahead = remote.fetchAhead(payload('next.mov'), offering('next.mov', 'n'), signal);
    (await question(1)).answer();
    await question(2);
    const now = remote.fetch(payload('next.mov'), offering('next.mov', 'a'), how);
    // The part that was under way is asked for by the attempt, and the first one not again.
    assert.deepEqual(await answerFrom(3, 2), ['a', 'a']);
    for (const fetched of await Promise.all([ahead, now])) fetched.release();
    assert.equal(asked.length, 4);
    assert.equal((await readdir(path.join(stateDir, 'cache', 'sources'))).length, 1);
  });

  it('are not fetched ahead beyond what is kept of sources, nor where the disk has no room', async () => {
    const remote = files({ cacheMegabytes: 10 });
    assert.equal(await remote.hasRoom(10e6, 0), true);
    assert.equal(await remote.hasRoom(10e6, 1), false);
    assert.equal(await files({ scratchLowMegabytes: 1e9 }).hasRoom(1, 0), false);
  });
});
