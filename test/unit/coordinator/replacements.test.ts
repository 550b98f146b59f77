import assert from 'node:assert/strict';
import type { Verdict } from '../../../src/encoding/verdict.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { canUndo, replacementText } from '../../../src/protocol/jobResults.ts';
import type { SourceState } from '../../../src/protocol/fileState.ts';
import { describeWorker, type FakeWorker, identity, sourceState } from './fakeWorker.ts';
import type { ReplacementRecord } from '../../../src/coordinator/store/records.ts';
import { severalPreset, storedJob, submission } from './fixtures.ts';
import { Harness, turns } from './harness.ts';

const away = () => Promise.reject(new DffmpegError('store-unavailable', 'It is away.'));

const day = 86_400_000;
const moved = { path: '/media/clip.mp4', identity: { device: '1', inode: '2' }, bytes: 5 };
const aside = '/media/.dffmpeg-replaced/j/clip.mov';

describe('coordinator: replacing a source', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(() => harness.stop());

  const source = '/media/clip.mov';

  function willing(worker: FakeWorker): FakeWorker {
    worker.answers = {
      'source.replace': () => Promise.resolve({ ...moved, aside }),
      'source.restore': ({ home }) => Promise.resolve({ result: { ...moved, path: home } }),
      'source.discard': () => Promise.resolve({ outcome: 'discarded' }),
    };
    return worker;
  }

  async function encoded(result: { verdict?: Verdict; bytes?: number } = {}) {
    const client = await harness.subscribed();
    const worker = willing(await harness.registered());
    Object.assign(worker, result);
    const asked = submission({ sources: [source], onSuccess: 'replace' });
    const { id } = (await client.peer.request('jobs.submit', asked)).job;
    const home = await worker.finish(await worker.encode());
    return { client, worker, id, home };
  }

  const asked = (worker: FakeWorker, method: string) =>
    worker.asked.filter((each) => each.method === method).map(({ params }) => params);

  async function replaced() {
    const made = await encoded();
    const job = await made.client.job(made.id, ({ replacement }) => replacement?.state === 'replaced');
    return { ...made, job };
  }

  it('lets a verified, smaller result take the place of its source', async () => {
    const { worker, job, id, home } = await replaced();
    assert.equal(job.state, 'done');
    assert.deepEqual(asked(worker, 'source.replace'), [
      { jobId: id, source: { ...sourceState, path: source }, result: { path: home, identity, bytes: 5 } },
    ]);
    assert.equal(job.outputs[0]?.path, moved.path);
    assert.deepEqual(job.replacement, {
      state: 'replaced',
      aside,
      keptUntil: harness.timers.now + 30 * day,
    });
  });

  it('deletes no source early for a clock that is set years ahead, and put right again', async () => {
    await harness.stop();
    harness = await Harness.start({ clockDoubtMs: 7 * day });
    const { client, worker, id } = await replaced();
    const passes = async (milliseconds: number): Promise<void> => {
      harness.timers.advance(milliseconds);
      const { store, timers } = harness;
      while ((await store.clockSeen())?.at !== timers.now) await turns();
    };
    harness.timers.setWallClock(3650 * day);
    await passes(day);
    assert.deepEqual(asked(worker, 'source.discard'), []);
    harness.timers.setWallClock(-3650 * day);
    for (let each = 0; each < 28; each += 1) await passes(day);
    assert.deepEqual(asked(worker, 'source.discard'), []);
    // The doubt ends a month after the clock was put right, and with it the time that the source is kept.
    for (let each = 0; each < 4; each += 1) await passes(day);
    await client.job(id, ({ replacement }) => replacement?.state === 'expired');
    assert.equal(asked(worker, 'source.discard').length, 1);
  });

  it('keeps for its time what was replaced while the clock was behind', async () => {
    await harness.stop();
    harness = await Harness.start({ clockDoubtMs: 7 * day });
    harness.timers.setWallClock(-40 * day);
    const { worker } = await replaced();
    const { store, timers } = harness;
    while ((await store.clockSeen())?.at !== timers.now) await turns();
    harness.timers.setWallClock(40 * day);
    for (let each = 0; each < 28; each += 1) {
      harness.timers.advance(day);
      while ((await store.clockSeen())?.at !== timers.now) await turns();
    }
    assert.deepEqual(asked(worker, 'source.discard'), []);
  });

  it('undoes it once more where its source lies aside all the same, as after a queue of yesterday was put back', async () => {
    const { client, worker, id } = await replaced();
    await client.peer.request('jobs.undo', { id });
    worker.answers = {
      ...worker.answers,
      'source.locate': () => Promise.resolve({ aside, isHome: false }),
    };
    const { job } = await client.peer.request('jobs.undo', { id });
    assert.deepEqual(job.replacement, { state: 'undone' });
    assert.equal(asked(worker, 'source.restore').length, 2);
  });

  it('undoes that, and does it again', async () => {
    const { client, worker, id, home } = await replaced();
    const undone = (await client.peer.request('jobs.undo', { id })).job;
    assert.deepEqual(undone.replacement, { state: 'undone' });
    assert.equal(undone.outputs[0]?.path, home);
    assert.equal(asked(worker, 'source.restore').length, 1);
    assert.equal((await client.peer.request('jobs.undo', { id })).job.replacement?.state, 'undone');
    const again = (await client.peer.request('jobs.replace', { id })).job;
    assert.equal(again.replacement?.state, 'replaced');
  });

  const warned: Verdict = { level: 'warn', findings: [{ level: 'warn', message: 'It ends early.' }] };

  it('holds it back on a warning, until a person says so', async () => {
    const { client, worker, id } = await encoded({ verdict: warned });
    const held = await client.job(id, ({ state }) => state === 'done');
    assert.equal(held.replacement?.state, 'held');
    assert.match(held.replacement.reason?.message ?? '', /It ends early\./);
    assert.deepEqual(asked(worker, 'source.replace'), []);
    const after = (await client.peer.request('jobs.replace', { id })).job;
    assert.equal(after.replacement?.state, 'replaced');
    assert.equal(after.replacement.reason, undefined);
  });

  it('refuses it for good where too little is gained', async () => {
    const { client, worker, id } = await encoded({ bytes: 960_000 });
    const refused = await client.job(id, ({ state }) => state === 'done');
    assert.equal(refused.replacement?.state, 'refused');
    assert.match(refused.replacement.reason?.message ?? '', /only 4\.0 % smaller/);
    await assert.rejects(client.peer.request('jobs.replace', { id }), { code: 'conflict' });
    assert.deepEqual(asked(worker, 'source.replace'), []);
  });

  it('holds it back with the reason when the worker refuses', async () => {
    const { client, worker, id } = await encoded({ verdict: warned });
    const changed = new DffmpegError('source-changed', 'It changed.', { hint: 'Look.' });
    worker.answers = { 'source.replace': () => Promise.reject(changed) };
    await client.job(id, ({ state }) => state === 'done');
    await assert.rejects(client.peer.request('jobs.replace', { id }), { code: 'source-changed' });
    const { job } = await client.peer.request('jobs.get', { id });
    assert.equal(job.replacement?.state, 'held');
    assert.equal(job.replacement.reason?.message, 'It changed.');
  });

  describe('that is held, though its source lies aside', () => {
    async function held() {
      const made = await encoded({ verdict: warned });
      await made.client.job(made.id, ({ state }) => state === 'done');
      return made;
    }

    it('is undone', async () => {
      const { client, worker, id, home } = await held();
      worker.answers = {
        ...worker.answers,
        'source.locate': () => Promise.resolve({ aside, isHome: false }),
      };
      const { job } = await client.peer.request('jobs.undo', { id });
      assert.deepEqual(job.replacement, { state: 'undone' });
      assert.deepEqual(asked(worker, 'source.restore'), [
        {
          jobId: id,
          source: { ...sourceState, path: source },
          result: { path: home, identity, bytes: 5 },
          home,
        },
      ]);
    });

    for (const [isHome, said] of [
      [true, /its source lies where it was/],
      [false, /\/media\/clip\.mov is not the file that it encoded/],
    ] as const)
      it(`is refused truly where it does not, ${isHome ? 'and has its name' : 'nor has its name'}`, async () => {
        const { client, worker, id } = await held();
        worker.answers = { 'source.locate': () => Promise.resolve({ isHome }) };
        await assert.rejects(client.peer.request('jobs.undo', { id }), (error: DffmpegError) => {
          assert.equal(error.code, 'conflict');
          assert.match(error.message, said);
          return true;
        });
        const { job } = await client.peer.request('jobs.get', { id });
        assert.equal(job.replacement?.state, 'held');
        assert.deepEqual(asked(worker, 'source.restore'), []);
      });
  });

  it('stays replaced when an undo is refused', async () => {
    const { client, worker, id } = await replaced();
    const taken = new DffmpegError('conflict', 'Another file.');
    worker.answers = { 'source.restore': () => Promise.reject(taken) };
    await assert.rejects(client.peer.request('jobs.undo', { id }), { code: 'conflict' });
    const { job } = await client.peer.request('jobs.get', { id });
    assert.equal(job.replacement?.state, 'replaced');
    assert.equal(job.replacement.keptUntil, undefined, 'somebody wants the source back: it is kept');
    assert.equal(job.outputs[0]?.path, moved.path);
  });

  it('says where the result lies when an undo came halfway', async () => {
    const { client, worker, id, home } = await replaced();
    const error = { code: 'destination-missing', message: 'The folder is not there.' } as const;
    // Nobody can see what lies in a folder that is away.
    const stuck = { error };
    const { answers } = worker;
    worker.answers = {
      ...answers,
      'source.restore': () => Promise.resolve({ result: { ...moved, path: home }, stuck }),
    };
    await assert.rejects(client.peer.request('jobs.undo', { id }), { code: error.code });
    const { job } = await client.peer.request('jobs.get', { id });
    assert.deepEqual([job.replacement?.state, job.replacement?.aside], ['replaced', aside]);
    assert.equal(job.outputs[0]?.path, home);
    worker.answers = answers;
    assert.equal((await client.peer.request('jobs.undo', { id })).job.replacement?.state, 'undone');
  });

  it('says which second name of the source is left by an undo, and removes it when that is asked again', async () => {
    const { client, worker, id, home } = await replaced();
    const { answers } = worker;
    worker.answers = {
      ...answers,
      'source.restore': () => Promise.resolve({ result: { ...moved, path: home }, left: aside }),
    };
    const { job } = await client.peer.request('jobs.undo', { id });
    assert.deepEqual([job.replacement?.state, job.replacement?.aside], ['undone', aside]);
    assert.equal(
      replacementText(job),
      `The source has its place again. Its second name ${aside} could not be removed: undo again when it can be.`,
    );
    assert.ok(canUndo(job));
    worker.answers = answers;
    const again = await client.peer.request('jobs.undo', { id });
    assert.deepEqual(again.job.replacement, { state: 'undone' });
    assert.equal(asked(worker, 'source.restore').length, 2);
    assert.ok(!canUndo(again.job));
  });

  it('goes on after a kill in the middle, when the worker is back', async () => {
    const client = await harness.subscribed();
    const worker = await harness.registered();
    worker.answers = { 'source.replace': () => new Promise(() => undefined) };
    const { id } = (
      await client.peer.request('jobs.submit', submission({ sources: [source], onSuccess: 'replace' }))
    ).job;
    await worker.finish(await worker.encode());
    await worker.until(() => asked(worker, 'source.replace').length === 1);
    await harness.crash();
    const after = await harness.subscribed();
    assert.equal((await after.peer.request('jobs.get', { id })).job.replacement?.state, 'replacing');
    const back = harness.worker();
    willing(back);
    await back.register();
    await after.job(id, ({ replacement }) => replacement?.state === 'replaced');
    assert.deepEqual(asked(back, 'source.replace'), asked(worker, 'source.replace'));
  });

  it('deletes the source when it was kept for long enough, also after a restart', async () => {
    const { client, worker, id } = await replaced();
    harness.timers.advance(29 * day);
    await harness.restart();
    assert.deepEqual(asked(worker, 'source.discard'), []);
    const after = await harness.subscribed();
    const back = harness.worker();
    willing(back);
    await back.register();
    harness.timers.advance(2 * day);
    const expired = await after.job(id, ({ replacement }) => replacement?.state === 'expired');
    assert.equal(expired.replacement?.aside, undefined);
    assert.deepEqual(asked(back, 'source.discard'), [
      { jobId: id, source: { ...sourceState, path: source }, result: moved },
    ]);
    await assert.rejects(after.peer.request('jobs.undo', { id }), { code: 'conflict' });
    void client;
  });

  for (const [outcome, said] of [
    ['result-missing', /was replaced, and is kept aside\. .*not deleted/],
    ['changed', /was replaced, and is kept aside\. .*not deleted/],
    [
      'missing',
      /was replaced\. The source does not lie any more where it was kept: .* nothing was deleted here/,
    ],
  ] as const)
    it(`keeps for good what was not deleted, says why, and can still undo it (${outcome})`, async () => {
      const { client, worker, id } = await replaced();
      worker.answers = { ...worker.answers, 'source.discard': () => Promise.resolve({ outcome }) };
      for (let days = 0; days <= 31; days += 1) {
        harness.timers.advance(day);
        await turns();
      }
      const kept = await client.job(id, ({ replacement }) => replacement?.reason !== undefined);
      assert.equal(kept.replacement?.state, 'replaced');
      assert.deepEqual([kept.replacement.keptUntil, kept.replacement.aside], [undefined, aside]);
      assert.match(replacementText(kept) ?? '', said);
      assert.equal(asked(worker, 'source.discard').length, 1);
      const { job } = await client.peer.request('jobs.undo', { id });
      assert.equal(job.replacement?.state, 'undone');
    });

  it('does not take its own renames for a change of the source, when it is replaced again', async () => {
    const { client, worker, id } = await replaced();
    await client.peer.request('jobs.undo', { id });
    await client.peer.request('jobs.replace', { id });
    const [first, second] = asked(worker, 'source.replace') as { source: SourceState }[];
    assert.equal(first?.source.changed, sourceState.changed);
    assert.deepEqual([sourceState.changed !== undefined, second?.source.changed], [true, undefined]);
  });

  it('says what it waits for while the disk of its files does not answer', async () => {
    const client = await harness.subscribed();
    const worker = willing(await harness.registered());
    const { answers } = worker;
    const unreachable = new DffmpegError('disconnected', 'The files cannot be reached now (EIO).');
    worker.answers = { ...answers, 'source.replace': () => Promise.reject(unreachable) };
    const wanted = submission({ sources: [source], onSuccess: 'replace' });
    const { id } = (await client.peer.request('jobs.submit', wanted)).job;
    await worker.finish(await worker.encode());
    const waiting = await client.job(id, ({ replacement }) => replacement?.reason !== undefined);
    assert.equal(waiting.replacement?.state, 'replacing');
    assert.match(replacementText(waiting) ?? '', /EIO/);
    worker.answers = answers;
    harness.timers.advance(harness.settings.retryMaxMs);
    const job = await client.job(id, ({ replacement }) => replacement?.state === 'replaced');
    assert.equal(job.replacement?.reason, undefined);
  });

  describe('that cannot go on for now', () => {
    const unreachable = new DffmpegError('disconnected', 'The files cannot be reached now (EIO).');

    async function stuck() {
      const client = await harness.subscribed();
      const worker = willing(await harness.registered());
      const { answers } = worker;
      worker.answers = { ...answers, 'source.replace': () => Promise.reject(unreachable) };
      const wanted = submission({ sources: [source], onSuccess: 'replace' });
      const { id } = (await client.peer.request('jobs.submit', wanted)).job;
      await worker.finish(await worker.encode());
      await client.job(id, ({ replacement }) => replacement?.reason !== undefined);
      return { client, worker, id, answers };
    }

    it('says so to whoever asks for it, and tries it at once', async () => {
      const { client, worker, id, answers } = await stuck();
      const before = asked(worker, 'source.replace').length;
      await assert.rejects(client.peer.request('jobs.replace', { id }), { code: 'disconnected' });
      assert.ok(asked(worker, 'source.replace').length > before);
      worker.answers = answers;
      const { job } = await client.peer.request('jobs.replace', { id });
      assert.equal(job.replacement?.state, 'replaced');
    });

    it('goes on also where that could not be written', async () => {
      const client = await harness.subscribed();
      const worker = willing(await harness.registered());
      const { answers } = worker;
      worker.answers = {
        ...answers,
        'source.replace': () => {
          harness.faults.write = away;
          return Promise.reject(unreachable);
        },
      };
      const wanted = submission({ sources: [source], onSuccess: 'replace' });
      const { id } = (await client.peer.request('jobs.submit', wanted)).job;
      await worker.finish(await worker.encode());
      await worker.until(() => asked(worker, 'source.replace').length === 1);
      await turns();
      harness.faults.write = undefined;
      worker.answers = answers;
      harness.timers.advance(harness.settings.retryMaxMs);
      await client.job(id, ({ replacement }) => replacement?.state === 'replaced');
    });

    it('is called off by an undo, which brings back what lies aside', async () => {
      const { client, worker, id } = await stuck();
      const { job } = await client.peer.request('jobs.undo', { id });
      assert.equal(job.replacement?.state, 'undone');
      assert.equal(asked(worker, 'source.restore').length, 1);
      harness.timers.advance(harness.settings.retryMaxMs);
      await turns();
      assert.equal((await client.peer.request('jobs.get', { id })).job.replacement?.state, 'undone');
    });

    it('is undone where it came to its end before the undo was heard', async () => {
      const { client, worker, id, answers } = await stuck();
      const answer = Promise.withResolvers<undefined>();
      const [before, restored] = ['source.replace', 'source.restore'].map(
        (each) => asked(worker, each).length,
      );
      worker.answers = {
        ...answers,
        'source.replace': () => answer.promise.then(() => ({ ...moved, aside })),
      };
      harness.timers.advance(harness.settings.retryMaxMs);
      await worker.until(() => asked(worker, 'source.replace').length > (before ?? 0));
      const undo = client.peer.request('jobs.undo', { id });
      await turns();
      answer.resolve(undefined);
      assert.equal((await undo).job.replacement?.state, 'undone');
      assert.equal(asked(worker, 'source.restore').length, (restored ?? 0) + 1);
    });

    it('is still to be undone where the undo is refused and the source lies aside', async () => {
      const { client, worker, id, answers } = await stuck();
      const error = { code: 'conflict', message: 'Another file is called so.' } as const;
      worker.answers = {
        ...worker.answers,
        'source.restore': () => Promise.resolve({ stuck: { error, aside } }),
      };
      await assert.rejects(client.peer.request('jobs.undo', { id }), { code: 'conflict' });
      const { replacement } = (await client.peer.request('jobs.get', { id })).job;
      assert.deepEqual([replacement?.state, replacement?.aside], ['replaced', aside]);
      worker.answers = answers;
      assert.equal((await client.peer.request('jobs.undo', { id })).job.replacement?.state, 'undone');
    });

    it('is held where the undo is refused, since nothing is known to lie aside', async () => {
      const { client, worker, id } = await stuck();
      worker.answers = {
        ...worker.answers,
        'source.restore': () => Promise.reject(new DffmpegError('conflict', 'Another file.')),
      };
      await assert.rejects(client.peer.request('jobs.undo', { id }), { code: 'conflict' });
      assert.equal((await client.peer.request('jobs.get', { id })).job.replacement?.state, 'held');
    });
  });

  it('deletes it when its worker comes, where the time passed while the daemon was off', async () => {
    const { id } = await replaced();
    await harness.coordinator.close();
    harness.timers.advance(31 * day);
    await harness.open();
    const after = await harness.subscribed();
    const back = willing(harness.worker());
    await back.register();
    await after.job(id, ({ replacement }) => replacement?.state === 'expired');
    assert.equal(asked(back, 'source.discard').length, 1);
    assert.deepEqual(harness.errors, []);
  });

  it('looks again when the store was away', async () => {
    const { client, id } = await replaced();
    let reads = 0;
    harness.faults.replacementsDue = (call) => {
      reads += 1;
      return reads === 1 ? away() : call();
    };
    for (let days = 0; reads === 0; days += 1) {
      assert.ok(days <= 1);
      harness.timers.advance(day);
      await turns();
    }
    assert.equal(harness.errors.length, 1);
    harness.timers.advance(harness.settings.retryMaxMs);
    await turns();
    assert.ok(reads > 1);
    for (let days = 0; days <= 31; days += 1) {
      harness.timers.advance(day);
      await turns();
    }
    await client.job(id, ({ replacement }) => replacement?.state === 'expired');
  });

  const record = (state: ReplacementRecord['state'], workerId: string): ReplacementRecord => ({
    ...{ state, workerId, home: '/media/clip.web.mp4', source: sourceState },
    result: { identity, bytes: 5 },
    keptUntil: state === 'replaced' ? 1_000 : undefined,
  });

  async function keep(count: number, name: string, replacement: ReplacementRecord): Promise<void> {
    for (let index = 0; index < count; index += 1)
      await harness.store.submit({
        ...storedJob(`${name}${index}`, {
          ...{ state: 'done', endedAt: 1, onSuccess: 'replace', replacement },
          outputs: [{ state: 'placed', path: `/media/${name}${index}.mp4` }],
        }),
        tasks: [],
      });
  }

  it('waits in peace for a worker that is away, and then deletes all that is due', async () => {
    await keep(150, 'kept', record('replaced', 'w1'));
    await harness.restart();
    harness.calls.clear();
    for (let hours = 0; hours < 12; hours += 1) {
      harness.timers.advance(3_600_000);
      await turns();
    }
    assert.ok((harness.calls.get('replacementsDue') ?? 0) <= 6, 'it reads all the time');
    const worker = willing(harness.worker());
    await worker.register();
    await worker.until(() => asked(worker, 'source.discard').length === 150);
    assert.deepEqual(harness.errors, []);
  });

  it('deletes what is due behind much that is under way on a worker that is away', async () => {
    await keep(120, 'moving', record('replacing', 'w2'));
    await keep(3, 'kept', record('replaced', 'w1'));
    await harness.restart();
    const worker = willing(harness.worker());
    await worker.register();
    await worker.until(() => asked(worker, 'source.discard').length === 3);
    assert.equal(harness.coordinator.workers().length, 1);
  });

  it('tries again when a worker comes, not whenever one says something', async () => {
    await keep(1, 'moving', record('replacing', 'w2'));
    await harness.restart();
    const other = await harness.registered();
    await turns();
    harness.calls.clear();
    for (let updates = 0; updates < 5; updates += 1) {
      await other.peer.request('worker.update', { worker: describeWorker() });
      await turns();
    }
    assert.equal(harness.calls.get('job') ?? 0, 0);
    const client = await harness.subscribed();
    await willing(harness.worker()).register({ id: 'w2' });
    await client.job('moving0', ({ replacement }) => replacement?.state === 'replaced');
  });

  /** The store refuses this call of `job` alone. */
  function refuse(number: number): Promise<void> {
    let calls = 0;
    return new Promise((resolve) => {
      harness.faults.job = (call) => {
        calls += 1;
        if (calls !== number) return call();
        resolve();
        return away();
      };
    });
  }

  // The calls of an undo: to find it, to say what is to be done, to do it, to say what came of it.
  it('goes on with an undo when the store is back', async () => {
    const { client, id } = await replaced();
    const refused = refuse(3);
    const undone = client.peer.request('jobs.undo', { id });
    await refused;
    await turns();
    harness.timers.advance(harness.settings.retryBaseMs);
    assert.equal((await undone).job.replacement?.state, 'undone');
  });

  it('says why an undo was refused when the store is back', async () => {
    const { client, worker, id } = await replaced();
    worker.answers = {
      'source.restore': () => Promise.reject(new DffmpegError('conflict', 'Another file.')),
    };
    const refused = refuse(4);
    const undone = client.peer.request('jobs.undo', { id });
    const outcome = assert.rejects(undone, { code: 'conflict', message: 'Another file.' });
    await refused;
    await turns();
    harness.timers.advance(harness.settings.retryBaseMs);
    await outcome;
    assert.equal((await client.peer.request('jobs.get', { id })).job.replacement?.state, 'replaced');
    assert.equal(asked(worker, 'source.restore').length, 1);
  });

  it('keeps the source where nobody asked for anything else', async () => {
    const client = await harness.subscribed();
    const worker = await harness.registered();
    const { id } = (await client.peer.request('jobs.submit', submission())).job;
    await worker.finish(await worker.encode());
    const job = await client.job(id, ({ state }) => state === 'done');
    assert.equal(job.replacement, undefined);
    for (const method of ['jobs.undo', 'jobs.replace'] as const)
      await assert.rejects(client.peer.request(method, { id }), { code: 'conflict' });
  });

  it('refuses at once where there is no one file for one file', async () => {
    const client = harness.client();
    const { stream } = severalPreset.outputs!;
    const asks = [
      submission({ onSuccess: 'replace', sources: ['/media/a.mov', '/media/b.mov'] }),
      submission({ onSuccess: 'replace', preset: { name: 'several', preset: severalPreset } }),
      submission({
        onSuccess: 'replace',
        preset: { name: 'stream', preset: { ...severalPreset, outputs: { stream: stream! } } },
      }),
    ];
    for (const ask of asks)
      await assert.rejects(client.peer.request('jobs.submit', ask), { code: 'request-invalid' });
  });
});
