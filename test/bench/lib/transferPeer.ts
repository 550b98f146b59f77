/**
 * The other end of the transfer's benchmark, a process of its own: `baseline` is a tuned `node:https` server of one file,
 * `holder` offers it over a connection for files. Prints one JSON line when it is ready, and for each line that
 * it reads one with the processor seconds it has used by then.
 */
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { FileLink } from '../../../src/files/fileLink.ts';
import { OfferedFiles } from '../../../src/files/offeredFiles.ts';
import { checkSource, stateOf } from '../../../src/files/sourceFile.ts';
import { maxMessageBytes, type ByteChannel } from '../../../src/transport/byteChannel.ts';
import { makeCertificate } from '../../../src/transport/certificate.ts';
import { tlsDialler } from '../../../src/transport/tlsDial.ts';
import { WebSocketByteChannel } from '../../../src/transport/websocketByteChannel.ts';
import { openWebSocket } from '../../../src/transport/websocketClient.ts';
import { key, listenForFiles } from '../../integration/files/support/fileListener.ts';

const [what, file = '', url = '', pin = ''] = process.argv.slice(2);
const say = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

/** Large reads, sent as they come: what a careful author of a file server on Node would write. */
async function baseline(): Promise<void> {
  const tls = await makeCertificate();
  const { size } = statSync(file);
  const server = createServer({ cert: tls.cert, key: tls.key, minVersion: 'TLSv1.3' }, (_, response) => {
    response.writeHead(200, { 'Content-Length': size });
    createReadStream(file, { highWaterMark: 1024 * 1024 }).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  say({ port: (server.address() as AddressInfo).port, pin: tls.pin });
}

async function holder(): Promise<void> {
  const offered = new OfferedFiles({ ticketMs: () => 3_600_000, now: () => performance.now() });
  const source = await checkSource(file);
  const ticket = offered.offer({ path: file, ...stateOf(source) }, 'node');
  const serve = (channel: ByteChannel): void => {
    new FileLink(channel, {
      ...{ answersAtOnce: 8, maxQuestions: 64 },
      read: (asked, offset, into) => offered.read(asked, 'node', offset, into),
    });
  };
  if (url !== '') {
    const wrap = (socket: ConstructorParameters<typeof WebSocketByteChannel>[0]): WebSocketByteChannel =>
      new WebSocketByteChannel(socket);
    serve(await openWebSocket({ url, identity: 'desk', key, dial: tlsDialler(pin) }, maxMessageBytes, wrap));
    say({ ticket });
    return;
  }
  const { listener, tls } = await listenForFiles(serve);
  say({ port: listener.port, pin: tls.pin, ticket });
}

process.stdin.on('data', () => {
  const { user, system } = process.cpuUsage();
  say({ cpuSeconds: (user + system) / 1e6 });
});
process.stdin.on('end', () => {
  process.exit();
});
await (what === 'baseline' ? baseline() : holder());
