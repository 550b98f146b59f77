import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { assign } from '../../../../src/coordinator/jobChanges.ts';
import type { Store } from '../../../../src/coordinator/store.ts';
import type { StoredJob } from '../../../../src/coordinator/store/records.ts';
import { DffmpegError } from '../../../../src/protocol/errors.ts';
import { changeOf, storedJob } from '../fixtures.ts';
import type { OpenStore } from './contract.ts';

/** 100,000 with `DFFMPEG_TEST_STORE_CHANGES=100000`: 20 s (CONTRIBUTING.md). */
const changes = Number(process.env['DFFMPEG_TEST_STORE_CHANGES'] ?? 5_000);

const writers = 8;
const jobsOfWriter = 12;

/** Many who write and read at once. */
export function describeConcurrency(given: () => OpenStore): void {
  describe('written by many at once', () => {
    it('gives a task to exactly one of two who assign it', async () => {
      const { store, another } = given();
      const other = await another();
      const ids = Array.from({ length: 50 }, (_, index) => `j${index}`);
      const stored = await Promise.all(ids.map((id) => store.submit(storedJob(id))));
      const results = await Promise.all(
        stored.map((job) =>
          Promise.allSettled([claim(store, job, 'w1'), claim(other, job, 'w2')]).then((both) => ({
            job,
            both,
          })),
        ),
      );
      for (const { job, both } of results) {
        const won = both.findIndex(({ status }) => status === 'fulfilled');
        const lost = both[1 - won];
        assert.ok(lost?.status === 'rejected' && lost.reason instanceof DffmpegError);
        assert.equal(lost.reason.code, 'conflict');
        const after = await store.job(job.job.id);
        assert.equal(after?.job.state, 'probing');
        assert.deepEqual(
          after.attempts.map(({ workerId, fence }) => [workerId, fence]),
          [[`w${won + 1}`, 1]],
        );
      }
      assert.deepEqual(await store.queue({ now: 0, kinds: ['probe'], limit: 10 }), []);
    });

    it('stores a submission once, whoever is asked', async () => {
      const { store, another } = given();
      const other = await another();
      const both = await Promise.all(
        ['a', 'b', 'c', 'd'].map((id, index) =>
          (index % 2 ? store : other).submit(storedJob(id, { submissionId: 'same' })),
        ),
      );
      assert.equal(new Set(both.map(({ job }) => job.id)).size, 1);
      assert.equal((await other.jobs({ limit: 10 })).jobs.length, 1);
    });

    it(`leaves no change out of what ${writers} writers did in ${changes} changes`, async function () {
      this.timeout(20_000 + changes * 20);
      const { store, another } = given();
      const follower = new Follower(store);
      const stores = [store, ...(await Promise.all(Array.from({ length: writers - 1 }, another)))];
      let writing = true;
      const following = (async () => {
        while (writing) {
          await follower.read(1 + Math.floor(Math.random() * 40));
          await delay(Math.random() * 3);
        }
      })();
      const each = Math.ceil(changes / writers);
      await Promise.all(stores.map((own, index) => new Writer(own, index, follower).write(each)));
      writing = false;
      await following;
      while (await follower.read(50));

      assert.equal(follower.seen.size, writers * jobsOfWriter);
      for (const [id, revision] of follower.seen)
        assert.equal(revision, (await store.job(id))?.job.revision, `the last change of ${id} was left out`);
      assert.equal(new Set(follower.told).size, follower.told.length, 'a revision was given twice');
      assert.ok(follower.told.length >= changes);
    });
  });
}

function claim(store: Store, stored: StoredJob, workerId: string): Promise<number> {
  const change = assign(stored, stored.tasks[0]!, { id: workerId, name: workerId }, 7);
  const { tasks, attempts: newAttempts } = change;
  return store.write(changeOf(stored.job, { state: 'probing', fence: 1 }, { tasks, newAttempts }));
}

/** Changes jobs of its own in any order, at any time. */
class Writer {
  readonly #store: Store;
  readonly #follower: Follower;
  readonly #name: string;
  readonly #jobs: StoredJob[] = [];

  constructor(store: Store, index: number, follower: Follower) {
    this.#store = store;
    this.#follower = follower;
    this.#name = `w${index}`;
  }

  async write(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) {
      if (this.#jobs.length < jobsOfWriter) await this.#submit();
      else await this.#change();
      if (Math.random() < 0.1) await delay(Math.random() * 4);
    }
  }

  async #submit(): Promise<void> {
    const stored = await this.#store.submit(storedJob(`${this.#name}-${this.#jobs.length}`));
    this.#jobs.push(stored);
    this.#follower.written(stored.job.id, stored.job.revision);
  }

  async #change(): Promise<void> {
    const index = Math.floor(Math.random() * this.#jobs.length);
    const stored = this.#jobs[index]!;
    const durable = Math.random() < 0.05;
    const revision = await this.#store.write(changeOf(stored.job, {}, { durable }));
    assert.ok(revision > stored.job.revision, 'revisions only grow');
    this.#jobs[index] = { ...stored, job: { ...stored.job, revision } };
    this.#follower.written(stored.job.id, revision);
  }
}

/** One that reads in pages, and hears from the writers what it should have seen. */
class Follower {
  readonly seen = new Map<string, number>();
  readonly told: number[] = [];
  readonly #store: Store;
  #cursor = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  written(id: string, revision: number): void {
    this.told.push(revision);
    const seen = this.seen.get(id) ?? 0;
    if (this.#cursor >= revision)
      assert.ok(seen >= revision, `revision ${revision} was committed behind cursor ${this.#cursor}`);
  }

  /** Whether there is more. */
  async read(limit: number): Promise<boolean> {
    const { jobs, cursor, more } = await this.#store.changesSince(this.#cursor, limit);
    assert.ok(jobs.length <= limit && cursor >= this.#cursor);
    for (const { job } of jobs) {
      assert.ok(job.revision > this.#cursor && job.revision <= cursor);
      this.seen.set(job.id, job.revision);
    }
    this.#cursor = cursor;
    return more;
  }
}
