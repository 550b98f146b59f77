import assert from 'node:assert/strict';
import { ConnectedWorker, type WorkerPeer } from '../../../src/coordinator/connectedWorker.ts';
import { newTask } from '../../../src/coordinator/jobTasks.ts';
import type { Standing } from '../../../src/coordinator/knownWorkers.ts';
import { defaultQueueSettings } from '../../../src/coordinator/queueSettings.ts';
import * as scheduler from '../../../src/coordinator/scheduler.ts';
import { Speeds } from '../../../src/coordinator/speeds.ts';
import { Timetable } from '../../../src/coordinator/timetable.ts';
import type { QueueEntry } from '../../../src/coordinator/store.ts';
import type { Capabilities, EncoderCapability } from '../../../src/encoding/dialect.ts';
import type { Preset } from '../../../src/encoding/preset.ts';
import { describeWorker } from './fakeWorker.ts';
import { probe, storedJob } from './fixtures.ts';
import { ManualTimers } from './manualTimers.ts';

function worker(
  id: string,
  changes: Parameters<typeof describeWorker>[0] = {},
  standing: Partial<Standing> = {},
): ConnectedWorker {
  const timers = new ManualTimers();
  const context = {
    settings: defaultQueueSettings,
    timers,
    clock: timers.clock,
    monotonic: timers.monotonic,
    standing: () => ({ drained: false, labels: [], ...standing }),
    wake: () => undefined,
  };
  // The scheduler asks a worker nothing: it only looks at it.
  return new ConnectedWorker({} as WorkerPeer, describeWorker({ id, name: id, ...changes }), context);
}

function entry(
  kind: 'probe' | 'encode',
  changes: { preset?: Preset; on?: string; require?: string[]; prefer?: string[]; avoid?: string[] } = {},
): QueueEntry {
  const { preset, avoid = [], ...wishes } = changes;
  const outputs = [{ state: 'planned' as const, path: '/media/a.web.mp4' }];
  const { job } = storedJob('a', { ...wishes, outputs, ...(preset ? { presetData: preset } : {}) });
  return { job, task: { ...newTask('a', kind, 0), avoid } };
}

function outlook(changes: Partial<scheduler.Outlook> = {}): scheduler.Outlook {
  return {
    ...{ timetable: new Timetable(), speeds: new Speeds(), settings: defaultQueueSettings },
    hasSources: () => false,
    heldFor: () => 0,
    ...changes,
  };
}

/** What is decided at a first look, without what is foreseen. */
function decide(task: QueueEntry, workers: readonly ConnectedWorker[]) {
  const decision = scheduler.decide(task, workers, outlook());
  if (decision.action !== 'offer') return decision;
  const { action, worker: id, slot } = decision;
  return { action, worker: id, slot };
}

const unremarkable = { jobId: 'j', priority: 50, takenAt: 0, preempted: false };
const usable: EncoderCapability = { usable: true, pixelFormats: ['yuv420p'] };
const fill = (full: ConnectedWorker, slot: 'cpu' | 'nvenc' | 'probe', count = 1): ConnectedWorker => {
  for (let fence = 1; fence <= count; fence += 1)
    full.take({ ...unremarkable, taskId: `t${slot}`, fence, slot });
  return full;
};

