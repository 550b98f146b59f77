import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Attempts } from '../../../src/coordinator/attempts.ts';
import type { ConnectedWorker } from '../../../src/coordinator/connectedWorker.ts';
import { JobBook } from '../../../src/coordinator/jobBook.ts';
import { assign } from '../../../src/coordinator/jobChanges.ts';
import { newTask } from '../../../src/coordinator/jobTasks.ts';
import { inOneFrame } from '../../../src/coordinator/jobView.ts';
import { defaultQueueSettings } from '../../../src/coordinator/queueSettings.ts';
import { SourceUse } from '../../../src/coordinator/sourceUse.ts';
import type { Store } from '../../../src/coordinator/store.ts';
import type { StoredJob } from '../../../src/coordinator/store/records.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { maxFrameBytes } from '../../../src/protocol/frames.ts';
import type { Job, Output } from '../../../src/protocol/model.ts';
import type { TaskReport } from '../../../src/protocol/tasks.ts';
import { directoryOf, identity, outputsOf, verdict } from './fakeWorker.ts';
import { preset, probe, severalPreset, storedJob, submission } from './fixtures.ts';
import { Harness } from './harness.ts';

/** Three that are all for `probe`. */
const three: Preset = { ...preset, outputs: { a: {}, b: {}, c: { container: 'mkv' } } };

