import assert from 'node:assert/strict';
import type { ConnectionParts, DaemonConnection } from '../../../src/client/connection.ts';
import { connectToDaemon } from '../../../src/client/connection.ts';
import type { DialOptions } from '../../../src/client/dialDaemon.ts';
import { clientEvents, clientMethods } from '../../../src/protocol/clientContract.ts';
import type { Handlers } from '../../../src/protocol/contract.ts';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { createPeer } from '../../../src/protocol/peer.ts';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';
import { manualTimers, settled, withCode } from '../protocol/conversation.ts';
import { noCounts } from '../../../src/protocol/jobState.ts';

const counts = noCounts;

/** Daemons at the far end of memory channels, that a test lets run, leave and come back. */
function fakeWorld() {
  const timers = manualTimers();
  const dials: DialOptions[] = [];
  const daemons: ReturnType<typeof serve>[] = [];
  const watchers = new Set<() => void>();
  const world = {
    timers,
    dials,
    daemons,
    watchers,
    running: true,
    hold: undefined as Promise<void> | undefined,
  };

  function serve(options: DialOptions) {
    const [near, far] = createMemoryChannelPair();
    const asked: string[] = [];
    const subscribed: (number | undefined)[] = [];
    const handlers = {
      'presets.list': () => {
        asked.push('presets.list');
        return Promise.resolve({ presets: [] });
      },
      'jobs.log': () => new Promise(() => undefined),
      subscribe: ({ since }: { since?: number }) => {
        subscribed.push(since);
        return Promise.resolve({ snapshot: since === undefined, jobs: [], cursor: 7, workers: [], counts });
      },
    } as unknown as Handlers<typeof clientMethods>;
    const daemon = createPeer({
      channel: near,
      serves: clientMethods,
      handlers,
      asks: {},
      emits: clientEvents,
      hears: {},
      listeners: {},
    });
    const peer = createPeer({
      channel: far,
      serves: {},
      handlers: {},
      asks: clientMethods,
      emits: {},
      hears: clientEvents,
      listeners: options.listeners,
    });
    return { daemon, peer, asked, subscribed };
  }

  const parts: ConnectionParts = {
    async dial(options) {
      dials.push(options);
      await world.hold;
      if (options.signal?.aborted) throw new DffmpegError('cancelled', 'cancelled');
      if (!world.running && !options.start) throw new DffmpegError('daemon-unavailable', 'none');
      const daemon = serve(options);
      daemons.push(daemon);
      return { peer: daemon.peer, daemon: { version: '1', build: `b${daemons.length}`, protocol: '1.0' } };
    },
    watch(_, onChange) {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
    timers: timers.timers,
    random: () => 0.5,
  };
  const connect = (start = false): Promise<DaemonConnection> =>
    connectToDaemon({ stateDir: '/nowhere', start, client: 'test', version: '1' }, parts);
  return Object.assign(world, { parts, connect });
}

describe('connection to the daemon', () => {
  it('asks, and knows whom', async () => {
    const world = fakeWorld();
    const connection = await world.connect();
    assert.equal(connection.state.name, 'connected');
    assert.equal(connection.daemon.build, 'b1');
    assert.deepEqual(await connection.request('presets.list', {}), { presets: [] });
    connection.close();
  });

  it('that cannot be made rejects, and leaves nothing behind', async () => {
    const world = fakeWorld();
    world.running = false;
    await assert.rejects(world.connect(), withCode('daemon-unavailable'));
    assert.equal(world.timers.pending.size, 0);
    assert.equal(world.watchers.size, 0);
  });

  it('comes back by itself under the same session, and resumes the subscription', async () => {
    const world = fakeWorld();
    const connection = await world.connect();
    const states: string[] = [];
    connection.onState(({ name }) => states.push(name));
    connection.subscribe({ topics: ['jobs'] }, {});
    await settled();
    world.daemons[0]?.daemon.close({ code: 1001, text: 'leaving' });
    await settled();
    assert.deepEqual(
      [...world.timers.pending].map(({ milliseconds }) => milliseconds),
      [250],
    );
    world.timers.fire();
    await settled();
    assert.deepEqual(states, ['waiting', 'connecting', 'connected']);
    assert.deepEqual(world.daemons[1]?.subscribed, [7]);
    assert.equal(world.dials[0]?.session.sessionId, world.dials[1]?.session.sessionId);
    assert.equal(connection.daemon.build, 'b2');
    assert.equal(world.watchers.size, 0);
    connection.close();
  });

  it('comes back as soon as a daemon writes its file', async () => {
    const world = fakeWorld();
    const connection = await world.connect();
    world.running = false;
    world.daemons[0]?.daemon.close();
    await settled();
    world.timers.fire();
    await settled();
    assert.ok(connection.state.name === 'waiting' && connection.state.delayMs === 500);
    world.running = true;
    for (const changed of world.watchers) changed();
    await settled();
    assert.equal(connection.state.name, 'connected');
    connection.close();
  });

  it('never starts a daemon by itself, but when a request needs one', async () => {
    const world = fakeWorld();
    const connection = await world.connect(true);
    world.running = false;
    world.daemons[0]?.daemon.close();
    await settled();
    world.timers.fire();
    await settled();
    assert.equal(connection.state.name, 'waiting');
    assert.deepEqual(
      world.dials.map(({ start }) => start),
      [true, false],
    );
    await connection.request('presets.list', {});
    assert.deepEqual(
      world.dials.map(({ start }) => start),
      [true, false, true],
    );
    connection.close();
  });

  it('starts one for a request though a look without starting is under way', async () => {
    const world = fakeWorld();
    const connection = await world.connect(true);
    world.running = false;
    world.daemons[0]?.daemon.close();
    await settled();
    let release = (): void => undefined;
    world.hold = new Promise((resolve) => (release = resolve));
    world.timers.fire();
    const answer = connection.request('presets.list', {});
    release();
    assert.deepEqual(await answer, { presets: [] });
    assert.equal(world.daemons.length, 2);
    connection.close();
  });

  it('is made once for many requests', async () => {
    const world = fakeWorld();
    const connection = await world.connect(true);
    world.daemons[0]?.daemon.close();
    await settled();
    await Promise.all([1, 2, 3].map(() => connection.request('presets.list', {})));
    assert.equal(world.dials.length, 2);
    connection.close();
  });

  it('that is lost rejects what was under way, and does not repeat it', async () => {
    const world = fakeWorld();
    const connection = await world.connect(true);
    const answer = connection.request('jobs.log', { id: 'abcd', wait: true });
    await settled();
    world.daemons[0]?.daemon.close();
    await assert.rejects(answer, withCode('disconnected'));
    connection.close();
  });

  it('lets one asker go while it is made for another', async () => {
    const world = fakeWorld();
    const connection = await world.connect(true);
    world.daemons[0]?.daemon.close();
    await settled();
    let release = (): void => undefined;
    world.hold = new Promise((resolve) => (release = resolve));
    const controller = new AbortController();
    const given = connection.request('presets.list', {}, { signal: controller.signal });
    const kept = connection.request('presets.list', {});
    controller.abort();
    await assert.rejects(given, withCode('cancelled'));
    release();
    assert.deepEqual(await kept, { presets: [] });
    connection.close();
  });

  it('when closed rejects requests and leaves no timer, watcher or socket', async () => {
    const world = fakeWorld();
    const connection = await world.connect(true);
    connection.close();
    assert.equal(connection.state.name, 'closed');
    assert.equal((await world.daemons[0]?.daemon.closed)?.code, 1000);
    await assert.rejects(connection.request('presets.list', {}), withCode('disconnected'));
    assert.equal(world.timers.pending.size + world.watchers.size, 0);
    assert.equal(world.dials.length, 1);
  });

  it('closed while it is being made closes what comes of it', async () => {
    const world = fakeWorld();
    const connection = await world.connect(true);
    world.daemons[0]?.daemon.close();
    await settled();
    let release = (): void => undefined;
    world.hold = new Promise((resolve) => (release = resolve));
    const answer = connection.request('presets.list', {});
    connection.close();
    release();
    await assert.rejects(answer);
    assert.equal(connection.state.name, 'closed');
    assert.equal(world.timers.pending.size, 0);
  });

  it('hands raw events to whoever listens', async () => {
    const world = fakeWorld();
    const connection = await world.connect();
    const seen: unknown[] = [];
    const stop = connection.on('counts.changed', (payload) => seen.push(payload));
    world.daemons[0]?.daemon.emit('counts.changed', counts);
    await settled();
    stop();
    world.daemons[0]?.daemon.emit('counts.changed', counts);
    await settled();
    assert.deepEqual(seen, [counts]);
    connection.close();
  });
});
