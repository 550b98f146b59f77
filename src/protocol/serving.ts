import type { MethodTable, RequestContext } from './contract.ts';
import { DffmpegError, toDffmpegError } from './errors.ts';
import type { RequestFrame } from './frames.ts';
import { describeIssues } from './issues.ts';
import type { Outbox } from './outbox.ts';

/** Requests of one peer that are handled at the same time; the next ones wait their turn. */
export const maxConcurrentRequests = 256;
/** Requests of one peer that wait for their turn; the next ones are answered `slots-busy`. */
export const maxWaitingRequests = 10_000;

export type AnyHandler = (params: unknown, context: RequestContext) => Promise<unknown>;

/** The requests of the other side: each is answered exactly once, in whatever order they finish. */
export class Serving {
  readonly #methods: MethodTable;
  readonly #handlers: Readonly<Record<string, AnyHandler>>;
  readonly #outbox: Outbox;
  readonly #onError: (error: DffmpegError) => void;
  readonly #limit: number;
  readonly #running = new Map<number, AbortController>();
  readonly #waiting = new Map<number, RequestFrame>();

  constructor(options: {
    methods: MethodTable;
    handlers: Readonly<Record<string, AnyHandler>>;
    outbox: Outbox;
    onError: (error: DffmpegError) => void;
    limit: number;
  }) {
    this.#methods = options.methods;
    this.#handlers = options.handlers;
    this.#outbox = options.outbox;
    this.#onError = options.onError;
    this.#limit = options.limit;
  }

  has(id: number): boolean {
    return this.#running.has(id) || this.#waiting.has(id);
  }

  onRequest(frame: RequestFrame): void {
    if (this.#running.size < this.#limit) this.#start(frame);
    else if (this.#waiting.size < maxWaitingRequests) this.#waiting.set(frame.id, frame);
    else this.#fail(frame.id, new DffmpegError('slots-busy', 'Too many requests at once; ask again later.'));
  }

  onCancel(id: number): void {
    this.#running.get(id)?.abort(new DffmpegError('cancelled', 'The asker cancelled the request.'));
    if (this.#waiting.delete(id))
      this.#fail(id, new DffmpegError('cancelled', 'The request was cancelled before its turn.'));
  }

  end(error: DffmpegError): void {
    this.#waiting.clear();
    for (const controller of this.#running.values()) controller.abort(error);
  }

  #start(frame: RequestFrame): void {
    const controller = new AbortController();
    this.#running.set(frame.id, controller);
    void this.#answer(frame, controller.signal).then(() => {
      this.#running.delete(frame.id);
      this.#startNext();
    });
  }

  #startNext(): void {
    const next = this.#waiting.entries().next();
    if (next.done || this.#running.size >= this.#limit) return;
    const [id, frame] = next.value;
    this.#waiting.delete(id);
    this.#start(frame);
  }

  /** Done when the answer is taken: whoever does not read the answers gets no more work done. */
  async #answer({ id, method, params }: RequestFrame, signal: AbortSignal): Promise<void> {
    try {
      const result = await this.#handle(method, params, signal);
      await this.#outbox.send({ t: 'ok', id, result });
    } catch (thrown) {
      const error = toDffmpegError(thrown);
      if (error.code === 'internal' || error.code === 'invalid-result') this.#onError(error);
      // A signal is no error of the channel: the answer still goes out, and is dropped if nobody waits for it.
      await this.#outbox.send({ t: 'err', id, error: error.toData() }).catch(() => undefined);
    }
  }

  async #handle(name: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    const method = Object.hasOwn(this.#methods, name) ? this.#methods[name] : undefined;
    const handler = method && this.#handlers[name];
    if (!handler)
      throw new DffmpegError('unknown-method', `There is no method ${name.slice(0, 80)}.`, {
        hint: 'Update DFFmpeg on both sides to the same version.',
      });
    const received = method.params.safeParse(params);
    if (!received.success)
      throw new DffmpegError('invalid-params', `${name}: ${describeIssues(received.error)}`);
    const result = method.result.safeParse(await handler(received.data, { signal }));
    if (!result.success) throw new DffmpegError('invalid-result', `${name}: ${describeIssues(result.error)}`);
    return result.data;
  }

  #fail(id: number, error: DffmpegError): void {
    this.#outbox.post({ t: 'err', id, error: error.toData() });
  }
}
