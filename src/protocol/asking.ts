import type { MethodTable } from './contract.ts';
import { DffmpegError, toDffmpegError } from './errors.ts';
import type { ErrorData } from './errors.ts';
import { describeIssues } from './issues.ts';
import type { Outbox } from './outbox.ts';
import type { Timers } from './timers.ts';

export interface RequestOptions {
  /** Cancels the request on both sides; it rejects with `cancelled`. */
  signal?: AbortSignal | undefined;
  /** Milliseconds; then it is cancelled on the other side and rejects with `timeout`. Default: it waits. */
  timeoutMs?: number | undefined;
  /**
   * The parameters were made of what these schemas have read already, and are sent as they are: the other side checks
   * them all the same. For what is asked thousands of times a second.
   */
  asRead?: boolean | undefined;
}

interface Pending {
  method: string;
  resolve(result: unknown): void;
  reject(error: DffmpegError): void;
}

/** The requests a peer has sent and that are not answered yet. */
export class Asking {
  readonly #methods: MethodTable;
  readonly #outbox: Outbox;
  readonly #timers: Timers;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #ended: DffmpegError | undefined;

  constructor(methods: MethodTable, outbox: Outbox, timers: Timers) {
    this.#methods = methods;
    this.#outbox = outbox;
    this.#timers = timers;
  }

  async request(method: string, params: unknown, options: RequestOptions): Promise<unknown> {
    if (this.#ended) throw this.#ended;
    if (options.signal?.aborted) throw cancelled(options.signal);
    const sent = options.asRead === true ? params : this.#check(method, params);

    const id = this.#nextId++;
    const answer = this.#register(id, method, options);
    this.#outbox.send({ t: 'req', id, method, params: sent }).catch((error: unknown) => {
      this.#take(id)?.reject(toDffmpegError(error));
    });
    return answer;
  }

  onResult(id: number, result: unknown): void {
    const pending = this.#take(id);
    if (!pending) return;
    const checked = this.#method(pending.method).result.safeParse(result);
    if (checked.success) pending.resolve(checked.data);
    else
      pending.reject(
        new DffmpegError('invalid-result', `${pending.method}: ${describeIssues(checked.error)}`),
      );
  }

  onFailure(id: number, error: ErrorData): void {
    this.#take(id)?.reject(DffmpegError.from(error));
  }

  /** The channel is gone: nothing is answered any more. */
  end(error: DffmpegError): void {
    this.#ended = error;
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(error);
  }

  #check(method: string, params: unknown): unknown {
    const checked = this.#method(method).params.safeParse(params);
    if (checked.success) return checked.data;
    throw new DffmpegError('invalid-params', `${method}: ${describeIssues(checked.error)}`);
  }

  #method(name: string): MethodTable[string] {
    const method = Object.hasOwn(this.#methods, name) ? this.#methods[name] : undefined;
    if (!method) throw new DffmpegError('unknown-method', `There is no method ${name}.`);
    return method;
  }

  /** An answer that comes after its request was given up finds nothing here, and is dropped. */
  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #register(id: number, method: string, { signal, timeoutMs }: RequestOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const giveUp = (error: DffmpegError): void => {
        const pending = this.#take(id);
        if (!pending) return;
        this.#outbox.post({ t: 'cancel', id });
        pending.reject(error);
      };
      const onAbort = (): void => {
        giveUp(cancelled(signal));
      };
      const stopTimer =
        timeoutMs === undefined
          ? undefined
          : this.#timers.after(timeoutMs, () => {
              giveUp(new DffmpegError('timeout', `${method} was not answered within ${timeoutMs} ms.`));
            });
      const settle = (): void => {
        stopTimer?.();
        signal?.removeEventListener('abort', onAbort);
      };
      signal?.addEventListener('abort', onAbort);
      this.#pending.set(id, {
        method,
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
    });
  }
}

function cancelled(signal: AbortSignal | undefined): DffmpegError {
  return new DffmpegError('cancelled', 'The request was cancelled.', { cause: signal?.reason });
}