describe('a job with several outputs', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.start();
  });

  afterEach(async () => {
    await harness.stop();
  });

  async function submit(presetData: Preset, sources = ['/media/clip.mov']) {
    const client = await harness.subscribed();
    const request = submission({ sources, preset: { name: 'web', preset: presetData } });
    const { job } = await client.peer.request('jobs.submit', request);
    return { client, id: job.id };
  }

  const states = (job: Job) => job.outputs.map(({ state }) => state);
  const indexes = (offer: Parameters<typeof outputsOf>[0]) => outputsOf(offer).map(({ index }) => index);

  it('makes those that are for the source, one after the other, and keeps every command', async () => {
    const worker = await harness.registered();
    const { client, id } = await submit(severalPreset);
    const offer = await worker.encode();
    assert.deepEqual(outputsOf(offer), [
      { index: 0, path: '/media/clip.web.hd.mp4' },
      { index: 2, path: '/media/clip.web.stream' },
    ]);
    await worker.start(offer, { purpose: 'crop', argv: ['ffmpeg', 'look'] });
    await worker.start(offer, { purpose: 'first-pass', argv: ['ffmpeg', 'one'] });
    await worker.make(offer, 0);
    const between = await client.job(id, (job) => states(job)[0] === 'placed');
    assert.equal(between.state, 'running');
    assert.deepEqual(states(between), ['placed', 'skipped', 'planned']);
    await worker.make(offer, 2);
    const done = await client.job(id, ({ state }) => state === 'done');
    assert.deepEqual(states(done), ['placed', 'skipped', 'placed']);
    const [listed] = (await client.peer.request('jobs.list', {})).jobs;
    assert.equal(listed?.attempts[1]?.commands, undefined, 'too much for a list');
    assert.deepEqual(listed?.attempts[1]?.argv, ['ffmpeg', 'output 2']);

    const { job } = await client.peer.request('jobs.get', { id });
    const exit = { code: 0, signal: null };
    assert.deepEqual(job.attempts[1]?.commands, [
      { output: 0, purpose: 'crop', argv: ['ffmpeg', 'look'], exit },
      { output: 0, purpose: 'first-pass', argv: ['ffmpeg', 'one'], exit },
      { output: 0, purpose: 'encode', argv: ['ffmpeg', 'output 0'], exit },
      { output: 2, purpose: 'encode', argv: ['ffmpeg', 'output 2'], exit },
    ]);
    const { text } = await client.peer.request('jobs.log', { id });
    assert.match(text, /skipped: uhd\n/);
    assert.match(text, /on workshop, first-pass: ffmpeg one\n/);
    assert.match(text, /placed: hd \/media\/clip\.web\.hd\.mp4\n/);
    assert.deepEqual(harness.errors, []);
  });

  it('fails when none is for the source, before anything is encoded', async () => {
    await harness.registered();
    const { client, id } = await submit({ ...preset, outputs: { uhd: { when: { tallerThan: 2000 } } } });
    const job = await client.job(id, ({ state }) => state === 'failed');
    assert.equal(job.reason?.code, 'source-no-stream');
    assert.match(job.reason.message, /1080 pixels tall/);
  });

  it('makes what is left after a failure, and not again what is in place', async () => {
    const worker = await harness.registered();
    const { client, id } = await submit(three);
    const offer = await worker.encode();
    await worker.make(offer, 0);
    const error = { code: 'ffmpeg-failed', message: 'no' } as const;
    await worker.report(offer, { type: 'failed', error, output: 1 });
    harness.timers.advance(harness.settings.retryMaxMs);
    const again = await worker.encode(2);
    assert.deepEqual(indexes(again), [1, 2]);
    await worker.finish(again);
    assert.deepEqual(states(await client.job(id, ({ state }) => state === 'done')), [
      ...['placed', 'placed', 'placed'],
    ]);
  });

  it('makes what is left after a crash, and not again what was being placed', async () => {
    const worker = await harness.registered();
    const { id } = await submit(three);
    const offer = await worker.encode();
    await worker.make(offer, 0);
    await worker.start(offer, { output: 1 });
    const path = await worker.commit(offer, undefined, 1);
    await harness.crash();
    const client = await harness.subscribed();
    const next = harness.worker();
    next.answers = { 'placement.recover': () => Promise.resolve({ outcome: 'placed' }) };
    await next.register();
    const again = await next.encode();
    assert.deepEqual(indexes(again), [2]);
    await next.finish(again);
    const job = await client.job(id, ({ state }) => state === 'done');
    assert.equal(job.outputs[1]?.path, path);
    assert.deepEqual(harness.errors, []);
  });

  it('is done without a result that the preset does not want', async () => {
    const worker = await harness.registered();
    const { client, id } = await submit({ container: 'mp4', minimumGain: 10 });
    const offer = await worker.encode();
    await worker.start(offer);
    const findings = [{ level: 'note' as const, message: 'Too large.' }];
    const skipped: TaskReport = { type: 'skipped', output: 0, verdict: { level: 'pass', findings } };
    await worker.report(offer, skipped);
    await worker.report(offer, skipped);
    const job = await client.job(id, ({ state }) => state === 'done');
    assert.deepEqual(job.outputs, [{ state: 'skipped', verdict: { level: 'pass', findings } }]);
    // Its name is free again.
    const { job: other } = await client.peer.request(
      'jobs.submit',
      submission({ sources: ['/media/clip.mov'] }),
    );
    const planned = await client.job(other.id, ({ outputs }) => outputs.length > 0);
    assert.equal(planned.outputs[0]?.path, '/media/clip.web.mp4');
  });

  it('keeps what is in place when it is cancelled, and makes the rest when it is retried', async () => {
    const worker = await harness.registered();
    const { client, id } = await submit(three);
    const offer = await worker.encode();
    await worker.make(offer, 0);
    await client.peer.request('jobs.cancel', { id });
    await assert.rejects(worker.commit(offer, undefined, 1), { code: 'cancelled' });
    await worker.report(offer, { type: 'cancelled' });
    const cancelled = await client.job(id, ({ state }) => state === 'cancelled');
    assert.deepEqual(states(cancelled), ['placed', 'planned', 'planned']);
    await client.peer.request('jobs.retry', { id });
    const again = await worker.encode(2);
    assert.deepEqual(indexes(again), [1, 2]);
    await worker.finish(again);
    assert.deepEqual(states(await client.job(id, ({ state }) => state === 'done')), [
      ...['placed', 'placed', 'placed'],
    ]);
  });

  it('makes anew what was in place when it was cancelled, and is there no more when it is retried', async () => {
    const worker = await harness.registered();
    const { client, id } = await submit(three);
    const offer = await worker.encode();
    const places = [await worker.make(offer, 0), await worker.make(offer, 1)];
    await client.peer.request('jobs.cancel', { id });
    await worker.report(offer, { type: 'cancelled' });
    await client.job(id, ({ state }) => state === 'cancelled');
    worker.lost = [1];
    await client.peer.request('jobs.retry', { id });
    const again = await worker.encode(2);
    const { payload } = worker.offers.filter((each) => each.payload.kind === 'probe')[1] ?? {};
    assert.deepEqual(
      payload?.kind === 'probe' && payload.placed?.map(({ output, path }) => [output, path]),
      places.map((path, output) => [output, path]),
    );
    assert.deepEqual(indexes(again), [1, 2]);
    await worker.finish(again);
    const done = await client.job(id, ({ state }) => state === 'done');
    assert.deepEqual(states(done), ['placed', 'placed', 'placed']);
    assert.deepEqual(harness.errors, []);
  });

  it('ends as cancelled when the last word came while one of several was placed', async () => {
    const worker = await harness.registered();
    const { client, id } = await submit(three);
    const offer = await worker.encode();
    const path = await worker.commit(offer);
    await client.peer.request('jobs.cancel', { id });
    await worker.delivered(offer, path);
    const job = await client.job(id, ({ state }) => state === 'running');
    assert.equal(states(job)[0], 'placed');
    await worker.report(offer, { type: 'cancelled' });
    await client.job(id, ({ state }) => state === 'cancelled');
  });

  it('gives each output the next name for itself', async () => {
    const worker = await harness.registered();
    await submit({ ...preset, outputs: { a: { file: 'x.mp4' }, b: { file: 'x.mp4' } } });
    const offer = await worker.encode();
    assert.equal(await worker.commit(offer, '/media/x.mp4'), '/media/x-3.mp4', 'x-2 is the other one’s');
    await worker.delivered(offer, '/media/x-3.mp4');
    assert.equal(await worker.commit(offer, undefined, 1), '/media/x-2.mp4');
  });

  it('places one at a time, each once, and only what is its own', async () => {
    const worker = await harness.registered();
    await submit(three);
    const offer = await worker.encode();
    const invalid = { code: 'request-invalid' };
    await assert.rejects(worker.commit(offer, undefined, 3), invalid);
    const path = await worker.commit(offer);
    await assert.rejects(worker.commit(offer, undefined, 1), invalid);
    await assert.rejects(worker.delivered(offer, path, 1), invalid);
    await assert.rejects(worker.delivered(offer, '/media/other.mp4'), invalid);
    await assert.rejects(worker.report(offer, { type: 'skipped', output: 1, verdict }), invalid);
    await worker.delivered(offer, path);
    await worker.delivered(offer, path);
    await assert.rejects(worker.commit(offer), invalid);
  });

  it('knows every source of a join', async () => {
    const worker = await harness.registered();
    const { client, id } = await submit(preset, ['/media/a.mov', '/media/b.mov']);
    const offer = await worker.encode();
    assert.equal(outputsOf(offer)[0]?.path, '/media/a.web.mp4');
    assert.deepEqual(offer.payload.kind === 'encode' && offer.payload.sources, [
      { path: '/media/a.mov', probe },
      { path: '/media/b.mov', probe },
    ]);
    const { job } = await client.peer.request('jobs.get', { id });
    assert.deepEqual(
      job.sources.map(({ bytes, duration }) => [bytes, duration]),
      [
        [1_000_000, 10],
        [1_000_000, 10],
      ],
    );
  });

  it('fits into a frame with all others, however long its paths are', async () => {
    const { client } = await submit(preset);
    const { job } = (await client.peer.request('jobs.list', {})).jobs.map((each) => ({ job: each }))[0]!;
    const sources = Array.from({ length: 200 }, () => ({ path: `/${'x'.repeat(4000)}` }));
    const large = Array.from({ length: 50 }, () => ({ ...job, sources }));
    const told = inOneFrame(large);
    assert.ok(told.length > 0 && told.length < large.length);
    assert.ok(JSON.stringify(told).length < maxFrameBytes);
    assert.equal(
      inOneFrame([{ ...job, sources: [...sources, ...sources, ...sources, ...sources] }]).length,
      1,
    );
    assert.equal(inOneFrame(Array.from({ length: 500 }, () => job)).length, 500);
  });
});

