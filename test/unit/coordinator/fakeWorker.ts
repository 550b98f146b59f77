import assert from 'node:assert/strict';
import type { Channel } from '../../../src/protocol/channel.ts';
import { createPeer } from '../../../src/protocol/peer.ts';
import type { Handlers, Payload, RequestContext } from '../../../src/protocol/contract.ts';
import {
  coordinatorEvents,
  coordinatorMethods,
  workerEvents,
  workerMethods,
  type CoordinatorEvents,
  type WorkerMethods,
} from '../../../src/protocol/workerContract.ts';
import { type TaskPayload, type TaskReport } from '../../../src/protocol/tasks.ts';
import type { WorkerDescription } from '../../../src/protocol/model.ts';
import type { Verdict } from '../../../src/encoding/verdict.ts';
import { probe } from './fixtures.ts';

export interface Offer {
  readonly taskId: string;
  readonly fence: number;
  readonly payload: TaskPayload;
}

export const verdict: Verdict = { level: 'pass', findings: [] };
export const identity = { device: '1', inode: '2' };
export const sourceState = {
  ...{ identity: { device: '1', inode: '3' }, bytes: 1_000_000 },
  ...{ modified: '42', changed: '43' },
};

export function describeWorker(changes: Partial<WorkerDescription> = {}): WorkerDescription {
  return {
    id: 'w1',
    name: 'workshop',
    local: true,
    platform: 'linux',
    arch: 'x64',
    cores: 4,
    ffmpeg: { state: 'ready', path: '/usr/bin/ffmpeg', ffprobePath: '/usr/bin/ffprobe', version: '5.1' },
    capabilities: {
      h264_nvenc: { usable: false, refusal: 'Loading\nCannot load libcuda.so.1' },
      libx264: { usable: true, pixelFormats: ['yuv420p', 'yuv420p10le'] },
      aac: { usable: true, pixelFormats: [] },
    },
    slots: { cpu: 1, probe: 2 },
    labels: [],
    mounts: [],
    ...changes,
  };
}

export function directoryOf({ taskId, fence }: Pick<Offer, 'taskId' | 'fence'>): string {
  return `/media/.dffmpeg-${taskId}-${fence}.part`;
}

export function outputsOf({ payload }: Offer): { index: number; path: string }[] {
  assert(payload.kind === 'encode');
  return payload.outputs;
}

/** A worker of the tests' own: it does what the test says, in any order, twice, or not at all. */
/** A result that came from another machine. */
export const received = {
  staged: '/state/scratch/attempts/t-2/result.mp4',
  identity,
  content: 'of-it',
  bytes: 5,
};

export class FakeWorker {
  readonly offers: Offer[] = [];
  readonly cancels: { taskId: string; fence: number }[] = [];
  readonly asked: { method: string; params: unknown }[] = [];
  loadWanted: boolean | undefined;
  foreignLoadWanted: boolean | undefined;
  /** What it was told to keep, once all that it had left has come to an end. */
  recovered: Payload<CoordinatorEvents['recovered']>['keep'] | undefined;
  /** Probes are answered at once unless the test wants to do it. */
  probesItself = true;
  /** What it finds every source to be. */
  probe = probe;
  /** And which file, where the test wants that told. */
  files: Extract<TaskReport, { type: 'probed' }>['files'];
  /** Outputs whose results are said to be gone. */
  lost: Extract<TaskReport, { type: 'probed' }>['lost'];
  accepts: (offer: Offer) => boolean = () => true;
  /** What it finds every result to be. */
  verdict = verdict;
  bytes = 5;
  answers: Partial<Handlers<WorkerMethods>> = {};
  readonly channel: Channel;
  readonly peer;
  readonly #waiting: (() => void)[] = [];

