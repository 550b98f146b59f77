import type { ByteChannel } from '../../../../src/transport/byteChannel.ts';
import { makeCertificate, type ListenerCertificate } from '../../../../src/transport/certificate.ts';
import { listenWebSocket, type WebSocketListener } from '../../../../src/transport/websocketServer.ts';

/** The key of whoever comes. */
export const key = 'k'.repeat(43);

/** Listens on the loopback, with TLS, for connections for files alone. */
export async function listenForFiles(
  onByteChannel: (channel: ByteChannel) => void,
): Promise<{ listener: WebSocketListener; tls: ListenerCertificate }> {
  const tls = await makeCertificate();
  const listener = await listenWebSocket({
    ...{ host: '127.0.0.1', port: 0, tls, onByteChannel },
    authenticate: () => ({ key, role: 'worker' }),
    onChannel: (channel) => {
      channel.close();
    },
    log: () => undefined,
  });
  return { listener, tls };
}