describe('what attempts report of several outputs', () => {
  type Step =
    | { readonly do: 'assign' | 'lose' | 'cancel' | 'fail' | 'recover' }
    | { readonly do: 'start' | 'verify' | 'commit' | 'taken' | 'deliver' | 'skip'; readonly output: number }
    | { readonly do: 'deliver'; readonly output: 'granted' };
  const worker = { id: 'w1', name: 'workshop', release: () => undefined } as unknown as ConnectedWorker;

  /** One job, in memory. */
  function queue() {
    let stored: StoredJob = storedJob('j', {
      state: 'waiting',
      presetData: three,
      probes: [probe],
      outputs: ['a', 'b', 'c'].map((name) => ({ name, state: 'planned', path: `/media/j.web.${name}.mp4` })),
    });
    const store = {
      job: () => Promise.resolve(stored),
      reserved: () => Promise.resolve([]),
      write: (change: Parameters<Store['write']>[0]) => {
        for (const { path } of change.reservations ?? []) assert.ok(path);
        const revision = change.revision + 1;
        stored = { ...stored, job: { ...stored.job, ...change.job, revision } };
        return Promise.resolve(revision);
      },
      jobsOfSource: () => Promise.resolve([]),
      madeAmong: () => Promise.resolve([]),
    } as unknown as Store;
    const onChange = (after: StoredJob): void => {
      stored = after;
    };
    const clock = (): number => 1;
    const book = new JobBook({
      store,
      clock,
      platform: 'linux',
      settings: defaultQueueSettings,
      onChange,
      onExplained: () => undefined,
    });
    const attempts = new Attempts({
      ...{ book, clock, settings: defaultQueueSettings, platform: 'linux', random: () => 0 },
      sourceUse: new SourceUse({ store, platform: 'linux' }),
    });
    return { book, attempts, now: () => stored };
  }

  async function take({ book, attempts, now }: ReturnType<typeof queue>, step: Step): Promise<void> {
    const { job, tasks } = now();
    const key = { taskId: 'j-encode', fence: job.fence };
    const task = tasks.find(({ kind }) => kind === 'encode');
    switch (step.do) {
      case 'assign':
        if (job.state === 'waiting')
          await book.change('j', (stored) => assign(stored, task ?? newTask('j', 'encode', 1), worker, 1));
        return;
      case 'lose':
        return attempts.lost('j', key, { code: 'worker-lost', message: 'gone' }, true);
      case 'recover':
        return attempts.placed('j', key, {}, { code: 'worker-lost', message: 'gone' });
      case 'cancel':
        await book.change('j', () => ({ event: { type: 'cancel-requested', reason: cancelled } }));
        return;
      case 'fail':
        return attempts.report(worker, key, {
          type: 'failed',
          error: { code: 'ffmpeg-failed', message: 'no' },
        });
      case 'start': {
        const command = { output: step.output, purpose: 'encode' as const, argv: ['ffmpeg'] };
        const process = { pid: 1, processStart: '1', directory: directoryOf(key) };
        return attempts.report(worker, key, { type: 'started', ...command, ...process });
      }
      case 'verify':
        return attempts.report(worker, key, {
          ...{ type: 'verifying', output: step.output, exit: { code: 0, signal: null } },
        });
      case 'commit':
      case 'taken': {
        const request = { output: step.output, staged: '/s', identity, bytes: 1, verdict };
        const taken = step.do === 'taken' ? job.placement?.path : undefined;
        await attempts.commit(worker, key, request, taken);
        return;
      }
      case 'deliver': {
        const output = step.output === 'granted' ? (job.placement?.output ?? 0) : step.output;
        const path = job.placement?.path ?? job.outputs[output]?.path ?? '/x';
        return attempts.report(worker, key, {
          type: 'delivered',
          output,
          path,
          bytes: 1,
          verdict,
        });
      }
      case 'skip':
        return attempts.report(worker, key, { type: 'skipped', output: step.output, verdict });
    }
  }

  const cancelled = { code: 'cancelled', message: 'Cancelled.' } as const;
  const output = fc.constantFrom(0, 1, 2);
  const anyStep: fc.Arbitrary<Step> = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ do: 'assign' } as const) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('lose', 'lose', 'recover', 'fail', 'cancel') }) },
    { weight: 8, arbitrary: fc.constant({ do: 'deliver', output: 'granted' } as const) },
    {
      weight: 12,
      arbitrary: fc.record({
        do: fc.constantFrom('start', 'verify', 'commit', 'commit', 'taken', 'deliver', 'deliver', 'skip'),
        output,
      }),
    },
  );

  /** What must hold after every step, whatever a worker says in whatever order. */
  function check(before: StoredJob, after: StoredJob): void {
    const { job } = after;
    const left = job.outputs.filter(({ state }) => state === 'planned').length;
    assert.equal(job.state === 'done', left === 0, `${job.state} with ${left} left`);
    assert.equal(job.state === 'committing', job.placement !== undefined);
    if (job.placement) assert.equal(job.outputs[job.placement.output]?.state, 'planned');
    for (const [index, settled] of before.job.outputs.entries())
      if (settled.state !== 'planned')
        assert.deepEqual(job.outputs[index], settled, 'once settled, for ever');
    const paths = job.outputs.flatMap(({ path }) => path ?? []);
    assert.equal(new Set(paths).size, paths.length, 'no two results of one name');
    if (job.outputs.some(isNew(before, 'placed'))) {
      const { placement } = before.job;
      assert.equal(before.job.state, 'committing', 'placed only what was granted');
      assert.equal(placement && job.outputs[placement.output]?.path, placement?.path);
    }
  }

  const isNew =
    (before: StoredJob, state: Output['state']) =>
    (each: Output, index: number): boolean =>
      each.state === state && before.job.outputs[index]?.state !== state;

  it('ends exactly when all are settled, and never unsettles one (property)', async function () {
    // A hundred queues, each with a database of its own.
    this.timeout(60_000);
    let ended = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 100 }), async (steps) => {
        const one = queue();
        for (const step of steps) {
          const before = one.now();
          await take(one, step).catch((error: unknown) => {
            if (!(error instanceof DffmpegError)) throw error;
          });
          check(before, one.now());
        }
        if (one.now().job.state === 'done') ended += 1;
      }),
      { numRuns: 300 },
    );
    assert.ok(ended > 0, 'some runs come to their end');
  });
});
