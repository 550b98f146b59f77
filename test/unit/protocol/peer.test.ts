import assert from 'node:assert/strict';
import { DffmpegError } from '../../../src/protocol/errors.ts';
import { maxBrokenFrames } from '../../../src/protocol/peer.ts';
import { createMemoryChannelPair } from '../../../src/transport/memory.ts';
import { askPeer, manualTimers, rawAgainst, servePeer, settled, withCode } from './conversation.ts';
import type { TestHandlers } from './conversation.ts';

function pair(options: Parameters<typeof servePeer>[1] = {}, timers = manualTimers()) {
  const [one, other] = createMemoryChannelPair();
  return { server: servePeer(one, options), client: askPeer(other, timers.timers), timers };
}

/** A handler that a test ends. */
function gate() {
  const started: AbortSignal[] = [];
  const open: (() => void)[] = [];
  const handler: TestHandlers['math.double'] = ({ value }, { signal }) => {
    started.push(signal);
    return new Promise((resolve) =>
      open.push(() => {
        resolve({ value });
      }),
    );
  };
  return { started, open, handlers: { 'math.double': handler } };
}

describe('peer: requests', () => {
  it('are answered by their handler', async () => {
    const { client } = pair();
    assert.deepEqual(await client.peer.request('math.double', { value: 21 }), { value: 42 });
  });

  it('are checked before they are sent', async () => {
    const { client } = pair();
    await assert.rejects(
      client.peer.request('math.double', { value: 'x' } as never),
      withCode('invalid-params'),
    );
  });

  it('are sent as they are where all of it was read before, and checked by who gets them', async () => {
    const { client, server } = pair();
    const asked = { value: 'x' } as never;
    await assert.rejects(client.peer.request('math.double', asked, { asRead: true }), {
      code: 'invalid-params',
      message: /value/,
    });
    assert.deepEqual(server.errors, []);
    assert.deepEqual(await client.peer.request('math.double', { value: 21 }, { asRead: true }), {
      value: 42,
    });
  });

  it('carry the error of the handler, with its hint', async () => {
    const error = new DffmpegError('not-found', 'No such job.', { hint: 'List them.' });
    const { client } = pair({ handlers: { 'math.double': () => Promise.reject(error) } });
    await assert.rejects(client.peer.request('math.double', { value: 1 }), {
      code: 'not-found',
      message: 'No such job.',
      hint: 'List them.',
    });
  });

  it('of a handler that throws in its first line are answered too', async () => {
    const { client, server } = pair({
      handlers: {
        'math.double': () => {
          throw new TypeError('boom');
        },
      },
    });
    await assert.rejects(client.peer.request('math.double', { value: 1 }), withCode('internal'));
    assert.equal(server.errors[0]?.code, 'internal');
  });

  it('whose result does not fit are an error on the serving side', async () => {
    const { client, server } = pair({
      handlers: { 'math.double': () => Promise.resolve({ value: 'two' } as never) },
    });
    await assert.rejects(client.peer.request('math.double', { value: 1 }), withCode('invalid-result'));
    assert.equal(server.errors[0]?.code, 'invalid-result');
  });

  it('leave out what the schema does not name', async () => {
    const { client } = pair({
      handlers: { 'math.double': () => Promise.resolve({ value: 1, secret: 'x' } as never) },
    });
    assert.deepEqual(await client.peer.request('math.double', { value: 1 }), { value: 1 });
  });

  it('run at most so many at a time, the others in their turn', async () => {
    const { started, open, handlers } = gate();
    const { client } = pair({ handlers, maxConcurrent: 2 });
    const answers = [1, 2, 3].map((value) => client.peer.request('math.double', { value }));
    await settled();
    assert.equal(started.length, 2);
    open[0]?.();
    await answers[0];
    await settled();
    assert.equal(started.length, 3);
    open[1]?.();
    open[2]?.();
    assert.deepEqual(await Promise.all(answers), [{ value: 1 }, { value: 2 }, { value: 3 }]);
  });
});

