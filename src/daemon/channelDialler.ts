import { maxMessageBytes } from '../transport/byteChannel.ts';
import { tlsDialler } from '../transport/tlsDial.ts';
import { filesPath } from '../transport/upgradeGate.ts';
import { WebSocketByteChannel } from '../transport/websocketByteChannel.ts';
import { connectWebSocket, openWebSocket } from '../transport/websocketClient.ts';
import type { RemoteCoordinator } from '../worker/coordinatorConnections.ts';
import type { Config } from './config.ts';
import type { Membership } from './membership.ts';

/** Opens both channels to a listener, whoever of the two is the coordinator. */
export function channelDialler(
  { url, id, key, pin }: Pick<Membership, 'url' | 'id' | 'key' | 'pin'>,
  settings: () => Config,
): Pick<RemoteCoordinator, 'dial' | 'dialFiles'> {
  const files = new URL(url);
  files.pathname = filesPath;
  const common = (signal: AbortSignal) => ({
    ...{ identity: id, key, signal, dial: tlsDialler(pin) },
    timeoutMs: settings().connectTimeoutSeconds * 1000,
    silenceMs: settings().silenceSeconds * 1000,
  });
  return {
    dial: (signal) => connectWebSocket({ url, ...common(signal) }),
    dialFiles: (signal) =>
      openWebSocket(
        { url: files.href, ...common(signal) },
        maxMessageBytes,
        (socket) => new WebSocketByteChannel(socket),
      ),
  };
}
