import assert from 'node:assert/strict';
import type { IdentityRole } from '../../../../src/protocol/identity.ts';
import { preset as webPreset, probe } from '../../../unit/coordinator/fixtures.ts';
import type { Attack } from './attackRows.ts';
import type { Door, Known } from './door.ts';
import { knockAt, type RawClient } from './rawClient.ts';

/** A connection at which encodes are given to the fleet. */
const atFleet = (door: Door, known: Known): Promise<RawClient> => knockAt('/fleet', door.port, known);

/** One of a client that has said that it wants all that the fleet may still have for it. */
async function connected(door: Door): Promise<{ client: RawClient; known: Known }> {
  const known = await door.knows('client');
  const client = await atFleet(door, known);
  const frame = await client.frame();
  const { id, method } = JSON.parse(frame?.payload.toString('utf8') ?? '{}') as {
    id: number;
    method: string;
  };
  assert.equal(method, 'worker.register');
  client.send(JSON.stringify({ t: 'ok', id, result: { stop: [] } }));
  return { client, known };
}

const key = { taskId: 'theirs-encode', fence: 1 };
const order = {
  ...key,
  payload: {
    kind: 'encode',
    jobId: 'theirs',
    sources: [{ path: '/media/theirs.mov', probe }],
    preset: webPreset,
    outputs: [{ index: 0, path: '/media/theirs.mp4' }],
  },
  job: { preset: 'web', priority: 50 },
};

async function states(door: Door): Promise<string[]> {
  const { jobs } = await door.harness.client('admin').peer.request('jobs.list', { limit: 500 });
  return jobs.map(({ client, state }) => `${client ?? ''} ${state}`);
}

export const fleetAttacks: readonly Attack[] = [
  ...(['worker', 'admin', 'replica'] as const satisfies IdentityRole[]).map((role) => ({
    name: `${role} that gives orders to the fleet`,
    attack: async (door: Door) => {
      const client = await atFleet(door, await door.knows(role));
      assert.equal(await client.closeCode(), 1008);
    },
  })),
  {
    name: 'client that has the coordinator look at its own disk, or place and replace files there',
    attack: async (door) => {
      const { client } = await connected(door);
      const asked: Record<string, object> = {
        'media.probe': { inquiryId: 'i', sources: ['/etc/passwd'] },
        'media.check': { inquiryId: 'i', path: '/etc/passwd', thorough: false },
        'source.offer': { sources: ['/etc/passwd'], taker: 'me', replaces: false },
        'placement.recover': {
          ...{ staged: '/tmp/x/result.mp4', path: '/etc/passwd' },
          identity: { device: '1', inode: '2' },
        },
        'result.drop': key,
        'task.offer': {
          ...{ taskId: 't-probe', fence: 1 },
          payload: { kind: 'probe', jobId: 't', sources: ['/etc/passwd'], destinations: ['/etc'] },
        },
      };
      for (const [method, params] of Object.entries(asked))
        assert.equal((await client.ask(method, params)).error?.code, 'request-invalid', method);
      client.end();
    },
  },
  {
    name: 'client that has a process ended',
    attack: async (door) => {
      const { client } = await connected(door);
      const answer = await client.ask('process.reap', {
        pid: process.pid,
        processStart: '1',
        directory: '/tmp',
      });
      assert.deepEqual(answer.result, { ended: false });
      client.end();
    },
  },
  {
    name: 'client that orders arguments instead of a preset',
    attack: async (door) => {
      const { client, known } = await connected(door);
      const preset = { ...webPreset, argv: ['-i', '/etc/passwd'], extraArguments: ['-f', 'tee'] };
      const answer = await client.ask('task.offer', { ...order, payload: { ...order.payload, preset } });
      assert.ok(
        ['invalid-params', 'preset-invalid'].includes(answer.error?.code ?? ''),
        JSON.stringify(answer),
      );
      assert.ok(!(await states(door)).some((state) => state.startsWith(`${known.id} `)));
      client.end();
    },
  },
  {
    name: 'client that ends, pauses or takes over the orders of another one',
    attack: async (door) => {
      const theirs = await connected(door);
      assert.deepEqual((await theirs.client.ask('task.offer', order)).result, { accepted: true });
      const mine = await connected(door);
      for (const [method, params] of [
        ['task.cancel', key],
        ['task.suspend', { ...key, suspended: true }],
      ] as const)
        assert.deepEqual((await mine.client.ask(method, params)).result, {}, method);
      mine.client.send(JSON.stringify({ t: 'evt', event: 'dismissed', payload: {} }));
      // Its own of the same name is another one.
      assert.deepEqual((await mine.client.ask('task.offer', order)).result, { accepted: true });
      assert.deepEqual((await mine.client.ask('task.cancel', key)).result, {});
      const all = await states(door);
      assert.ok(all.includes(`${theirs.known.id} waiting`), all.join());
      assert.ok(all.includes(`${mine.known.id} cancelled`), all.join());
      await theirs.client.ask('task.cancel', key, 2);
      theirs.client.end();
      mine.client.end();
    },
  },
  {
    name: 'client that gives one order again and again: it is one job',
    attack: async (door) => {
      const { client, known } = await connected(door);
      for (let each = 1; each <= 20; each += 1)
        assert.deepEqual((await client.ask('task.offer', order, each)).result, { accepted: true });
      const own = (await states(door)).filter((state) => state.startsWith(`${known.id} `));
      assert.equal(own.length, 1, own.join());
      await client.ask('task.cancel', key, 99);
      client.end();
    },
  },
  {
    name: 'client that says what a worker of the fleet would say',
    attack: async (door) => {
      const { client } = await connected(door);
      for (const method of ['worker.register', 'task.report', 'task.handOver', 'jobs.list', 'users.add'])
        assert.equal((await client.ask(method, {})).error?.code, 'unknown-method', method);
      client.end();
    },
  },
];
