import { FileLink, type FileLinkOptions } from '../../../../src/files/fileLink.ts';
import { NeighbourFiles } from '../../../../src/files/neighbourFiles.ts';
import { OfferedFiles } from '../../../../src/files/offeredFiles.ts';
import { maxMessageBytes, type ByteChannel } from '../../../../src/transport/byteChannel.ts';
import { tlsDialler } from '../../../../src/transport/tlsDial.ts';
import { WebSocketByteChannel } from '../../../../src/transport/websocketByteChannel.ts';
import { openWebSocket } from '../../../../src/transport/websocketClient.ts';
import { Relay } from '../../support/relay.ts';
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

  const relay = await Relay.open();
  relay.to(listener.port);
  const way = dials === 'taker' ? 'toDialler' : 'toDialled';

  return {
    ...{ offered, clock, files, taker },
    connect: async () => {
      accepted = Promise.withResolvers();
      const ours = await openWebSocket(
        { url: `wss://127.0.0.1:${relay.port}/files`, identity: 'node', key, dial: tlsDialler(tls.pin) },
        maxMessageBytes,
        (socket) => new WebSocketByteChannel(socket),
      );
      const theirs = await accepted.promise;
      hold(dials === 'taker' ? theirs : ours);
      take(dials === 'taker' ? ours : theirs);
      return { ours, theirs };
    },
    cut: () => {
      relay.pull();
    },
    carried: () => relay.carried[way],
    close: async () => {
      files.close();
      await offered.close();
      relay.pull();
      await listener.close();
      await relay.close();
    },
  };
}