describe('scheduler', () => {
  it('takes the slot of the first encoder that works there', () => {
    const gpu = worker('gpu', {
      capabilities: { ...describeWorker().capabilities, h264_nvenc: usable },
      slots: { cpu: 1, nvenc: 3 },
    });
    assert.deepEqual(decide(entry('encode'), [gpu]), { action: 'offer', worker: 'gpu', slot: 'nvenc' });
    assert.deepEqual(decide(entry('encode'), [worker('w')]), { action: 'offer', worker: 'w', slot: 'cpu' });
    assert.deepEqual(decide(entry('probe'), [worker('w')]), { action: 'offer', worker: 'w', slot: 'probe' });
  });

  it('gives a drained worker no encodes, but lets it look at files', () => {
    const drained = worker('w', {}, { drained: true });
    const decision = decide(entry('encode'), [drained]);
    assert.equal(
      decision.action === 'wait' && decision.reason.message,
      'w is drained: it is given nothing more.',
    );
    assert.equal(decide(entry('probe'), [drained]).action, 'offer');
    assert.deepEqual(decide(entry('encode'), [drained, worker('v')]), {
      ...{ action: 'offer', worker: 'v', slot: 'cpu' },
    });
  });

  it('counts slots by kind', () => {
    const decision = decide(entry('encode'), [fill(worker('w'), 'cpu')]);
    assert.equal(decision.action === 'wait' && decision.reason.message, 'Its turn has not come yet.');
    assert.equal(decide(entry('probe'), [fill(worker('w'), 'cpu')]).action, 'offer');
    const none = decide(entry('encode'), [worker('w', { slots: { cpu: 0 } })]);
    assert.equal(none.action === 'wait' && none.reason.message, 'w takes no cpu work.');
  });

  it('prefers the worker with more room', () => {
    const roomy = worker('roomy', { slots: { cpu: 4 } });
    assert.deepEqual(decide(entry('encode'), [worker('w'), roomy]), {
      action: 'offer',
      worker: 'roomy',
      slot: 'cpu',
    });
  });

  it('counts the way of the files, but where they are already', () => {
    const [far, near] = [worker('far', { local: false, cores: 4 }), worker('near', { local: false })];
    const task = entry('encode');
    const probed = { ...task, job: { ...task.job, probes: [{ ...probe, bytes: 100e9 }] } };
    const goesTo = (hasSources: scheduler.Outlook['hasSources']): string | undefined => {
      const decision = scheduler.decide(probed, [far, near], outlook({ hasSources }));
      return decision.action === 'offer' ? decision.worker : undefined;
    };
    assert.equal(
      goesTo((_, id) => id === 'near'),
      'near',
    );
    assert.equal(
      goesTo((_, id) => id === 'far'),
      'far',
    );
  });

  it('goes elsewhere after a failure, even when that takes longer, and back where nobody else could', () => {
    const [one, two] = [worker('one'), worker('two')];
    const failed = entry('encode', { avoid: ['one'] });
    assert.deepEqual(decide(failed, [one, two]), { action: 'offer', worker: 'two', slot: 'cpu' });
    assert.equal(decide(failed, [one, fill(worker('two'), 'cpu')]).action, 'wait');
    assert.deepEqual(decide(failed, [one]), { action: 'offer', worker: 'one', slot: 'cpu' });
    const useless = worker('two', {
      capabilities: { ...one.capabilities, libx264: { usable: false, refusal: 'x' } },
    });
    assert.deepEqual(decide(failed, [one, useless]), { action: 'offer', worker: 'one', slot: 'cpu' });
  });

  it('asks for a trial of what comes before anything that is known to work', () => {
    const untried = worker('w', { capabilities: { libx264: usable, aac: usable } });
    const decision = decide(entry('encode'), [untried]);
    assert.equal(decision.action, 'wait');
    assert.deepEqual(decision.action === 'wait' && decision.trials, [
      { worker: 'w', encoders: ['h264_nvenc'] },
    ]);
    assert.match(decision.action === 'wait' ? decision.reason.message : '', /is trying out h264_nvenc/);
    untried.untriable.set('h264_nvenc', 'no answer');
    assert.equal(decide(entry('encode'), [untried]).action, 'offer');
  });

  it('fails only when every worker refuses, and waits where one might come to it', () => {
    const preset: Preset = {
      container: 'mkv',
      video: { encoders: ['libx264'], pixelFormat: 'yuv420p10le' },
      audio: { encoder: 'libopus' },
    };
    const capabilities: Capabilities = {
      libx264: usable,
      libopus: { usable: false, refusal: 'a\nnot built in' },
    };
    const no = worker('no', { capabilities });
    const decision = decide(entry('encode', { preset }), [no]);
    assert.equal(decision.action === 'fail' && decision.error.code, 'encoder-unavailable');
    assert.equal(
      decision.action === 'fail' && decision.error.message,
      'No encoder of the preset works on no: libx264 (cannot do yuv420p10le), libopus (not built in).',
    );
    const checking = worker('new', { ffmpeg: { state: 'checking' } });
    assert.equal(decide(entry('encode', { preset }), [no, checking]).action, 'wait');
    assert.equal(decide(entry('encode', { preset, on: 'no' }), [no, checking]).action, 'fail');
  });

  it('gives a job that requires labels only to who has all of them', () => {
    const [plain, half] = [worker('plain', { slots: { cpu: 9 } }), worker('half', { labels: ['gpu'] })];
    const both = worker('both', { labels: ['gpu'] }, { labels: ['attic'] });
    const required = entry('encode', { require: ['gpu', 'attic'] });
    const offer = { action: 'offer', worker: 'both', slot: 'cpu' };
    assert.deepEqual(decide(required, [plain, half, both]), offer);
    const decision = decide(required, [plain, half]);
    assert.deepEqual(decision.action === 'wait' && decision.reason, {
      code: 'not-found',
      message: 'No connected worker has all of the labels “gpu”, “attic”.',
      hint: 'It starts when one has: dffmpeg worker label NAME gpu attic',
    });
    assert.equal(decide(required, [fill(both, 'cpu'), plain]).action, 'wait');
    // Files lie where they lie.
    assert.equal(decide({ ...required, task: newTask('a', 'probe', 0) }, [plain]).action, 'offer');
  });

  it('says what the worker lacks that the job names', () => {
    const half = worker('half', { labels: ['gpu'] }, { labels: ['cold'] });
    const decision = decide(entry('encode', { on: 'half', require: ['gpu', 'attic'] }), [half, worker('w')]);
    assert.deepEqual(decision.action === 'wait' && decision.reason, {
      code: 'not-found',
      message: 'half does not have the label “attic”.',
      hint: 'It starts when it has: dffmpeg worker label half cold gpu attic',
    });
  });

  it('prefers who has the labels, with the more of them first', () => {
    const workers = [
      worker('roomy', { slots: { cpu: 9 } }),
      worker('half', { slots: { cpu: 2 } }, { labels: ['gpu'] }),
      worker('both', { labels: ['gpu', 'attic'] }),
    ];
    const preferred = entry('encode', { prefer: ['gpu', 'attic'] });
    assert.equal((decide(preferred, workers) as { worker?: string }).worker, 'both');
    assert.equal((decide(preferred, workers.slice(0, 2)) as { worker?: string }).worker, 'half');
    assert.equal((decide(preferred, workers.slice(0, 1)) as { worker?: string }).worker, 'roomy');
    assert.equal((decide(entry('encode'), workers) as { worker?: string }).worker, 'roomy');
  });

  it('waits until it is known what a preferred worker can do', () => {
    const untried = worker('gpu', { capabilities: { libx264: usable, aac: usable }, labels: ['gpu'] });
    const decision = decide(entry('encode', { prefer: ['gpu'] }), [worker('w'), untried]);
    assert.match(decision.action === 'wait' ? decision.reason.message : '', /gpu is trying out h264_nvenc/);
    assert.deepEqual(decision.action === 'wait' && decision.trials.map((trial) => trial.worker), ['gpu']);
    assert.equal(decide(entry('encode'), [worker('w'), untried]).action, 'offer');
    const both = worker('w', { labels: ['gpu'] });
    assert.equal(decide(entry('encode', { prefer: ['gpu'] }), [both, untried]).action, 'offer');
  });

  it('says that it waits for a preferred worker, where that is the reason', () => {
    const busy = worker('gpu', {}, { labels: ['gpu'] });
    const works = [{ kind: 'x', amount: 100 }] as never;
    busy.take({
      ...{ ...unremarkable, taskId: 't', fence: 1, slot: 'cpu' },
      foreseen: { works, begunAt: 0, seconds: 10, basis: 'guess' },
    });
    const task = entry('encode', { prefer: ['gpu'] });
    const probed = { ...task, job: { ...task.job, probes: [probe] } };
    const speeds = { predict: () => ({ seconds: 100, learnt: true }), fetchSeconds: () => 0 };
    const decision = scheduler.decide(probed, [busy, worker('w')], outlook({ speeds }));
    assert.equal(
      decision.action === 'wait' && decision.reason.message,
      'gpu, which has a preferred label, is busy; w, which is free, would not end it clearly sooner.',
    );
  });

  it('says that no worker is there, or not the one that was named', () => {
    const alone = decide(entry('encode'), []);
    assert.equal(alone.action === 'wait' && alone.reason.code, 'worker-lost');
    const named = decide(entry('encode', { on: 'x' }), [worker('w')]);
    assert.equal(named.action === 'wait' && named.reason.code, 'not-found');
    assert.match(named.action === 'wait' ? (named.reason.hint ?? '') : '', /connected are: w/);
  });
});
