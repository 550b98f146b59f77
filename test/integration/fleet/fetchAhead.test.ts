import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import type { JobOutput } from '../../../src/protocol/jobOutput.ts';
import { ffmpegsIn } from '../cli/harness.ts';
import { RemoteHost } from './remoteHost.ts';

for (const dials of ['the node', 'the desk'] as const)
  describe(`a source that is fetched while another is encoded, where ${dials} dials`, function () {
    this.timeout(180_000);
    let host: RemoteHost;

    beforeEach(async () => {
      // Slow enough that a clip is on its way for seconds.
      host = await RemoteHost.start({}, dials, 3_000_000);
      await host.join(['--slots', 'cpu=1']);
    });
    afterEach(() => host.close());

    /** The first one is encoded, and stands still: whatever happens meanwhile, happens while it is not at its end. */
    async function standing(): Promise<string> {
      const id = await host.submit(await host.clip('first.mkv', 3));
      const isBegun = ({ attempts }: JobOutput): boolean =>
        attempts.some(({ kind, argv }) => kind === 'encode' && argv !== undefined);
      await host.job(id, isBegun);
      assert.equal((await host.desk.run(['job', 'pause', id])).code, 0);
      return id;
    }
    const resume = async (id: string): Promise<void> => {
      assert.equal((await host.desk.run(['job', 'resume', id])).code, 0);
    };
    const encodes = ({ attempts }: JobOutput) => attempts.filter(({ kind }) => kind === 'encode');

    it('is there when its turn comes, and is not fetched again', async () => {
      const source = await host.clip('second.mkv', 3);
      const first = await standing();
      const reached = host.relay.carries(host.toNode, 1_000_000);
      const second = await host.submit(source);
      await reached;
      await host.job(
        second,
        ({ reason }) => reason?.message === 'Its source is on node by now, which is busy.',
      );
      assert.equal((await host.job(first, () => true)).state, 'running');
      const carried = host.relay.carried[host.toNode];
      await resume(first);
      for (const id of [first, second]) assert.equal(encodes(await host.done(id)).length, 1);
      const more = host.relay.carried[host.toNode] - carried;
      assert.ok(more < (await stat(source)).size / 10, `${more} bytes more`);
      assert.deepEqual(await host.opened(source), []);
    });

    for (const [who, kill] of [
      ['the node', killNode],
      ['the desk', killDesk],
    ] as const)
      it(`is fetched on when ${who} was killed meanwhile`, async () => {
        const source = await host.clip('second.mkv', 3);
        const first = await standing();
        const reached = host.relay.carries(host.toNode, 2_000_000);
        const second = await host.submit(source);
        await reached;
        await kill();
        // What was paused waits for a person, also where it begins anew.
        await resume(first);
        for (const id of [first, second]) await host.done(id);
        assert.equal(encodes(await host.job(second, () => true)).length, 1);
        assert.deepEqual(await ffmpegsIn(host.node.folder), []);
      });

    async function killNode(): Promise<void> {
      host.worker.child.kill('SIGKILL');
      await host.worker.finished;
      await host.join(['--slots', 'cpu=1']);
    }
    async function killDesk(): Promise<void> {
      host.serving.child.kill('SIGKILL');
      await host.serving.finished;
      await host.serveAgain();
    }
  });
