import type * as z from 'zod';

/** One method of the table: what goes in, what comes back, and the sentence that docs/protocol.md prints. */
export interface Method {
  readonly doc: string;
  readonly params: z.ZodType;
  readonly result: z.ZodType;
  /** Whether the role `client` may call it, too; else of the client’s methods only `admin`, the person at that machine. */
  readonly forClients?: boolean;
}

/** One event: sent without an answer. `latestWins` may be dropped for a newer one when the link is slow. */
export interface EventType {
  readonly doc: string;
  readonly payload: z.ZodType;
  readonly latestWins: boolean;
}

export type MethodTable = Record<string, Method>;
export type EventTable = Record<string, EventType>;

export type Params<M extends Method> = z.input<M['params']>;
export type ReceivedParams<M extends Method> = z.output<M['params']>;
export type Result<M extends Method> = z.output<M['result']>;
export type Payload<E extends EventType> = z.output<E['payload']>;

export interface RequestContext {
  /** Aborted when the asker cancels or the channel closes. */
  readonly signal: AbortSignal;
}

/** Exhaustive at compile time: a method without a handler does not build. */
export type Handlers<T extends MethodTable> = {
  [K in keyof T]: (params: ReceivedParams<T[K]>, context: RequestContext) => Promise<z.input<T[K]['result']>>;
};

export type Listeners<T extends EventTable> = { [K in keyof T]?: (payload: Payload<T[K]>) => void };
