import { count, defaultsOf, duration, type SettingRow, type SettingValues } from '../protocol/settingRow.ts';
import { channelRows } from './channelRows.ts';

/** What whoever listens for connections lives by. */
export const listenerRows = {
  heartbeatSeconds: duration('seconds', 15, 'How often a client is pinged.', { min: 0.1 }),
  heartbeatMisses: count(
    2,
    'A client that has left so many pings in a row without an answer is gone; a machine that wakes up has missed one.',
    { min: 1, max: 1000 },
  ),
  handshakeSeconds: duration('seconds', 5, 'How long a client may take to say who it is.', { min: 0.1 }),
  maxHandshakes: count(256, 'Clients that may be saying who they are at once.', { min: 1 }),
  challengeSeconds: duration(
    'seconds',
    30,
    'How long a client may take to answer the question for its key.',
    {
      min: 1,
    },
  ),
  failedHandshakesAMinute: count(
    20,
    'Wrong keys that an address of the network may show in a minute before it is not listened to for the rest of it.',
    { min: 1 },
  ),
} as const satisfies Record<string, SettingRow>;

export type ListenerSettings = SettingValues<typeof listenerRows> & SettingValues<typeof channelRows>;

export const defaultListenerSettings: ListenerSettings = {
  ...defaultsOf(listenerRows),
  ...defaultsOf(channelRows),
};