describe('peer: cancellation', () => {
  it('aborts the handler and rejects at once', async () => {
    const { started, handlers } = gate();
    const { client, timers } = pair({ handlers });
    const controller = new AbortController();
    const answer = client.peer.request(
      'math.double',
      { value: 1 },
      { signal: controller.signal, timeoutMs: 1000 },
    );
    await settled();
    controller.abort();
    await assert.rejects(answer, withCode('cancelled'));
    await settled();
    assert.equal(started[0]?.aborted, true);
    assert.equal(timers.pending.size, 0, 'a timer was left behind');
  });

  it('of a request that waits for its turn never starts it', async () => {
    const { started, open, handlers } = gate();
    const { client } = pair({ handlers, maxConcurrent: 1 });
    const first = client.peer.request('math.double', { value: 1 });
    const controller = new AbortController();
    const second = client.peer.request('math.double', { value: 2 }, { signal: controller.signal });
    await settled();
    controller.abort();
    await assert.rejects(second, withCode('cancelled'));
    await settled();
    open[0]?.();
    await first;
    await settled();
    assert.equal(started.length, 1);
  });

  it('with a signal that is aborted already sends nothing', async () => {
    const { started, handlers } = gate();
    const { client } = pair({ handlers });
    await assert.rejects(
      client.peer.request('math.double', { value: 1 }, { signal: AbortSignal.abort() }),
      withCode('cancelled'),
    );
    await settled();
    assert.equal(started.length, 0);
  });

  it('comes by time-out too, and stops the handler', async () => {
    const { started, handlers } = gate();
    const { client, timers } = pair({ handlers });
    const answer = client.peer.request('math.double', { value: 1 }, { timeoutMs: 50 });
    await settled();
    timers.fire();
    await assert.rejects(answer, withCode('timeout'));
    await settled();
    assert.equal(started[0]?.aborted, true);
  });

  it('leaves no timer and no listener when the answer comes', async () => {
    const { client, timers } = pair();
    const { signal } = new AbortController();
    await client.peer.request('math.double', { value: 1 }, { signal, timeoutMs: 1000 });
    assert.equal(timers.pending.size, 0);
  });
});

describe('peer: the end', () => {
  for (const side of ['client', 'server'] as const)
    it(`closed by the ${side}: requests reject, handlers abort, both hear the reason`, async () => {
      const { started, handlers } = gate();
      const both = pair({ handlers });
      const answer = both.client.peer.request('math.double', { value: 1 });
      await settled();
      both[side].peer.close({ code: 1001, text: 'leaving' });
      await assert.rejects(answer, withCode('disconnected'));
      assert.equal((await both.client.peer.closed).code, 1001);
      assert.equal((await both.server.peer.closed).code, 1001);
      assert.equal(started[0]?.aborted, true);
      await assert.rejects(both.client.peer.request('math.double', { value: 1 }), withCode('disconnected'));
    });
});

describe('peer: a stranger', () => {
  const broken = [
    ['no JSON', '{'],
    ['no object', '7'],
    ['an unknown type', '{"t":"bogus","id":1}'],
    ['no type', '{"id":1}'],
    ['an id that is no number', '{"t":"req","id":"1","method":"math.double"}'],
    ['a prototype as type', '{"t":"__proto__"}'],
  ] as const;
  for (const [name, text] of broken)
    it(`who sends ${name} is told so`, async () => {
      const stranger = rawAgainst(servePeer);
      await stranger.send(text);
      const answer = await stranger.next();
      assert.ok(answer.t === 'err' && answer.id === null);
      assert.equal(answer.error.code, 'invalid-frame');
    });

  for (const method of ['no.such', 'constructor', '__proto__', 'toString'])
    it(`who asks for ${method} is told that there is none`, async () => {
      const stranger = rawAgainst(servePeer);
      await stranger.send(JSON.stringify({ t: 'req', id: 7, method, params: {} }));
      const answer = await stranger.next();
      assert.ok(answer.t === 'err' && answer.id === 7);
      assert.equal(answer.error.code, 'unknown-method');
    });

  it('who sends bad params is told which', async () => {
    const stranger = rawAgainst(servePeer);
    await stranger.send(JSON.stringify({ t: 'req', id: 7, method: 'math.double', params: { value: 'x' } }));
    const answer = await stranger.next();
    assert.ok(answer.t === 'err' && answer.id === 7);
    assert.equal(answer.error.code, 'invalid-params');
    assert.match(answer.error.message, /value/);
  });

  it('who uses the id of a request under way does not disturb it', async () => {
    const { open, handlers } = gate();
    const stranger = rawAgainst((channel) => servePeer(channel, { handlers }));
    const request = JSON.stringify({ t: 'req', id: 7, method: 'math.double', params: { value: 1 } });
    await stranger.send(request);
    await stranger.send(request);
    const refusal = await stranger.next();
    assert.ok(refusal.t === 'err' && refusal.id === null);
    open[0]?.();
    const answer = await stranger.next();
    assert.ok(answer.t === 'ok' && answer.id === 7);
    assert.equal(open.length, 1);
  });

  it('is cut off after too many broken frames in a row (1002)', async () => {
    const stranger = rawAgainst(servePeer);
    for (let n = 0; n < maxBrokenFrames; n++) stranger.send('{').catch(() => undefined);
    assert.equal((await stranger.closed).code, 1002);
  });

  it('is not cut off while good frames come between', async () => {
    const stranger = rawAgainst(servePeer);
    for (let n = 0; n < 2 * maxBrokenFrames; n++) {
      await stranger.send('{');
      await stranger.next();
      await stranger.send(JSON.stringify({ t: 'req', id: n, method: 'math.double', params: { value: 1 } }));
      assert.equal((await stranger.next()).t, 'ok');
    }
  });

  it('whose answers are asked for by nobody is ignored', async () => {
    const stranger = rawAgainst(servePeer);
    await stranger.send('{"t":"ok","id":99,"result":{}}');
    await stranger.send('{"t":"err","id":null,"error":{"code":"made-up","message":"x"}}');
    await stranger.send('{"t":"cancel","id":99}');
    await stranger.send(JSON.stringify({ t: 'req', id: 1, method: 'math.double', params: { value: 1 } }));
    assert.equal((await stranger.next()).t, 'ok');
  });
});