  constructor(channel: Channel) {
    this.channel = channel;
    this.peer = createPeer({
      channel,
      serves: workerMethods,
      handlers: {
        'task.offer': (offer) => Promise.resolve({ accepted: this.#onOffer(offer) }),
        'task.cancel': (key) => {
          this.cancels.push(key);
          this.#notify();
          return Promise.resolve({});
        },
        'task.suspend': (params) => {
          this.asked.push({ method: 'task.suspend', params });
          this.#notify();
          return Promise.resolve({});
        },
        'task.prioritize': (params) => {
          this.asked.push({ method: 'task.prioritize', params });
          this.#notify();
          return Promise.resolve({});
        },
        'task.redirect': (params) => {
          this.asked.push({ method: 'task.redirect', params });
          this.#notify();
          return Promise.resolve({});
        },
        'capabilities.try': async (params, context) => {
          this.asked.push({ method: 'capabilities.try', params });
          this.#notify();
          return (await this.answers['capabilities.try']?.(params, context)) ?? { capabilities: {} };
        },
        'placement.recover': async (params, context) => {
          this.asked.push({ method: 'placement.recover', params });
          this.#notify();
          return (await this.answers['placement.recover']?.(params, context)) ?? { outcome: 'gone' as const };
        },
        'process.reap': (params) => {
          this.asked.push({ method: 'process.reap', params });
          this.#notify();
          return Promise.resolve({ ended: true });
        },
        'task.expect': (params, context) => this.#inquiry('task.expect', params, context),
        'source.offer': (params, context) => this.#inquiry('source.offer', params, context),
        'result.receive': (params, context) => this.#inquiry('result.receive', params, context),
        'result.drop': (params, context) => this.#inquiry('result.drop', params, context),
        'source.replace': (params, context) => this.#inquiry('source.replace', params, context),
        'source.restore': (params, context) => this.#inquiry('source.restore', params, context),
        'source.locate': (params, context) => this.#inquiry('source.locate', params, context),
        'source.discard': (params, context) => this.#inquiry('source.discard', params, context),
        'media.probe': (params, context) => this.#inquiry('media.probe', params, context),
        'encode.preview': (params, context) => this.#inquiry('encode.preview', params, context),
        'media.check': (params, context) => this.#inquiry('media.check', params, context),
        'media.measure': (params, context) => this.#inquiry('media.measure', params, context),
      },
      asks: coordinatorMethods,
      emits: workerEvents,
      hears: coordinatorEvents,
      listeners: {
        recovered: ({ keep }) => {
          this.recovered = keep;
          this.#notify();
        },
        'load.wanted': ({ wanted, foreign }) => {
          this.loadWanted = wanted;
          this.foreignLoadWanted = foreign;
          this.#notify();
        },
      },
    });
  }

  register(changes: Partial<WorkerDescription> = {}, running: { taskId: string; fence: number }[] = []) {
    return this.peer.request('worker.register', { worker: describeWorker(changes), running });
  }

  /** Resolves when `condition` holds: looked at whenever something came. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The `count`th encode that was offered. */
  async encode(count = 1): Promise<Offer> {
    const encodes = (): Offer[] => this.offers.filter(({ payload }) => payload.kind === 'encode');
    await this.until(() => encodes().length >= count);
    const offer = encodes()[count - 1];
    assert(offer);
    return offer;
  }

  report({ taskId, fence }: Pick<Offer, 'taskId' | 'fence'>, report: TaskReport) {
    return this.peer.request('task.report', { taskId, fence, report });
  }

  start(offer: Offer, command: Partial<Extract<TaskReport, { type: 'started' }>> = {}) {
    return this.report(offer, {
      type: 'started',
      output: 0,
      purpose: 'encode',
      argv: ['ffmpeg', '-i', 'file:in it.mov', 'file:result.mp4'],
      pid: 4242,
      processStart: '99',
      directory: directoryOf(offer),
      ...command,
    });
  }

  verifying(offer: Offer, output = 0) {
    return this.report(offer, { type: 'verifying', output, exit: { code: 0, signal: null } });
  }

  async commit(offer: Offer, taken?: string, output = 0): Promise<string> {
    const { taskId, fence, payload } = offer;
    const staged = `${directoryOf(offer)}/result.mp4`;
    const { verdict } = this;
    const source = payload.kind === 'encode' && payload.onSuccess === 'replace' ? sourceState : undefined;
    const request = { taskId, fence, output, verdict, bytes: this.bytes, staged, identity, source, taken };
    return (await this.peer.request('task.commit', request)).path;
  }

  /** What it is asked for workers that do not see its files goes well. */
  holdsFiles(): void {
    const ticket = 'T'.repeat(43);
    Object.assign(this.answers, {
      'source.offer': ({ sources }) =>
        Promise.resolve({ sources: sources.map((path) => ({ path, ticket, ...sourceState })), assets: [] }),
      'result.receive': () => Promise.resolve(received),
      'result.drop': () => Promise.resolve({}),
      'placement.recover': () => Promise.resolve({ outcome: 'placed', identity }),
    } satisfies FakeWorker['answers']);
  }

  /** As `commit` and `delivered`, of a worker that does not see the files. */
  handOver({ taskId, fence }: Pick<Offer, 'taskId' | 'fence'>, output = 0) {
    const { verdict } = this;
    const result = { name: 'result.mp4', isFolder: false, files: [] };
    return this.peer.request('task.handOver', {
      ...{ taskId, fence, output, verdict, result },
      sources: [{ ...sourceState, path: '/media/a.mov', ticket: 'T'.repeat(43) }],
    });
  }

  delivered(offer: Offer, path: string, output = 0) {
    const { bytes, verdict } = this;
    return this.report(offer, { type: 'delivered', output, path, identity, bytes, verdict });
  }

  /** One output, the whole way, as a healthy worker goes it. */
  async make(offer: Offer, output: number): Promise<string> {
    await this.start(offer, { output, argv: ['ffmpeg', `output ${output}`] });
    await this.verifying(offer, output);
    const path = await this.commit(offer, undefined, output);
    await this.delivered(offer, path, output);
    return path;
  }

  /** All that was offered; where the last result lies. */
  async finish(offer: Offer): Promise<string> {
    let path = '';
    for (const { index } of outputsOf(offer)) path = await this.make(offer, index);
    return path;
  }

  #onOffer(offer: Offer): boolean {
    this.offers.push(offer);
    this.#notify();
    if (!this.accepts(offer)) return false;
    if (offer.payload.kind === 'probe' && this.probesItself)
      setImmediate(() => void this.#probe(offer).catch(() => undefined));
    return true;
  }

  /** Answered as the test says; without its word, not at all. */
  #inquiry<K extends keyof WorkerMethods>(
    method: K,
    params: Parameters<Handlers<WorkerMethods>[K]>[0],
    context: RequestContext,
  ): ReturnType<Handlers<WorkerMethods>[K]> {
    this.asked.push({ method, params });
    this.#notify();
    const answer = this.answers[method];
    if (!answer) throw new Error(`${method} is not answered in this test.`);
    return answer(params as never, context) as ReturnType<Handlers<WorkerMethods>[K]>;
  }

  #probe(offer: Offer) {
    const { payload } = offer;
    const probes = payload.kind === 'probe' ? payload.sources.map(() => this.probe) : [];
    return this.report(offer, { type: 'probed', probes, files: this.files, lost: this.lost });
  }

  #notify(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
