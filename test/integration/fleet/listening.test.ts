import assert from 'node:assert/strict';
import { workersOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { invitationLink, parseInvitation } from '../../../src/protocol/invitation.ts';
import { Sandbox, type Running } from '../cli/harness.ts';
import { giveNodeProofs } from '../support/provedCache.ts';

describe('a worker that listens', function () {
  this.timeout(60_000);
  let node: Sandbox;
  let desks: Sandbox[];
  let running: Running[];

  beforeEach(async () => {
    node = await Sandbox.create();
    await giveNodeProofs(node.stateDir);
    desks = [await Sandbox.create(), await Sandbox.create()];
    running = [];
  });
  afterEach(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all([node, ...desks].map((each) => each.remove()));
  });

  /** Listens; its link. */
  async function listens(...more: readonly string[]): Promise<string> {
    for (const { child, finished } of running.splice(0)) {
      child.kill('SIGKILL');
      await finished;
    }
    const worker = node.start([
      'worker',
      'run',
      '--name',
      'attic',
      '--listen',
      '127.0.0.1:0',
      '--json',
      ...more,
    ]);
    running.push(worker);
    const [, link = ''] = await worker.printed('stdout', /"pairing":"([^"]*)"/);
    return link;
  }

  async function workersOf(desk: Sandbox): Promise<string[]> {
    return (await desk.json(workersOutputSchema, ['workers'])).workers.map(({ name }) => name);
  }

  it('is one of whoever pastes its link first, and of nobody else', async () => {
    const link = await listens();
    const [desk, other] = desks as [Sandbox, Sandbox];
    assert.match((await desk.run(['worker', 'add', link])).stdout, /attic is a worker now/);
    while (!(await workersOf(desk)).includes('attic'));
    const again = await other.run(['worker', 'add', link]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /This pairing code is not valid/);
    assert.ok(!(await workersOf(other)).includes('attic'));
    await desk.run(['stop', '--now']);
    // With another link that its own person asks for, it goes to somebody else.
    const next = await listens('--invite');
    assert.equal((await other.run(['worker', 'add', next])).code, 0);
    while (!(await workersOf(other)).includes('attic'));
  });

  it('is not believed where another key answers than its link names', async () => {
    const invitation = parseInvitation(await listens());
    assert.ok(invitation);
    const link = invitationLink({ ...invitation, pin: `sha256//${'A'.repeat(43)}=` }, 'dffmpeg');
    const { code, stderr } = await desks[0]!.run(['worker', 'add', link]);
    assert.equal(code, 1);
    assert.match(stderr, /has another key than the one that was pinned/);
    assert.deepEqual(
      await desks[0]!.run(['worker', 'add', 'dffmpeg://add-worker?w=x']).then((run) => run.code),
      2,
    );
  });

  it('dials nobody at the same time', async () => {
    const { code, stderr } = await node.run([
      'worker',
      'run',
      '--listen',
      '127.0.0.1:0',
      '--join',
      'wss://a:1/channel',
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /either dials \(--join\) or listens \(--listen\)/);
  });
});
