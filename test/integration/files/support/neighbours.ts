import { once } from 'node:events';
import net from 'node:net';
import { FileLink, type FileLinkOptions } from '../../../../src/files/fileLink.ts';
import { NeighbourFiles } from '../../../../src/files/neighbourFiles.ts';
import { OfferedFiles } from '../../../../src/files/offeredFiles.ts';
import { maxMessageBytes, type ByteChannel } from '../../../../src/transport/byteChannel.ts';
import { tlsDialler } from '../../../../src/transport/tlsDial.ts';
import { WebSocketByteChannel } from '../../../../src/transport/websocketByteChannel.ts';
import { openWebSocket } from '../../../../src/transport/websocketClient.ts';
import { key, listenForFiles } from './fileListener.ts';

/** Two neighbours over TLS, with a relay between them that can be cut and that counts what it carries. */
export interface Neighbours {
  /** What the holder gives away, and the clock by which its tickets are void. */
  readonly offered: OfferedFiles;
  readonly clock: { now: number };
  /** The taker's view of the holder's files. */
  readonly files: NeighbourFiles;
  /** As the holder knows the taker. */
  readonly taker: string;
  /** Connects them (anew). Resolves with both ends. */
  connect(): Promise<{ ours: ByteChannel; theirs: ByteChannel }>;
  /** Pulls the cable. */
  cut(): void;
  /** Bytes that the relay has carried to the taker. */
  carried(): number;
  close(): Promise<void>;
}

/** `dials`: which of the two opens the connection. */
export async function startNeighbours(
  dials: 'taker' | 'holder' = 'taker',
  changes: Partial<FileLinkOptions> = {},
): Promise<Neighbours> {
  const clock = { now: 0 };
  const offered = new OfferedFiles({ ticketMs: () => 60_000, now: () => clock.now });
  const files = new NeighbourFiles(() => 5);
  const taker = 'node';
  const limits = { answersAtOnce: 4, maxQuestions: 64, ...changes };
  const hold = (channel: ByteChannel): FileLink =>
    new FileLink(channel, {
      ...limits,
      read: changes.read ?? ((ticket, offset, into) => offered.read(ticket, taker, offset, into)),
    });
  const take = (channel: ByteChannel): void => {
    files.attach(
      new FileLink(channel, { ...limits, read: () => Promise.reject(new Error('It offers nothing.')) }),
    );
  };
  let accepted = Promise.withResolvers<ByteChannel>();
  const { listener, tls } = await listenForFiles((channel) => {
    accepted.resolve(channel);
  });

  const sockets = new Set<net.Socket>();
  let carried = 0;
  const relay = net.createServer((near) => {
    const far = net.connect(listener.port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    (dials === 'taker' ? far : near).on('data', (data) => (carried += data.length));
    near.pipe(far).pipe(near);
  });
  await once(relay.listen(0, '127.0.0.1'), 'listening');
  const { port } = relay.address() as net.AddressInfo;

  return {
    ...{ offered, clock, files, taker },
    connect: async () => {
      accepted = Promise.withResolvers();
      const ours = await openWebSocket(
        { url: `wss://127.0.0.1:${port}/files`, identity: 'node', key, dial: tlsDialler(tls.pin) },
        maxMessageBytes,
        (socket) => new WebSocketByteChannel(socket),
      );
      const theirs = await accepted.promise;
      hold(dials === 'taker' ? theirs : ours);
      take(dials === 'taker' ? ours : theirs);
      return { ours, theirs };
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    carried: () => carried,
    close: async () => {
      files.close();
      await offered.close();
      for (const socket of sockets) socket.destroy();
      await listener.close();
      await new Promise((resolve) => relay.close(resolve));
    },
  };
}
