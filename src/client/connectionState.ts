import type { DffmpegError } from '../protocol/errors.ts';
import { grownWait } from '../protocol/grownWait.ts';
import { defaultClientSettings, type ClientSettings } from './clientSettings.ts';

type Pauses = Pick<
  ClientSettings,
  'reconnectMinMs' | 'reconnectMaxSeconds' | 'reconnectFactor' | 'reconnectJitter'
>;

export type ConnectionState =
  | { readonly name: 'connecting'; readonly attempt: number }
  | { readonly name: 'connected' }
  /** Until the next attempt, in `delayMs`, or until somebody needs the daemon. */
  | {
      readonly name: 'waiting';
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: DffmpegError;
    }
  | { readonly name: 'closed' };

export type ConnectionEvent =
  | { readonly type: 'dial' }
  | { readonly type: 'opened' }
  /** An attempt failed, or the connection was lost. `jitter`: random, 0 to below 1. */
  | {
      readonly type: 'failed';
      readonly error: DffmpegError;
      readonly jitter: number;
      readonly pauses?: Pauses;
    }
  | { readonly type: 'close' };

/** Grows from the least to the most, a little more or less, so that many clients of one daemon do not come back at once. */
export function backOffMs(attempt: number, jitter: number, pauses: Pauses = defaultClientSettings): number {
  const { reconnectMinMs, reconnectMaxSeconds, reconnectFactor, reconnectJitter } = pauses;
  const delay = grownWait(reconnectMinMs, reconnectMaxSeconds * 1000, reconnectFactor, attempt);
  return Math.round(delay * (1 + reconnectJitter * (2 * jitter - 1)));
}

/** `attempt` counts failures in a row; events that do not fit the state change nothing. */
export function reduceConnection(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  if (state.name === 'closed') return state;
  switch (event.type) {
    case 'close':
      return { name: 'closed' };
    case 'dial':
      return state.name === 'waiting' ? { name: 'connecting', attempt: state.attempt } : state;
    case 'opened':
      return state.name === 'connecting' ? { name: 'connected' } : state;
    case 'failed': {
      if (state.name === 'waiting') return state;
      const attempt = state.name === 'connecting' ? state.attempt : 0;
      return {
        name: 'waiting',
        attempt: attempt + 1,
        delayMs: backOffMs(attempt, event.jitter, event.pauses),
        error: event.error,
      };
    }
  }
}
