import type { Channel } from '../../../src/protocol/channel.ts';
import type { Progress } from '../../../src/protocol/model.ts';
import { describeWorker } from '../../unit/coordinator/fakeWorker.ts';

export interface SimulatedOffer {
  readonly taskId: string;
  readonly fence: number;
  readonly payload: { readonly jobId: string };
}

interface Frame {
  t: string;
  id: number;
  method?: string;
  params?: unknown;
}

/**
 * A worker that takes whatever is offered and never ends it. It reads frames without checking them: what a worker
 * costs is not the queue's.
 */
export class SimulatedWorker {
  readonly #channel: Channel;
  readonly #onOffer: (offer: SimulatedOffer) => void;
  readonly #answers = new Map<number, () => void>();
  readonly #attempts: SimulatedOffer[] = [];

  constructor(channel: Channel, onOffer: (offer: SimulatedOffer) => void) {
    this.#channel = channel;
    this.#onOffer = onOffer;
    channel.onFrame((text) => {
      this.#receive(JSON.parse(text) as Frame);
    });
  }

  /** Resolves when the coordinator knows it. */
  async register(id: string, slots: Record<string, number>): Promise<void> {
    const worker = describeWorker({ id, name: id, slots });
    await new Promise<void>((resolve) => {
      this.#answers.set(1, resolve);
      this.#send({ t: 'req', id: 1, method: 'worker.register', params: { worker, running: [] } });
    });
  }

  tellProgress(progress: Omit<Progress, 'jobId' | 'fence'>): void {
    for (const { payload, fence } of this.#attempts)
      this.#send({
        t: 'evt',
        event: 'task.progress',
        payload: { jobId: payload.jobId, fence, ...progress },
      });
  }

  #receive({ t, id, method, params }: Frame): void {
    if (t === 'ok' || t === 'err') this.#answers.get(id)?.();
    if (t !== 'req') return;
    if (method === 'task.offer') {
      this.#attempts.push(params as SimulatedOffer);
      this.#onOffer(params as SimulatedOffer);
    }
    this.#send({ t: 'ok', id, result: method === 'task.offer' ? { accepted: true } : {} });
  }

  #send(frame: unknown): void {
    void this.#channel.send(JSON.stringify(frame));
  }
}
