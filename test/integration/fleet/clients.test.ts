import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  doctorOutputSchema,
  jobsOutputSchema,
  pairingOutputSchema,
  workersOutputSchema,
} from '../../../src/cli/jsonOutput.ts';
import type { JobOutput } from '../../../src/protocol/jobOutput.ts';
import { ffmpegsIn } from '../cli/harness.ts';
import { FleetClient } from './fleetClient.ts';
import { digestOf, type RemoteHost } from './remoteHost.ts';
import { deliverOverSlowCable } from './slowDelivery.ts';

describe('a fleet, and a person’s machine that gives it encodes', function () {
  this.timeout(120_000);
  let host: RemoteHost;
  let client: FleetClient;

  beforeEach(async () => {
    host = await FleetClient.fleet();
    await host.join();
    client = await FleetClient.connect(host);
  });
  afterEach(async () => {
    await client.close();
    await host.close();
  });

  const isBegun = ({ attempts }: JobOutput): boolean =>
    attempts.some(({ kind, argv }) => kind === 'encode' && argv !== undefined);

  /** A clip of the client’s whose encode has begun on the node. */
  async function encoding(seconds: number): Promise<{ source: string; before: string; id: string }> {
    const source = await client.clip('clip.mkv', seconds);
    const before = await digestOf(source);
    const id = await client.submit(source);
    await client.job(id, isBegun);
    // It begins while its source comes.
    const { size } = await stat(source);
    while (client.relay.carried.toDialled < size) await stat(source);
    return { source, before, id };
  }

  /** Of the fleet's own queue. */
  async function ofFleet(): Promise<JobOutput[]> {
    return (await host.desk.json(jobsOutputSchema, ['jobs'])).jobs;
  }

  /** What lies beside the clip; the source as it was, and nothing of it anywhere else but in the node's cache. */
  async function isRight(source: string, before: string, results: readonly string[]): Promise<void> {
    assert.equal(await digestOf(source), before);
    const names = (await readdir(client.desk.folder)).filter((name) => !['state', '.vscode'].includes(name));
    assert.deepEqual(names.sort(), [...results, 'clip.mkv'].sort());
    while ((await host.left('scratch', 'attempts')).length > 0);
    // The server passes everything on, and keeps nothing.
    for (const folder of [path.join('cache', 'sources'), path.join('scratch', 'attempts')])
      assert.deepEqual(await readdir(path.join(host.desk.stateDir, folder)).catch(() => []), []);
  }

  async function killClient(): Promise<void> {
    client.serving.child.kill('SIGKILL');
    await client.serving.finished;
    await client.serveAgain();
  }

  async function killCoordinator(): Promise<void> {
    host.serving.child.kill('SIGKILL');
    await host.serving.finished;
    await host.serveAgain();
    client.relay.to(host.port);
  }

  const encodes = ({ attempts }: JobOutput): JobOutput['attempts'] =>
    attempts.filter(({ kind }) => kind === 'encode');

  it('encodes on a node that sees nothing of it, through a server that keeps nothing of it', async () => {
    const { workers } = await client.desk.json(workersOutputSchema, ['fleet', 'list']);
    assert.deepEqual(
      workers.map(({ name, members, local }) => ({ name, members, local })),
      [{ name: 'studio', members: 1, local: false }],
    );
    const source = await client.clip('clip.mkv');
    const before = await digestOf(source);
    const job = await client.done(await client.submit(source, '--priority', '70'));
    assert.deepEqual(
      encodes(job).map(({ worker, exit }) => ({ worker, code: exit?.code })),
      [{ worker: 'studio', code: 0 }],
    );
    assert.equal(job.outputs[0]?.verdict?.level, 'pass');
    await isRight(source, before, ['clip.web.mp4']);
    const [theirs, ...others] = await ofFleet();
    assert.deepEqual(others, []);
    assert.ok(theirs);
    assert.equal(theirs.state, 'done');
    assert.equal(theirs.priority, 70);
    assert.deepEqual(
      encodes(theirs).map(({ worker }) => worker),
      ['node'],
    );
    // A second job on the same source fetches nothing of it, over either cable.
    const carried = client.relay.carried.toDialled;
    await client.done(await client.submit(source));
    assert.ok(client.relay.carried.toDialled - carried < 200_000);
  });

  it('has settings of its own, which doctor tells from the defaults', async () => {
    const { settings } = await host.desk.json(doctorOutputSchema, ['doctor']);
    const of = (key: string) => {
      const { value, place } = settings.find((each) => each.key === key) ?? {};
      return [value, place];
    };
    assert.deepEqual(of('idleMinutes'), ['0', 'coordinator run']);
    assert.deepEqual(of('leaveSeconds')[1], undefined);
  });

  it('replaces the source on the client’s machine, and undo gives it back', async () => {
    const source = await client.clip('clip.mkv');
    const before = await digestOf(source);
    const id = await client.submit(source, '--on-success', 'replace');
    await client.job(id, ({ replacement }) => replacement?.state === 'replaced');
    assert.ok(!existsSync(source));
    assert.equal((await client.desk.run(['job', 'undo', id])).code, 0);
    assert.equal(await digestOf(source), before);
  });

  it('makes several results of one source, one of which is not wanted', async () => {
    const video = { encoders: ['libx264'], speed: 'fastest' };
    const two = {
      container: 'mkv',
      outputs: {
        wanted: { video: { ...video, crf: 40 } },
        larger: { video: { ...video, crf: 1 }, minimumGain: 95 },
      },
    };
    await client.desk.write('.vscode/settings.json', JSON.stringify({ 'dffmpeg.presets': { two } }));
    const source = await client.clip('clip.mkv');
    const { outputs } = await client.done(await client.submit(source, '--preset', 'two'));
    assert.deepEqual(
      outputs.map(({ state }) => state),
      ['placed', 'skipped'],
    );
  });

  for (const [phase, wait] of [
    ['the source is fetched', () => client.relay.carries('toDialled', 1_000_000)],
    ['the result is fetched', () => client.relay.carries('toDialler', 500_000)],
  ] as const)
    it(`goes on where it was when the client’s cable is pulled while ${phase}`, async () => {
      const source = await client.clip('clip.mkv');
      const before = await digestOf(source);
      const reached = wait();
      const id = await client.submit(source);
      await reached;
      client.relay.pull();
      assert.equal(encodes(await client.done(id)).length, 1);
      await isRight(source, before, ['clip.web.mp4']);
      assert.equal(encodes((await ofFleet())[0] as JobOutput).length, 1);
    });

  it('goes on encoding while the client is away, and hands the result over when it is back', async () => {
    const { source, before, id } = await encoding(4);
    client.relay.pull(true);
    await client.job(id, ({ reason }) => reason?.code === 'worker-lost');
    // It says there why it does not come to its end.
    for (;;) if ((await ofFleet())[0]?.reason?.code === 'worker-lost') break;
    client.relay.plug();
    assert.equal(encodes(await client.done(id)).length, 1);
    await isRight(source, before, ['clip.web.mp4']);
  });

  for (const [who, kill] of [
    ['the client’s daemon', () => killClient()],
    ['the coordinator', () => killCoordinator()],
    [
      'both',
      async () => {
        await Promise.all([killClient(), killCoordinator()]);
      },
    ],
  ] as const)
    it(`goes on when ${who} was killed and started anew`, async () => {
      const { source, before, id } = await encoding(12);
      await kill();
      assert.equal(encodes(await client.done(id)).length, 1);
      await isRight(source, before, ['clip.web.mp4']);
      assert.equal(encodes((await ofFleet())[0] as JobOutput).length, 1);
    });

  it('is begun anew in the fleet when the node was killed, without the client doing anything', async () => {
    const { source, before, id } = await encoding(12);
    host.worker.child.kill('SIGKILL');
    await host.worker.finished;
    await host.join();
    assert.equal(encodes(await client.done(id)).length, 1);
    assert.equal(encodes((await ofFleet())[0] as JobOutput).length, 2);
    await isRight(source, before, ['clip.web.mp4']);
  });

  it('stops in the fleet when it is cancelled', async () => {
    const { source, before, id } = await encoding(30);
    assert.equal((await client.desk.run(['job', 'cancel', id])).code, 0);
    await client.job(id, ({ state }) => state === 'cancelled');
    assert.deepEqual(await ffmpegsIn(host.node.folder), []);
    await isRight(source, before, []);
    assert.equal((await ofFleet())[0]?.state, 'cancelled');
  });

  it('fails with the reason when whoever runs the fleet cancels it there', async () => {
    const { id } = await encoding(30);
    const [theirs] = await ofFleet();
    assert.equal((await host.desk.run(['job', 'cancel', theirs?.id ?? ''])).code, 0);
    const { reason } = await client.job(id, ({ state }) => state === 'failed');
    assert.match(reason?.message ?? '', /cancelled it there/);
    const retried = await host.desk.run(['job', 'retry', theirs?.id ?? '']);
    assert.notEqual(retried.code, 0);
    assert.match(retried.stderr, /belongs to the queue of/);
  });

  it('goes back to the client’s own queue when the fleet is disconnected, which forgets it', async () => {
    const { id } = await encoding(30);
    const { code } = await client.desk.run(['fleet', 'disconnect', 'studio']);
    assert.equal(code, 0);
    await client.job(id, ({ state, reason }) => state === 'waiting' && reason !== undefined);
    for (;;) if ((await ofFleet())[0]?.state === 'cancelled') break;
    assert.deepEqual((await client.desk.json(workersOutputSchema, ['fleet', 'list'])).workers, []);
  });

  it('shares its slots among clients, each of which sees its own jobs alone', async () => {
    const first = await encoding(30);
    const other = await FleetClient.connect(host);
    try {
      const source = await other.clip('clip.mkv');
      const id = await other.submit(source);
      for (;;) {
        const waiting = (await ofFleet()).find(({ state }) => state === 'waiting');
        if (waiting?.reason?.code === 'slots-busy') break;
      }
      const { jobs } = await other.desk.json(jobsOutputSchema, ['jobs']);
      assert.deepEqual(
        jobs.map((job) => job.id),
        [id],
      );
      assert.equal((await client.desk.run(['job', 'cancel', first.id])).code, 0);
      await other.done(id);
    } finally {
      await other.close();
    }
  });

  it('is connected as an identity whose key was made there, and tried before it is kept', async () => {
    await client.desk.run(['fleet', 'disconnect', 'studio']);
    const file = client.desk.file('anna.key');
    const add = ['admin', 'user', 'add', 'anna', '--role', 'client', '--key-file', file];
    assert.equal((await host.desk.run(add)).code, 0);
    const { reach } = await host.desk.json(pairingOutputSchema, ['fleet', 'invite']);
    const connect = (...flags: string[]) =>
      client.desk.run([
        ...['fleet', 'connect', `127.0.0.1:${client.relay.port}`, '--pin', reach?.fingerprint ?? ''],
        ...['--name', 'office', ...flags],
      ]);
    const wrong = await client.desk.write('wrong.key', 'f'.repeat(64));
    assert.match((await connect('--id', 'anna', '--key-file', wrong)).stderr, /key is not the right one/);
    assert.deepEqual((await client.desk.json(workersOutputSchema, ['fleet', 'list'])).workers, []);
    assert.match((await connect('--id', 'anna')).stderr, /--key-file/);
    assert.equal((await connect('--id', 'anna', '--key-file', file)).code, 0);
    const id = await client.submit(await client.clip('clip.mkv', 1), '--on', 'office');
    await client.done(id);
    assert.equal((await ofFleet())[0]?.client, 'anna');
    // Deleted there, it comes in no more.
    assert.equal((await host.desk.run(['admin', 'user', 'delete', 'anna'])).code, 0);
    for (;;) {
      const { workers } = await client.desk.json(workersOutputSchema, ['fleet', 'list']);
      if (workers.every(({ connected }) => !connected)) break;
    }
  });

  it('ends a job in the fleet when the command that waited for it is gone, unless that was to let it go on', async () => {
    const source = await client.clip('clip.mkv', 30);
    const command = client.desk.start(['encode', source]);
    for (;;) if ((await ofFleet())[0]?.attempts.some(({ argv }) => argv !== undefined)) break;
    command.child.kill('SIGKILL');
    for (;;) if ((await ofFleet())[0]?.state === 'cancelled') break;
  });
});

describe('a fleet behind a slow cable', function () {
  this.timeout(240_000);

  it('delivers what was submitted by a command that has returned', async () => {
    // 10 Mbit/s; `npm run soak -- slow` does it with more.
    const wrong = await deliverOverSlowCable({ bytes: 64 * 1024 * 1024, bytesASecond: 1_250_000 });
    assert.deepEqual(wrong, []);
  });
});
