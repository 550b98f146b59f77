import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { makeCertificate, type ListenerCertificate } from '../../../src/transport/certificate.ts';
import type { ByteChannel } from '../../../src/transport/byteChannel.ts';
import { maxMessageBytes } from '../../../src/transport/byteChannel.ts';
import { pinSchema } from '../../../src/protocol/pin.ts';
import { tlsDialler } from '../../../src/transport/tlsDial.ts';
import { WebSocketByteChannel } from '../../../src/transport/websocketByteChannel.ts';
import { connectWebSocket, openWebSocket } from '../../../src/transport/websocketClient.ts';
import type { Caller, WebSocketServerOptions } from '../../../src/transport/websocketServer.ts';
import { key, startServer, type TestServer } from './server.ts';

describe('a listener with TLS', () => {
  let certificate: ListenerCertificate;
  let server: TestServer;
  const servers: TestServer[] = [];
  const byteChannels: { channel: ByteChannel; caller: Caller }[] = [];

  before(async () => {
    certificate = await makeCertificate();
  });
  const start = async (changes: Partial<WebSocketServerOptions> = {}): Promise<void> => {
    server = await startServer({
      tls: certificate,
      onByteChannel: (channel, caller) => byteChannels.push({ channel, caller }),
      ...changes,
    });
    servers.push(server);
  };
  afterEach(async () => {
    byteChannels.splice(0);
    for (const { listener } of servers.splice(0)) await listener.close();
  });

  const node = (pin: string | undefined = certificate.pin) => ({
    url: server.listener.url,
    identity: 'local',
    key,
    dial: tlsDialler(pin),
  });
  const filesOf = (options: ReturnType<typeof node>): Promise<ByteChannel> =>
    openWebSocket(
      { ...options, url: options.url.replace('/channel', '/files') },
      maxMessageBytes,
      (socket) => new WebSocketByteChannel(socket),
    );

  it('has a certificate of its own that holds for machines without a clock, under a key that curl can pin', () => {
    const { validFromDate, validToDate } = new X509Certificate(certificate.cert);
    assert.equal(validFromDate.getTime(), 0);
    assert.equal(validToDate.getUTCFullYear(), 9999);
    pinSchema.parse(certificate.pin);
  });

  it('opens a channel for who has pinned its key and has one of its own', async () => {
    await start();
    assert.match(server.listener.url, /^wss:/);
    const channel = await connectWebSocket(node());
    assert.equal(server.channels[0]?.caller.identity, 'local');
    const heard = new Promise((resolve) => server.channels[0]?.channel.onFrame(resolve));
    await channel.send('frame');
    assert.equal(await heard, 'frame');
    channel.close();
  });

  it('is sent nothing by who has pinned another key', async () => {
    await start();
    const { pin } = await makeCertificate();
    await assert.rejects(connectWebSocket(node(pin)), { code: 'unauthorized', message: /another key/ });
    assert.deepEqual([server.channels.length, server.log.length], [0, 0]);
  });

  it('is heard for as long as a frame is on its way, however slow that is', async () => {
    await start();
    const { port } = server.listener;
    // Some kilobytes at a time.
    const slow = net.createServer((near) => {
      const far = net.connect(port, '127.0.0.1');
      near.pipe(far);
      const turn = setInterval(() => {
        const bytes = (far.read(4096) ?? far.read()) as Buffer | null;
        if (bytes) near.write(bytes);
      }, 20);
      // Whichever side goes first: the other would wait for it for ever.
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.on('error', () => undefined);
        one.on('close', () => {
          clearInterval(turn);
          other.destroy();
        });
      }
    });
    await once(slow.listen(0, '127.0.0.1'), 'listening');
    const url = `wss://127.0.0.1:${(slow.address() as net.AddressInfo).port}/channel`;
    const channel = await connectWebSocket({ ...node(), url, silenceMs: 300 });
    const heard = new Promise((resolve, reject) => {
      channel.onFrame(resolve);
      channel.onClose(reject);
    });
    const frame = 'x'.repeat(200_000);
    const begun = performance.now();
    await server.channels[0]?.channel.send(frame);
    assert.equal(await heard, frame);
    assert.ok(performance.now() - begun > 600);
    // Then there is silence.
    await new Promise((resolve) => {
      channel.onClose(resolve);
    });
    slow.close();
  });

  it('is not trusted without a pin, and never dialled in the clear', async () => {
    await start();
    await assert.rejects(connectWebSocket({ ...node(), dial: tlsDialler(undefined) }), {
      code: 'unauthorized',
      message: /not one that this system trusts/,
    });
    const { url, identity } = node();
    await assert.rejects(connectWebSocket({ url, identity, key }), { code: 'request-invalid' });
  });

  it('refuses a handshake that was signed for another certificate: a proof cannot be relayed', async () => {
    await start();
    const { pin } = await makeCertificate();
    const dial = tlsDialler(certificate.pin);
    const relayed = node();
    relayed.dial = async (url, signal) => ({ ...(await dial(url, signal)), fingerprint: pin });
    await assert.rejects(connectWebSocket(relayed), { code: 'unauthorized' });
    assert.equal(server.channels.length, 0);
  });

  it('serves files at their own path, and nothing at others', async () => {
    await start();
    const wanted = node();
    const url = wanted.url.replace('/channel', '/files/..');
    await assert.rejects(connectWebSocket({ ...wanted, url }), { code: 'not-found' });
    await server.listener.close();
    await start({ onByteChannel: undefined });
    await assert.rejects(filesOf(node()), { code: 'not-found' });
  });

  it('carries bytes both ways over a connection of their own', async () => {
    await start();
    const ours = await filesOf(node());
    const [theirs] = byteChannels;
    assert.ok(theirs);
    assert.equal(theirs.caller.identity, 'local');
    const bytes = Buffer.alloc(1024 * 1024, 7);
    for (const [from, to] of [
      [ours, theirs.channel],
      [theirs.channel, ours],
    ] as const) {
      const messages: (string | Buffer)[] = [];
      const both = new Promise<void>((resolve) => {
        to.onMessage((message) => {
          if (messages.push(message) === 2) resolve();
        });
      });
      await from.send('asked');
      await from.send(bytes);
      await both;
      assert.equal(messages[0], 'asked');
      assert.ok(Buffer.isBuffer(messages[1]) && messages[1].equals(bytes));
    }
    const closed = new Promise((resolve) => {
      theirs.channel.onClose(resolve);
    });
    ours.close();
    await closed;
    await assert.rejects(ours.send('late'), { code: 'disconnected' });
  });

  it('is closed over a message beyond the limit', async () => {
    await start();
    const channel = await filesOf(node());
    const closed = new Promise<{ code: number }>((resolve) => {
      channel.onClose(resolve);
    });
    await channel.send(Buffer.alloc(maxMessageBytes + 1));
    assert.equal((await closed).code, 1009);
  });

  it('lets an identity in only from where it may come', async () => {
    const asked: string[] = [];
    const mayComeFrom = (address: string): boolean => {
      asked.push(address);
      return false;
    };
    await start({ authenticate: () => ({ key, role: 'worker', mayComeFrom }) });
    await assert.rejects(connectWebSocket(node()), { code: 'unauthorized', message: /not the right one/ });
    assert.deepEqual(asked, ['127.0.0.1']);
    assert.match(server.log.join(), /local may not come from this address/);
  });

  it('closes what an identity has open when it is dismissed, and what it was just opening', async () => {
    let answer = (): void => undefined;
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    await start({
      authenticate: async (identity) => {
        if (identity === 'late') {
          asked();
          await new Promise<void>((resolve) => (answer = resolve));
        }
        return { key, role: 'worker' };
      },
    });
    const [one, other] = await Promise.all([
      connectWebSocket(node()),
      connectWebSocket({ ...node(), identity: 'other' }),
    ]);
    const files = await filesOf(node());
    const closed = [one, files].map(
      (channel) => new Promise<number>((resolve) => channel.onClose(({ code }) => resolve(code))),
    );
    const late = connectWebSocket({ ...node(), identity: 'late' });
    await isAsked;
    for (const identity of ['local', 'late']) server.listener.dismiss(identity);
    answer();
    await assert.rejects(late, { code: 'disconnected' });
    const [channelCode] = await Promise.all(closed);
    assert.equal(channelCode, 1008);
    await other.send('still here');
    (await connectWebSocket(node())).close();
  });

  it('does not listen to an address any more that guesses keys, for a minute', async () => {
    await start({ settings: { failedHandshakesAMinute: 3 } });
    for (let guess = 0; guess < 3; guess += 1)
      await assert.rejects(connectWebSocket({ ...node(), key: `guess-${guess}` }), { code: 'unauthorized' });
    await assert.rejects(connectWebSocket(node()), { message: /Too many wrong keys/ });
    server.clock.ahead += 60_000;
    (await connectWebSocket(node())).close();
  });

  it('cuts a connection that never proves anything, also before TLS', async () => {
    await start({ settings: { handshakeSeconds: 0.05 } });
    const socket = net.connect(server.listener.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'close');
  });
});
