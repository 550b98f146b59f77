import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { Channel, CloseReason } from '../../../src/protocol/channel.ts';
import { maxFrameBytes } from '../../../src/protocol/frames.ts';
import { connectWebSocket } from '../../../src/transport/websocketClient.ts';
import { askPeer, servePeer } from '../../unit/protocol/conversation.ts';
import type { TestServer } from './server.ts';
import { authorize, getChallenge, key, startServer } from './server.ts';

const whenClosed = (channel: Channel): Promise<CloseReason> =>
  new Promise((resolve) => {
    channel.onClose(resolve);
  });

describe('WebSocket channel', () => {
  let server: TestServer;
  let url: string;
  beforeEach(async () => {
    server = await startServer({
      onChannel: (channel, caller) => {
        server.channels.push({ channel, caller });
        servePeer(channel);
      },
    });
    url = server.listener.url;
  });
  afterEach(() => server.listener.close());
  const connect = (): Promise<Channel> => connectWebSocket({ url, identity: 'local', key });

  it('answers 1,000 pipelined requests within a second', async () => {
    const { peer } = askPeer(await connect());
    const start = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, value) => peer.request('math.double', { value })),
    );
    const milliseconds = performance.now() - start;
    assert.deepEqual(
      answers.map(({ value }) => value),
      Array.from({ length: 1000 }, (_, n) => 2 * n),
    );
    assert.ok(milliseconds < 1000, `took ${milliseconds} ms`);
    peer.close();
  });

  it('carries a frame at the limit, and closes over one beyond it', async () => {
    const channel = await connect();
    const { peer, errors } = askPeer(channel);
    await channel.send(' '.repeat(maxFrameBytes - 1) + '7');
    await peer.request('math.double', { value: 1 });
    assert.equal(errors[0]?.code, 'invalid-frame');
    channel.send('x'.repeat(maxFrameBytes + 1)).catch(() => undefined);
    assert.equal((await peer.closed).code, 1009);
    assert.match(server.log.join('\n'), /payload/i);
    const { peer: next } = askPeer(await connect());
    assert.deepEqual(await next.request('math.double', { value: 1 }), { value: 2 });
    next.close();
  });

  it('closes over binary messages (1003)', async () => {
    const socket = new WebSocket(url, { headers: { Authorization: authorize(await getChallenge(url)) } });
    await once(socket, 'open');
    socket.send(Buffer.from('x'));
    const [code] = (await once(socket, 'close')) as [number];
    assert.equal(code, 1003);
  });

  it('keeps frames that come before anybody listens', async () => {
    const eager = await startServer({
      onChannel: (channel) => {
        for (let n = 0; n < 100; n++) void channel.send(String(n));
      },
    });
    const channel = await connectWebSocket({ url: eager.listener.url, identity: 'local', key });
    const seen = await new Promise<string[]>((resolve) => {
      const frames: string[] = [];
      channel.onFrame((frame) => {
        frames.push(frame);
        if (frames.length === 100) resolve(frames);
      });
    });
    assert.deepEqual(
      seen,
      Array.from({ length: 100 }, (_, n) => String(n)),
    );
    channel.close();
    await eager.listener.close();
  });

  it('stays while its pings are answered, and is cut when they are not', async () => {
    const strict = await startServer({
      settings: { heartbeatSeconds: 0.1 },
      onChannel: (channel) => void servePeer(channel),
    });
    const strictUrl = strict.listener.url;
    const channel = await connectWebSocket({ url: strictUrl, identity: 'local', key });
    const socket = new WebSocket(strictUrl, {
      autoPong: false,
      headers: { Authorization: authorize(await getChallenge(strictUrl)) },
    });
    const [code] = (await once(socket, 'close')) as [number];
    assert.equal(code, 1006);
    const { peer } = askPeer(channel);
    assert.deepEqual(await peer.request('math.double', { value: 1 }), { value: 2 });
    peer.close();
    await strict.listener.close();
  });

  it('stays while anything comes, though the answers to its pings are late: they wait behind what is slow', async () => {
    const strict = await startServer({ settings: { heartbeatSeconds: 0.1 } });
    const { url: strictUrl } = strict.listener;
    const socket = new WebSocket(strictUrl, {
      autoPong: false,
      headers: { Authorization: authorize(await getChallenge(strictUrl)) },
    });
    const closed = once(socket, 'close').then(() => 'closed');
    for (let pings = 0; pings < 8; pings += 1) {
      const first = await Promise.race([once(socket, 'ping').then(() => 'ping'), closed]);
      assert.equal(first, 'ping');
      socket.send('something');
    }
    socket.terminate();
    await strict.listener.close();
  });

  it('tells the client that the daemon leaves (1001)', async () => {
    const { peer } = askPeer(await connect());
    const answer = peer.request('wait.forAbort', {});
    await Promise.all([assert.rejects(answer, { code: 'disconnected' }), server.listener.close()]);
    assert.equal((await peer.closed).code, 1001);
  });

  it('is closed in time, as the setting says, though the other side does not answer the close', async () => {
    const hasty = await startServer({ settings: { closeGraceSeconds: 0.1 } });
    const hastyUrl = hasty.listener.url;
    const headers = { Authorization: authorize(await getChallenge(hastyUrl)) };
    const socket = new WebSocket(hastyUrl, { headers });
    await once(socket, 'open');
    socket.pause();
    const { channel } = hasty.channels[0]!;
    const closed = whenClosed(channel);
    const begin = performance.now();
    channel.close({ code: 1000, text: 'enough' });
    assert.deepEqual(await closed, { code: 1000, text: 'enough' });
    assert.ok(performance.now() - begin < 1500);
    socket.terminate();
    await hasty.listener.close();
  });

  it('rejects what is under way when the server is killed', async () => {
    const child = fork(fileURLToPath(new URL('./serverProcess.ts', import.meta.url)), { silent: false });
    const [childUrl] = (await once(child, 'message')) as [string];
    const { peer } = askPeer(await connectWebSocket({ url: childUrl, identity: 'local', key }));
    await peer.request('math.double', { value: 1 });
    const answer = peer.request('wait.forAbort', {});
    child.kill('SIGKILL');
    await assert.rejects(answer, { code: 'disconnected' });
    assert.equal((await peer.closed).code, 1006);
  });
});