describe('peer: events', () => {
  it('come in order', async () => {
    const { server, client } = pair();
    for (let n = 0; n < 50; n++) server.peer.emit('list.added', { n });
    await settled();
    assert.deepEqual(
      client.heard,
      Array.from({ length: 50 }, (_, n) => `list ${n}`),
    );
  });

  it('of the latest-wins kind are coalesced on a slow link, the others never', async () => {
    const [near, far] = createMemoryChannelPair();
    const server = servePeer(near);
    // Nobody reads at the far end yet: this fills the link above the high-water mark.
    void near.send('x'.repeat(300_000));
    for (let n = 0; n < 20; n++) {
      server.peer.emit('list.added', { n });
      server.peer.emit('level.changed', { n });
      server.peer.emit('level.changed', { n: 100 + n }, 'other');
    }
    const client = askPeer(far);
    await settled();
    assert.deepEqual(client.heard, [
      ...Array.from({ length: 20 }, (_, n) => `list ${n}`),
      'level 19',
      'level 119',
    ]);
  });

  it('that are unknown are left alone, and those that do not fit are reported', async () => {
    const stranger = rawAgainst(askPeer);
    await stranger.send('{"t":"evt","event":"from.the.future","payload":{}}');
    await stranger.send('{"t":"evt","event":"list.added","payload":{"n":"x"}}');
    const answer = await stranger.next();
    assert.ok(answer.t === 'err' && answer.error.code === 'invalid-params');
  });

  it('that do not fit are not sent', async () => {
    const { server, client } = pair();
    server.peer.emit('list.added', { n: 'x' } as never);
    await settled();
    assert.deepEqual(client.heard, []);
    assert.equal(server.errors.length, 1);
  });
});

/** Whether this builds where that is asked for: told by the types alone, so that the check is that this file builds. */
type Fits<Given, Wanted> = Given extends Wanted ? true : false;
type WithResult<R> = Omit<TestHandlers, 'math.double'> & { 'math.double': () => Promise<R> };
type Asked = Parameters<ReturnType<typeof askPeer>['peer']['request']>[0];

describe('peer: types', () => {
  it('fit a handler for each method of the table, with its result, and requests for these alone', () => {
    const builds = {
      all: true satisfies Fits<TestHandlers, TestHandlers>,
      oneMissing: false satisfies Fits<Pick<TestHandlers, 'math.double'>, TestHandlers>,
      itsResult: true satisfies Fits<WithResult<{ value: number }>, TestHandlers>,
      otherResult: false satisfies Fits<WithResult<{ value: string }>, TestHandlers>,
      method: true satisfies Fits<'math.double', Asked>,
      otherMethod: false satisfies Fits<'no.such', Asked>,
    };
    assert.deepEqual(Object.values(builds), [true, false, true, false, true, false]);
  });
});
