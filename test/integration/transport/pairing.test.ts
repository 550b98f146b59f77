import assert from 'node:assert/strict';
import { makeCertificate } from '../../../src/transport/certificate.ts';
import { pairWith } from '../../../src/transport/pairWith.ts';
import { tlsDialler } from '../../../src/transport/tlsDial.ts';
import { connectWebSocket } from '../../../src/transport/websocketClient.ts';
import { Door } from './support/door.ts';

describe('pairing', () => {
  let door: Door;

  before(async () => {
    door = await Door.open();
  });

  after(() => door.close());

  const pair = (code: string, name = 'Render Node 1', pin = door.certificate.pin) =>
    pairWith({ url: door.listener.url, code, pin, name });

  it('makes a machine an identity that can connect from then on, whose key has not travelled', async () => {
    const { code, expiresAt } = door.pairing.create('worker');
    assert.equal(expiresAt, door.timers.now + 600_000);
    const paired = await pair(code.toLowerCase());
    assert.deepEqual({ ...paired, key: '' }, { id: 'render-node-1', key: '', role: 'worker' });
    const { name, role } = await door.accounts.get('render-node-1');
    assert.deepEqual([name, role], ['Render Node 1', 'worker']);
    const dial = tlsDialler(door.certificate.pin);
    const { id: identity, key } = paired;
    const channel = await connectWebSocket({ url: door.listener.url, identity, key, dial });
    channel.close();
    assert.ok(!door.log.join().includes(key));
  });

  it('gives each machine an id of its own, and the role that the code was made for', async () => {
    const ids: string[] = [];
    for (const name of ['node', 'NODE', 'ノード', 'local', 'pair-1'])
      ids.push((await pair(door.pairing.create('worker').code, name)).id);
    assert.deepEqual(ids, ['node', 'node-2', 'node-3', 'node-local', 'node-pair-1']);
    assert.equal((await pair(door.pairing.create('client').code, 'desk')).role, 'client');
  });

  it('says that a code is not valid any more, or is none', async () => {
    const { code } = door.pairing.create('worker');
    await pair(code);
    await assert.rejects(pair(code), { code: 'unauthorized', message: /pairing code is not valid/ });
    await assert.rejects(pair('K7QD'), { code: 'request-invalid' });
  });

  it('ends a code when its time is over, also for who had begun', async () => {
    const { code } = door.pairing.create('worker');
    door.timers.advance(600_000);
    await assert.rejects(pair(code), { code: 'unauthorized' });
  });

  it('says nothing to a listener with another key, and leaves the code good', async () => {
    const { code } = door.pairing.create('worker');
    const { pin } = await makeCertificate();
    await assert.rejects(pair(code, 'node', pin), { code: 'unauthorized', message: /another key/ });
    await pair(code);
  });
});
