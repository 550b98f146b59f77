import type * as z from 'zod';
import { Asking } from './asking.ts';
import type { RequestOptions } from './asking.ts';
import type { Channel, CloseReason } from './channel.ts';
import type { EventTable, EventType, Handlers, Listeners, Method, MethodTable } from './contract.ts';
import type { Params, Result } from './contract.ts';
import { DffmpegError, toDffmpegError } from './errors.ts';
import type { ErrorData } from './errors.ts';
import { parseFrame } from './frames.ts';
import type { Frame } from './frames.ts';
import { describeIssues } from './issues.ts';
import { Outbox } from './outbox.ts';
import { maxConcurrentRequests, Serving } from './serving.ts';
import type { AnyHandler } from './serving.ts';
import { systemTimers } from './timers.ts';
import type { Timers } from './timers.ts';

export type { RequestOptions } from './asking.ts';

/** After this many in a row the other side does not speak this protocol. */
export const maxBrokenFrames = 8;

export interface PeerOptions<
  Serves extends MethodTable,
  Asks extends MethodTable,
  Emits extends EventTable,
  Hears extends EventTable,
> {
  channel: Channel;
  /** Methods that the other side may call, and what answers them. */
  serves: Serves;
  handlers: Handlers<Serves>;
  /** Methods of the other side. */
  asks: Asks;
  /** Events sent from here. */
  emits: Emits;
  /** Events of the other side, and who listens. */
  hears: Hears;
  listeners: Listeners<Hears>;
  /** For the log: broken frames, handlers and listeners that threw, results that do not fit their schema. */
  onError?: ((error: DffmpegError) => void) | undefined;
  maxConcurrent?: number | undefined;
  timers?: Timers | undefined;
}

/** One end of a conversation: asks, answers, tells. Types and checks come from the tables of methods and events. */
export interface Peer<Asks extends MethodTable, Emits extends EventTable> {
  /** Rejects with a `DffmpegError`: the other side's, or `disconnected`, `cancelled`, `timeout`, `invalid-params`. */
  request<K extends keyof Asks & string>(
    method: K,
    params: Params<Asks[K] & Method>,
    options?: RequestOptions,
  ): Promise<Result<Asks[K] & Method>>;
  /** On a slow link a latest-wins event replaces the waiting one of its name and `key` (such as a task's id). */
  emit<K extends keyof Emits & string>(
    event: K,
    payload: z.input<(Emits[K] & EventType)['payload']>,
    key?: string,
  ): void;
  close(reason?: CloseReason): void;
  /** Resolves, never rejects, whichever side closed. */
  readonly closed: Promise<CloseReason>;
}

/**
 * Begins the conversation over an authenticated channel. What is sent is what the schema made of it (unknown
 * fields are left out), and the other side checks again; so schemas of the tables must read their own output.
 */
export function createPeer<
  Serves extends MethodTable,
  Asks extends MethodTable,
  Emits extends EventTable,
  Hears extends EventTable,
>(options: PeerOptions<Serves, Asks, Emits, Hears>): Peer<Asks, Emits> {
  const conversation = new Conversation(options);
  return {
    request: (method, params, requestOptions = {}) =>
      // The table's schema has checked it: `Asking` returns the result schema's output.
      conversation.asking.request(method, params, requestOptions) as Promise<never>,
    emit: (event, payload, key = '') => {
      conversation.emit(event, payload, key);
    },
    close: (reason) => {
      conversation.close(reason);
    },
    closed: conversation.closed,
  };
}

interface UntypedOptions {
  channel: Channel;
  serves: MethodTable;
  handlers: object;
  asks: MethodTable;
  emits: EventTable;
  hears: EventTable;
  listeners: object;
  onError?: ((error: DffmpegError) => void) | undefined;
  maxConcurrent?: number | undefined;
  timers?: Timers | undefined;
}

class Conversation {
  readonly asking: Asking;
  readonly closed: Promise<CloseReason>;
  readonly #channel: Channel;
  readonly #outbox: Outbox;
  readonly #serving: Serving;
  readonly #emits: EventTable;
  readonly #hears: EventTable;
  readonly #listeners: Readonly<Record<string, ((payload: unknown) => void) | undefined>>;
  readonly #onError: (error: DffmpegError) => void;
  #brokenInARow = 0;

