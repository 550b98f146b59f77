import assert from 'node:assert/strict';
import { workersOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { invitationLink, parseInvitation } from '../../../src/protocol/invitation.ts';
import type { JobOutput } from '../../../src/protocol/jobOutput.ts';
import { Sandbox, type Running } from '../cli/harness.ts';
import { TwoMachines } from './twoMachines.ts';
import { giveNodeProofs } from '../support/provedCache.ts';

describe('a worker that listens', function () {
  this.timeout(180_000);
  let node: Sandbox;
  let desks: Sandbox[];
  let running: Running[];
  let port: number;

  beforeEach(async () => {
    node = await Sandbox.create();
    await giveNodeProofs(node.stateDir);
    desks = [await Sandbox.create(), await Sandbox.create()];
    running = [];
    port = 0;
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
      `127.0.0.1:${port}`,
      '--json',
      ...more,
    ]);
    running.push(worker);
    const [, link = ''] = await worker.printed('stdout', /"pairing":"([^"]*)"/);
    // Started anew it is found where it was.
    port = Number(new URL(parseInvitation(link)?.url ?? '').port);
    return link;
  }

  async function workersOf(desk: Sandbox): Promise<string[]> {
    return (await desk.json(workersOutputSchema, ['workers'])).workers.map(({ name }) => name);
  }

  /** Adds it, and waits until it is there. */
  async function hire(desk: Sandbox, link: string): Promise<void> {
    const { code, stdout, stderr } = await desk.run(['worker', 'add', link]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /attic\S* is a worker now/);
    while (!(await workersOf(desk)).includes('attic'));
  }

  it('is one of whoever pastes its link first, and of nobody else', async () => {
    const link = await listens();
    const [desk, other] = desks as [Sandbox, Sandbox];
    await hire(desk, link);
    const again = await other.run(['worker', 'add', link]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /This pairing code is not valid/);
    assert.ok(!(await workersOf(other)).includes('attic'));
  });

  it('shows a link again when it was removed by the only one whose worker it was', async () => {
    const [desk, other] = desks as [Sandbox, Sandbox];
    await hire(desk, await listens());
    const [worker] = running;
    assert.ok(worker);
    assert.equal((await desk.run(['worker', 'remove', 'attic'])).code, 0);
    const links = await worker.printed('stdout', /"pairing":"[^"]*"[^]*"pairing":"([^"]*)"/);
    await hire(other, links[1] ?? '');
  });

  it('is shared by two whose worker it is, who take turns, each told why it waits', async () => {
    const [desk, other] = desks as [Sandbox, Sandbox];
    await hire(desk, await listens('--slots', 'cpu=1'));
    // With another link that its own person asks for. Both desks call it the same.
    await hire(other, await listens('--slots', 'cpu=1', '--invite'));
    while (!(await workersOf(desk)).includes('attic'));
    const [first, second] = [new TwoMachines(desk, node), new TwoMachines(other, node)];
    await desk.clip('long.mp4', 20);
    const slow = { container: 'mp4', video: { encoders: ['libx264'], crf: 10, speed: 'slowest' } };
    await desk.write('.vscode/settings.json', JSON.stringify({ 'dffmpeg.presets': { slow } }));
    await desk.clip('short.mp4');
    await other.clip('short.mp4');
    const long = await first.submit('long.mp4', '--preset', 'slow', '--on', 'attic');
    const later = await first.submit('short.mp4', '--preset', 'small', '--on', 'attic');
    await first.job(long, ({ state }) => state === 'running');
    const waiting = await second.submit('short.mp4', '--preset', 'small', '--on', 'attic');
    await second.job(waiting, ({ reason }) => {
      return /attic .*encodes for another machine/.test(reason?.message ?? '');
    });
    const began = ({ attempts }: JobOutput): number => attempts.at(-1)?.startedAt ?? NaN;
    const [, next, last] = [await first.done(long), await second.done(waiting), await first.done(later)];
    assert.ok(began(next) < began(last), 'whose turn it was came first, also before the longer queue');
    // A refusal is kept by its number alone; who waits for another is not offered something again and again.
    assert.ok((next.attempts.at(-1)?.fence ?? NaN) <= 4, JSON.stringify(next.attempts));
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
