import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, readdir, stat } from 'node:fs/promises';
import type { JobOutput } from '../../../src/protocol/jobOutput.ts';
import { ffmpegsIn } from '../cli/harness.ts';
import { digestOf, RemoteHost } from './remoteHost.ts';

for (const dials of ['the node', 'the desk'] as const)
  describe(`a worker on another machine, where ${dials} dials`, function () {
    this.timeout(120_000);
    let host: RemoteHost;
    /** What has nothing to do with who dials. */
    const once = (title: string, test: () => Promise<void>): void => {
      if (dials === 'the node') it(title, test);
    };

    beforeEach(async () => {
      host = await RemoteHost.start({}, dials);
      await host.join();
    });
    afterEach(() => host.close());

    /** What lies beside the clip when all is over; the source as it was, nothing of the attempt on either side. */
    async function isRight(source: string, before: string, results: readonly string[]): Promise<void> {
      assert.equal(await digestOf(source), before);
      const names = (await readdir(host.desk.folder)).filter((name) => !['state', '.vscode'].includes(name));
      assert.deepEqual(names.sort(), [...results, 'clip.mkv'].sort());
      // The node hears of it after the job is done.
      while ((await host.left('scratch', 'attempts')).length > 0);
    }
    /** A clip whose encode has begun on the node. */
    async function encoding(seconds: number): Promise<{ source: string; before: string; id: string }> {
      const source = await host.clip('clip.mkv', seconds);
      const before = await digestOf(source);
      const id = await host.submit(source);
      const isBegun = ({ attempts }: JobOutput): boolean =>
        attempts.some(({ kind, argv }) => kind === 'encode' && argv !== undefined);
      await host.job(id, isBegun);
      return { source, before, id };
    }

    it('encodes what it does not see, and its result gets its name beside the source', async () => {
      const source = await host.clip('clip.mkv');
      const before = await digestOf(source);
      const bytes = (await stat(source)).size;
      const { outputs, attempts } = await host.done(await host.submit(source));
      assert.equal(attempts.find(({ kind }) => kind === 'encode')?.worker, 'node');
      assert.notEqual(attempts.find(({ kind }) => kind === 'probe')?.worker, 'node');
      assert.deepEqual(
        outputs.map(({ verdict }) => verdict?.level),
        ['pass'],
      );
      await isRight(source, before, ['clip.web.mp4']);
      assert.deepEqual(await host.opened(source), []);
      // A second job on the same source fetches nothing of it.
      const carried = host.relay.carried[host.toNode];
      assert.ok(carried > bytes);
      await host.done(await host.submit(source));
      const more = host.relay.carried[host.toNode] - carried;
      assert.ok(more < bytes * 0.01 + 64 * 1024, `${more} bytes more of ${bytes}`);
      await isRight(source, before, ['clip.web.mp4', 'clip.web-2.mp4']);
    });

    once('makes a folder of files, which comes whole', async () => {
      const source = await host.clip('clip.mkv', 8);
      const hls = { container: 'hls', ladder: { rungs: [{ height: 120, bitrate: '200k' }] } };
      await host.desk.write('.vscode/settings.json', JSON.stringify({ 'dffmpeg.presets': { hls } }));
      const { outputs } = await host.done(await host.submit(source, '--preset', 'hls'));
      const files = await readdir(outputs[0]?.path ?? '', { recursive: true });
      assert.ok(
        files.some((name) => name.endsWith('.m3u8')),
        files.join(),
      );
      assert.ok(files.length >= 3, files.join());
    });

    once('replaces the source there, verified, and undo gives it back', async () => {
      const source = await host.clip('clip.mkv');
      const before = await digestOf(source);
      const id = await host.submit(source, '--on-success', 'replace');
      await host.job(id, ({ replacement }) => replacement?.state === 'replaced');
      assert.ok(!existsSync(source));
      assert.equal((await host.desk.run(['job', 'undo', id])).code, 0);
      assert.equal(await digestOf(source), before);
    });

    for (const [phase, wait] of [
      ['the source is fetched', () => host.relay.carries(host.toNode, 1_000_000)],
      ['the result is fetched', () => host.relay.carries(host.toDesk, 500_000)],
    ] as const)
      it(`goes on where it was when the cable is pulled while ${phase}`, async () => {
        const source = await host.clip('clip.mkv');
        const before = await digestOf(source);
        const reached = wait();
        const id = await host.submit(source);
        await reached;
        host.relay.pull();
        const { attempts } = await host.done(id);
        assert.equal(attempts.filter(({ kind }) => kind === 'encode').length, 1);
        await isRight(source, before, ['clip.web.mp4']);
      });

    it('goes on encoding while the cable is out, and hands the result over when it is back', async () => {
      const { source, before, id } = await encoding(4);
      host.relay.pull(true);
      await host.job(id, ({ reason }) => reason?.code === 'worker-lost');
      host.relay.plug();
      const { attempts } = await host.done(id);
      assert.equal(attempts.filter(({ kind }) => kind === 'encode').length, 1);
      await isRight(source, before, ['clip.web.mp4']);
    });

    it('begins anew after it was killed, and leaves nothing of what it had begun', async () => {
      const { source, before, id } = await encoding(20);
      host.worker.child.kill('SIGKILL');
      await host.worker.finished;
      await host.join();
      await host.done(id);
      assert.deepEqual(await ffmpegsIn(host.node.folder), []);
      await isRight(source, before, ['clip.web.mp4']);
    });

    it('goes on while the daemon that it works for is killed and started anew', async () => {
      const { source, before, id } = await encoding(20);
      host.serving.child.kill('SIGKILL');
      await host.serving.finished;
      await host.serveAgain();
      const { attempts } = await host.done(id);
      assert.equal(attempts.filter(({ kind }) => kind === 'encode').length, 1);
      await isRight(source, before, ['clip.web.mp4']);
    });

    once('stops when the job is cancelled, and leaves nothing', async () => {
      const { source, before, id } = await encoding(20);
      assert.equal((await host.desk.run(['job', 'cancel', id])).code, 0);
      await host.job(id, ({ state }) => state === 'cancelled');
      assert.deepEqual(await ffmpegsIn(host.node.folder), []);
      await isRight(source, before, []);
    });

    once('makes no result of a source that changes meanwhile', async () => {
      const { source, id } = await encoding(20);
      await appendFile(source, 'more');
      const { reason } = await host.job(id, ({ state }) => state === 'failed');
      assert.equal(reason?.code, 'source-changed');
      assert.deepEqual(await readdir(host.desk.folder).then((names) => names.sort()), ['clip.mkv', 'state']);
    });

    it('is drained, let go on, renamed, and removed by its name', async () => {
      const source = await host.clip('clip.mkv');
      assert.match((await host.desk.run(['worker', 'drain', 'node'])).stdout, /node is given nothing more/);
      const id = await host.submit(source);
      const { reason } = await host.job(id, (job) => job.reason?.message.includes('drained') === true);
      assert.match(reason?.hint ?? '', /dffmpeg worker resume node/);
      assert.match((await host.desk.run(['worker', 'resume', 'node'])).stdout, /given jobs again/);
      await host.done(id);
      const { stdout } = await host.desk.run(['worker', 'label', 'node', 'gpu', 'attic']);
      assert.match(stdout, /node has the labels attic, gpu/);
      assert.match((await host.desk.run(['workers'])).stdout, /labels attic gpu/);
      assert.match((await host.desk.run(['worker', 'label', 'node'])).stdout, /node has no labels/);
      const renamed = await host.desk.run(['worker', 'rename', 'node', 'cellar']);
      assert.match(renamed.stdout, /node is called cellar now/);
      const { code, stderr } = await host.desk.run(['worker', 'remove', 'cellar']);
      assert.equal(code, 0, stderr);
      assert.doesNotMatch((await host.desk.run(['workers'])).stdout, /node|cellar/);
      assert.doesNotMatch((await host.desk.run(['admin', 'user', 'list'])).stdout, /node/);
      await host.worker.printed('stdout', /"event":"disconnected"/);
    });

    it('ends when it is asked to, and its job begins anew when it is back', async () => {
      const { source, before, id } = await encoding(20);
      host.worker.child.kill('SIGTERM');
      assert.equal((await host.worker.finished).code, 0);
      assert.deepEqual(await ffmpegsIn(host.node.folder), []);
      await host.join();
      await host.done(id);
      await isRight(source, before, ['clip.web.mp4']);
    });

    once('stops what it encodes when it is removed', async () => {
      const { source, before, id } = await encoding(30);
      assert.equal((await host.desk.run(['worker', 'remove', 'node'])).code, 0);
      while ((await ffmpegsIn(host.node.folder)).length > 0);
      assert.equal(host.worker.child.exitCode, null);
      assert.notEqual((await host.job(id, ({ state }) => state === 'waiting')).reason, undefined);
      await isRight(source, before, []);
    });

    it('is refused from the moment it is removed', async () => {
      assert.equal((await host.desk.run(['admin', 'user', 'delete', 'node'])).code, 0);
      await host.worker.printed('stdout', /"event":"disconnected"/);
      if (dials === 'the node') await host.worker.printed('stderr', /cannot be reached.*tried again/);
    });
  });