  constructor(options: UntypedOptions) {
    this.#channel = options.channel;
    this.#emits = options.emits;
    this.#hears = options.hears;
    this.#listeners = options.listeners as Readonly<Record<string, (payload: unknown) => void>>;
    this.#onError = options.onError ?? (() => undefined);
    this.#outbox = new Outbox(options.channel, this.#onError);
    this.asking = new Asking(options.asks, this.#outbox, options.timers ?? systemTimers);
    this.#serving = new Serving({
      methods: options.serves,
      handlers: options.handlers as Readonly<Record<string, AnyHandler>>,
      outbox: this.#outbox,
      onError: this.#onError,
      limit: options.maxConcurrent ?? maxConcurrentRequests,
    });
    this.closed = new Promise((resolve) => {
      this.#channel.onClose((reason) => {
        this.#end(reason);
        resolve(reason);
      });
    });
    this.#channel.onFrame((text) => {
      this.#receive(text);
    });
  }

  emit(name: string, payload: unknown, key: string): void {
    const event = Object.hasOwn(this.#emits, name) ? this.#emits[name] : undefined;
    const checked = event?.payload.safeParse(payload);
    if (!event || !checked?.success) {
      const why = checked?.error ? describeIssues(checked.error) : 'There is no such event.';
      this.#onError(new DffmpegError('internal', `Event ${name} was not sent. ${why}`));
      return;
    }
    const frame: Frame = { t: 'evt', event: name, payload: checked.data };
    if (event.latestWins) this.#outbox.postLatest(`${name}\n${key}`, frame);
    else this.#outbox.post(frame);
  }

  close(reason: CloseReason = { code: 1000, text: '' }): void {
    this.#end(reason);
    this.#channel.close(reason);
  }

  #end(reason: CloseReason): void {
    const why = reason.text === '' ? `code ${reason.code}` : reason.text;
    const error = new DffmpegError('disconnected', `The connection was closed (${why}).`);
    this.#outbox.clear();
    this.asking.end(error);
    this.#serving.end(error);
  }

  #receive(text: string): void {
    const parsed = parseFrame(text);
    if (!parsed.ok) {
      this.#onBroken(parsed.error, parsed.id);
      return;
    }
    const { frame } = parsed;
    if (frame.t === 'req' && this.#serving.has(frame.id)) {
      this.#onBroken(
        { code: 'invalid-frame', message: `Request ${frame.id} is being answered already.` },
        null,
      );
      return;
    }
    this.#brokenInARow = 0;
    this.#dispatch(frame);
  }

  #dispatch(frame: Frame): void {
    switch (frame.t) {
      case 'req':
        this.#serving.onRequest(frame);
        break;
      case 'cancel':
        this.#serving.onCancel(frame.id);
        break;
      case 'ok':
        this.asking.onResult(frame.id, frame.result);
        break;
      case 'err':
        if (frame.id === null) this.#onError(DffmpegError.from(frame.error));
        else this.asking.onFailure(frame.id, frame.error);
        break;
      case 'evt':
        this.#hear(frame.event, frame.payload);
        break;
    }
  }

  /** An event of a newer minor is unknown here, and no error. */
  #hear(name: string, payload: unknown): void {
    const event = Object.hasOwn(this.#hears, name) ? this.#hears[name] : undefined;
    if (!event) return;
    const checked = event.payload.safeParse(payload);
    if (!checked.success) {
      const error = new DffmpegError('invalid-params', `${name}: ${describeIssues(checked.error)}`);
      this.#onError(error);
      this.#outbox.post({ t: 'err', id: null, error: error.toData() });
      return;
    }
    try {
      this.#listeners[name]?.(checked.data);
    } catch (error) {
      this.#onError(toDffmpegError(error));
    }
  }

  #onBroken(error: ErrorData, id: number | null): void {
    this.#onError(DffmpegError.from(error));
    this.#outbox.post({ t: 'err', id, error });
    this.#brokenInARow += 1;
    if (this.#brokenInARow >= maxBrokenFrames)
      this.close({ code: 1002, text: 'Too many broken frames in a row.' });
  }
}
