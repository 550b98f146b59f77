import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { JobLogs } from '../../../src/coordinator/jobLog.ts';
import type { DffmpegError } from '../../../src/protocol/errors.ts';

describe('jobLog', () => {
  let directory: string;
  const errors: DffmpegError[] = [];

  beforeEach(async () => {
    directory = path.join(await mkdtemp(path.join(os.tmpdir(), 'dffmpeg-log-')), 'logs');
  });

  afterEach(async () => {
    await rm(path.dirname(directory), { recursive: true });
    assert.deepEqual(errors.splice(0), []);
  });

  function logs(limits: { maxBytes?: number; chunkBytes?: number } = {}): JobLogs {
    const { maxBytes = 1_000_000, chunkBytes = 1_000_000 } = limits;
    return new JobLogs({
      directory,
      maxBytes,
      chunkBytes,
      atOnce: 8,
      onError: (error) => errors.push(error),
    });
  }

  async function readAll(from: JobLogs, id: string): Promise<string> {
    let text = '';
    for (let offset = 0; ;) {
      const part = await from.read(id, offset);
      assert.ok(!part.text.includes('\ufffd'), 'cut between characters');
      text += part.text;
      offset = part.nextOffset;
      if (part.atEnd) return text;
    }
  }

  it('gives back by chunks of any size what was appended, in order', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\ufffd')),
          { maxLength: 12 },
        ),
        fc.integer({ min: 4, max: 40 }),
        async (lines, chunkBytes) => {
          run += 1;
          const log = logs({ chunkBytes });
          for (const line of lines) log.append(`j${run}`, line);
          const expected = lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join('');
          assert.equal(await readAll(log, `j${run}`), expected.toWellFormed());
        },
      ),
      { numRuns: 40 },
    );
  });

  it('writes no more logs at a time than it may', async () => {
    const begun: PromiseWithResolvers<string>[] = [];
    const headOf = (): Promise<string> => {
      const head = Promise.withResolvers<string>();
      begun.push(head);
      return head.promise;
    };
    const limits = { maxBytes: 1_000_000, chunkBytes: 1_000_000, atOnce: 3 };
    const log = new JobLogs({ directory, ...limits, headOf, onError: (error) => errors.push(error) });
    for (let job = 0; job < 20; job += 1) log.append(`j${job}`, 'a line');
    for (let ended = 0; ended < 20; ended += 1) {
      while (begun.length < Math.min(20, ended + 3)) await new Promise((resolve) => setImmediate(resolve));
      assert.ok(begun.length <= ended + 3);
      begun[ended]?.resolve('');
    }
    await log.flush();
  });

  it('writes nothing while its disk is nearly full, says so once, and where lines are missing', async () => {
    let low = false;
    const limits = { maxBytes: 1_000_000, chunkBytes: 1_000_000, atOnce: 8 };
    const told: DffmpegError[] = [];
    const log = new JobLogs({ directory, ...limits, isLow: () => low, onError: (error) => told.push(error) });
    const append = async (text: string): Promise<void> => {
      log.append('j1', text);
      await log.flush();
    };
    await append('one');
    low = true;
    for (const text of ['two', 'three']) await append(text);
    assert.equal(told.length, 1);
    assert.match(told[0]?.message ?? '', /is nearly full/);
    low = false;
    for (const text of ['four', 'five']) await append(text);
    const text = await readAll(log, 'j1');
    assert.match(text, /^one\n… lines are missing here: .*\nfour\nfive\n$/);
  });

  it('goes on where an earlier process left off', async () => {
    const first = logs();
    first.append('a', 'one');
    await first.flush();
    const second = logs();
    second.append('a', 'two');
    assert.equal(await readAll(second, 'a'), 'one\ntwo\n');
  });

  it('stops at its size, and says so once', async () => {
    const log = logs({ maxBytes: 100 });
    for (let line = 0; line < 20; line += 1) {
      log.append('a', 'ä'.repeat(20));
      await log.flush();
    }
    const text = await readFile(path.join(directory, 'a.log'), 'utf8');
    assert.equal(text.match(/log is full/g)?.length, 1);
    assert.ok(Buffer.byteLength(text) < 200);
    assert.ok(!text.includes('\ufffd'));
  });

  it('tells of growth, and keeps a thousand logs apart', async () => {
    const log = logs();
    const grown = new Set<string>();
    log.grown.on((id) => grown.add(id));
    for (let job = 0; job < 200; job += 1) log.append(`j${job}`, `line of ${job}`);
    await log.flush();
    assert.equal(grown.size, 200);
    assert.equal(await readAll(log, 'j77'), 'line of 77\n');
    assert.deepEqual(await log.read('nobody', 5), { text: '', nextOffset: 5, atEnd: true });
  });
});
