import assert from 'node:assert/strict';
import type { IdentityRole } from '../../../../src/protocol/identity.ts';
import type { adminMethods } from '../../../../src/protocol/adminContract.ts';
import { describeWorker } from '../../../unit/coordinator/fakeWorker.ts';
import { submission } from '../../../unit/coordinator/fixtures.ts';
import type { Attack } from './attackRows.ts';
import type { Door } from './door.ts';
import { knock, type RawClient } from './rawClient.ts';

/** A connection of somebody with this role. */
async function inside(door: Door, role: IdentityRole): Promise<{ client: RawClient; id: string }> {
  const { id, key } = await door.knows(role);
  const { client, answer } = await knock(door.port, { identity: id, key });
  assert.equal(answer.status, 101);
  return { client, id };
}

async function isRefused(
  door: Door,
  role: IdentityRole,
  asked: readonly (readonly [string, unknown])[],
  code: 'forbidden' | 'unknown-method',
): Promise<void> {
  const { client } = await inside(door, role);
  for (const [method, params] of asked)
    assert.equal((await client.ask(method, params)).error?.code, code, method);
  client.end();
}

const described = describeWorker();

export const roleAttacks: readonly Attack[] = [
  {
    name: 'client that gives orders to the daemon',
    attack: (door) =>
      isRefused(
        door,
        'client',
        [
          ['daemon.stop', {}],
          ['daemon.handOver', {}],
          ['config.show', {}],
          ['queue.pause', {}],
        ],
        'forbidden',
      ),
  },
  {
    name: 'client that reads the disk of the coordinator',
    attack: (door) =>
      isRefused(
        door,
        'client',
        [
          ['sources.scan', { paths: ['/etc'] }],
          ['media.check', { inquiryId: 'i', path: '/etc/passwd' }],
          ['jobs.submit', submission({ sources: ['/etc/passwd'] })],
        ],
        'forbidden',
      ),
  },
  {
    name: 'client that looks at or ends the jobs of others',
    attack: async (door) => {
      const admin = door.harness.client('admin');
      const { job } = await admin.peer.request('jobs.submit', submission());
      const { id } = job;
      await isRefused(
        door,
        'client',
        [
          ['jobs.get', { id }],
          ['jobs.list', {}],
          ['jobs.log', { id }],
          ['jobs.cancel', { id }],
          ['subscribe', { topics: ['jobs', 'progress'] }],
        ],
        'forbidden',
      );
      const after = await admin.peer.request('jobs.get', { id });
      assert.notEqual(after.job.state, 'cancelled');
    },
  },
  {
    name: 'client that makes itself an admin',
    attack: async (door) => {
      const asked: Record<keyof typeof adminMethods, unknown> = {
        'users.add': { id: 'mallory', role: 'admin' },
        'users.list': {},
        'users.get': { id: 'mallory' },
        'users.rotateKey': { id: 'mallory' },
        'users.setScope': { id: 'mallory', disabled: false },
        'users.remove': { id: 'mallory' },
        'workers.readLink': { link: 'dffmpeg://add-worker' },
        'workers.add': { link: 'dffmpeg://add-worker' },
        'fleet.connect': { to: { link: 'dffmpeg://connect-fleet' } },
        'workers.remove': { worker: 'node' },
        'keys.reencrypt': {},
        'pairing.create': { role: 'client' },
      };
      await isRefused(door, 'client', Object.entries(asked), 'forbidden');
      assert.ok(!(await door.accounts.list()).some(({ id }) => id === 'mallory'));
    },
  },
  {
    name: 'client that speaks as a worker',
    attack: (door) =>
      isRefused(
        door,
        'client',
        [
          ['worker.register', { worker: described, running: [] }],
          ['task.commit', {}],
        ],
        'unknown-method',
      ),
  },
  {
    name: 'worker that speaks as a client, or as an admin',
    attack: (door) =>
      isRefused(
        door,
        'worker',
        [
          ['jobs.list', {}],
          ['jobs.submit', submission()],
          ['users.add', { id: 'mallory', role: 'admin' }],
          ['daemon.stop', {}],
          ['pairing.finish', { proof: 'x'.repeat(43) }],
        ],
        'unknown-method',
      ),
  },
  {
    name: 'worker that registers as another one, or as the one of the coordinator itself',
    attack: async (door) => {
      const own = await door.harness.registered();
      const { client, id } = await inside(door, 'worker');
      for (const worker of [described, { ...described, local: false }, { ...described, id, local: true }])
        assert.equal((await client.ask('worker.register', { worker, running: [] })).error?.code, 'forbidden');
      const { workers } = await door.harness.client().peer.request('workers.list', {});
      assert.deepEqual(workers.map((worker) => worker.id), [described.id]); // prettier-ignore
      client.end();
      own.peer.close();
    },
  },
  {
    name: 'worker that reports of a task that it was not given',
    attack: async (door) => {
      const { client, id } = await inside(door, 'worker');
      const worker = { ...described, id, local: false };
      assert.equal((await client.ask('worker.register', { worker, running: [] })).t, 'ok');
      const report = { taskId: 'a-encode', fence: 1, report: { type: 'started', index: 0, pass: 0 } };
      assert.equal((await client.ask('task.report', report)).t, 'err');
      client.end();
    },
  },
  {
    name: 'words that are no method: those that every object has',
    attack: (door) =>
      isRefused(
        door,
        'admin',
        ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''].map((name) => [name, {}] as const),
        'unknown-method',
      ),
  },
  {
    name: 'role for which there is nothing here',
    attack: async (door) => {
      const { client } = await inside(door, 'replica');
      assert.equal(await client.closeCode(), 1008);
      client.end();
    },
  },
];
