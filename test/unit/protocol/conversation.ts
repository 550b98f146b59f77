import * as z from 'zod';
import type { Channel, CloseReason } from '../../../src/protocol/channel.ts';
import type { EventTable, Handlers, MethodTable } from '../../../src/protocol/contract.ts';
import type { DffmpegError } from '../../../src/protocol/errors.ts';
import type { Frame } from '../../../src/protocol/frames.ts';
import { createPeer } from '../../../src/protocol/peer.ts';
import type { Timers } from '../../../src/protocol/timers.ts';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';

/** A table small enough to read, with one of everything. */
export const methods = {
  'math.double': {
    doc: 'Twice the number.',
    params: z.object({ value: z.number() }),
    result: z.object({ value: z.number() }),
  },
  'wait.forAbort': { doc: 'Ends when cancelled.', params: z.object({}), result: z.object({}) },
} as const satisfies MethodTable;

export const events = {
  'list.added': { doc: 'Kept in order.', payload: z.object({ n: z.number() }), latestWins: false },
  'level.changed': { doc: 'Latest wins.', payload: z.object({ n: z.number() }), latestWins: true },
} as const satisfies EventTable;

export type TestHandlers = Handlers<typeof methods>;

export const handlers: TestHandlers = {
  'math.double': ({ value }) => Promise.resolve({ value: 2 * value }),
  'wait.forAbort': (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    }),
};

export function servePeer(
  channel: Channel,
  options: { handlers?: Partial<TestHandlers>; maxConcurrent?: number } = {},
) {
  const errors: DffmpegError[] = [];
  const peer = createPeer({
    channel,
    serves: methods,
    handlers: { ...handlers, ...options.handlers },
    asks: {},
    emits: events,
    hears: {},
    listeners: {},
    onError: (error) => errors.push(error),
    maxConcurrent: options.maxConcurrent,
  });
  return { peer, errors };
}

export function askPeer(channel: Channel, timers?: Timers) {
  const errors: DffmpegError[] = [];
  const heard: string[] = [];
  const peer = createPeer({
    channel,
    serves: {},
    handlers: {},
    asks: methods,
    emits: {},
    hears: events,
    listeners: {
      'list.added': ({ n }) => heard.push(`list ${n}`),
      'level.changed': ({ n }) => heard.push(`level ${n}`),
    },
    onError: (error) => errors.push(error),
    timers,
  });
  return { peer, errors, heard };
}

/** The far end of a serving peer by hand: what a stranger sends and sees. */
export function rawAgainst(serve: (channel: Channel) => void) {
  const [near, far] = createMemoryChannelPair();
  serve(near);
  const frames: Frame[] = [];
  let wake: (() => void) | undefined;
  far.onFrame((text) => {
    frames.push(JSON.parse(text) as Frame);
    wake?.();
  });
  const closed = new Promise<CloseReason>((resolve) => {
    far.onClose(resolve);
  });
  return {
    send: (text: string) => far.send(text),
    closed,
    close: (): void => {
      far.close();
    },
    /** The next frame that came. */
    async next(): Promise<Frame> {
      while (frames.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return frames.shift()!;
    },
  };
}

/** Timers that a test sets off. */
export function manualTimers() {
  const pending = new Set<{ milliseconds: number; callback: () => void }>();
  const timers: Timers = {
    after(milliseconds, callback) {
      const timer = { milliseconds, callback };
      pending.add(timer);
      return () => pending.delete(timer);
    },
  };
  return {
    timers,
    pending,
    fire(): void {
      for (const timer of [...pending]) {
        pending.delete(timer);
        timer.callback();
      }
    },
  };
}

/** Everything that is on its way through memory channels has arrived. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve));
}

export function withCode(code: string): (error: DffmpegError) => boolean {
  return (error) => {
    if (error.code !== code) throw new Error(`expected ${code}, got ${error.code}: ${error.message}`);
    return true;
  };
}
