/**
 * The middle of a long way: hands packets of a tunnel from one end to the other, each later, or not at all. The way is the first
 * argument, as JSON. Says that it is ready by a message.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createRandom } from '../../../sim/random.ts';
import { withChecksum } from './packet.ts';

interface Way {
  readonly ends: readonly { readonly here: string; readonly there: string }[];
  readonly delayMs: number;
  readonly loss: number;
  readonly seed: number;
}

const port = 4789;
// The test has died.
process.once('disconnect', () => process.exit(1));
const { ends, delayMs, loss, seed } = JSON.parse(process.argv[2] ?? '') as Way;
const random = createRandom(seed);
const sockets = await Promise.all(ends.map(({ here }) => open(here)));
for (const [index, socket] of sockets.entries()) {
  const other = sockets[1 - index];
  const there = ends[1 - index]?.there;
  socket.on('message', (packet) => {
    if (random.uniform() < loss) return;
    const whole = withChecksum(packet);
    setTimeout(() => other?.send(whole, port, there), delayMs);
  });
}
process.send?.('ready');

async function open(address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  socket.bind(port, address);
  await once(socket, 'listening');
  return socket;
}
