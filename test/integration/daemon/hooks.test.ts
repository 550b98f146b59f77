import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { connectToDaemon, type DaemonConnection } from '../../../src/client/connection.ts';
import type { Job } from '../../../src/protocol/model.ts';
import { Sandbox, type Running } from '../cli/harness.ts';
import { itOnUnix } from '../worker/support/itOnUnix.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that answers with the given codes, then with 204; a 0 hangs up. */
class Receiver {
  readonly received: Received[] = [];
  readonly answers: number[];
  readonly #server: Server;
  readonly #looks = new Set<() => void>();

  constructor(...answers: number[]) {
    this.answers = answers;
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        this.received.push({ headers: request.headers, body });
        const status = this.answers.shift() ?? 204;
        if (status === 0) request.socket.destroy();
        else response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
        for (const look of [...this.#looks]) look();
      });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/in?token=secret`;
  }

  async count(wanted: number): Promise<void> {
    if (this.received.length >= wanted) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.received.length < wanted) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe('Hooks', function () {
  this.timeout(90_000);
  let box: Sandbox;
  let running: Running | undefined;
  let connection: DaemonConnection | undefined;
  let receiver: Receiver | undefined;

  beforeEach(async () => {
    box = await Sandbox.create({ DFFMPEG_HOOK_RETRY_MIN_SECONDS: '0.1', DFFMPEG_HOOK_ATTEMPTS: '4' });
    await box.clip('clip.mp4');
  });
  afterEach(async () => {
    connection?.close();
    receiver?.close();
    await box.remove();
  });

  const configure = (hooks: unknown[], more: object = {}) =>
    box.write('state/config.jsonc', JSON.stringify({ hooks, ...more }));

  async function start(): Promise<void> {
    running = box.start(['serve']);
    await running.printed('stdout', /"ready"/);
    connection = await connectToDaemon({
      ...{ stateDir: box.stateDir, start: false, client: 'test', version: '0' },
    });
  }

  /** The newest job, as soon as it fits. */
  function job(fits: (job: Job) => boolean): Promise<Job> {
    return new Promise((resolve) => {
      const take = (jobs: readonly Job[]): void => {
        const found = jobs.find(fits);
        if (found) resolve(found);
      };
      connection?.subscribe({ topics: ['jobs'] }, { onSnapshot: ({ jobs }) => take(jobs), onJobs: take });
    });
  }

  const settled = (each: Job): boolean =>
    each.hooks !== undefined && each.hooks.every(({ state }) => state !== 'waiting');

  const encode = async (file = 'clip.mp4'): Promise<void> => {
    await box.run(['encode', file, '--preset', 'small', '--detach']);
  };

  it('run the operator’s command without a shell and with nothing of the environment but the usual', async () => {
    const script =
      'console.log(JSON.stringify([process.argv.slice(1), Object.keys(process.env).filter((n) => /SECRET|DFFMPEG/.test(n))]))';
    await configure([
      {
        command: [
          process.execPath,
          '-e',
          script,
          '--',
          '${output}',
          '$(id) ${source}',
          '${unknown}',
          '${outputs}',
        ],
      },
      { command: [process.execPath, '-e', 'process.exit(3)'] },
      { on: 'failed', command: [process.execPath, '-e', 'process.exit(4)'] },
    ]);
    box.env['MY_SECRET'] = 'x';
    await start();
    await encode();
    const done = await job(settled);
    assert.equal(done.state, 'done');
    assert.deepEqual(done.hooks?.map(({ state }) => state), ['done', 'failed']); // prettier-ignore
    assert.match(done.hooks?.[1]?.error?.message ?? '', /exit code 3/);
    const { stdout: log } = await box.run(['job', 'logs', done.id]);
    const output = box.file('clip.small.mp4');
    const printed = [output, `$(id) ${box.file('clip.mp4')}`, '${unknown}', output];
    assert.ok(log.includes(JSON.stringify([printed, ['DFFMPEG_JOB', 'DFFMPEG_EVENT']])), log);
    const { stdout: shown } = await box.run(['job', 'show', done.id]);
    assert.match(shown, /hook +command .*: failed: .*exit code 3/);
  });

  it('post the job, signed, until it is taken: also by the next daemon after a kill', async () => {
    receiver = new Receiver(500, 0, 429, 500);
    const webhook = await receiver.listen();
    await configure([{ webhook }], { hookAttempts: 50 });
    await start();
    for (const flags of [[], ['--json']]) {
      const { stdout } = await box.run(['doctor', ...flags]);
      assert.ok(stdout.includes(new URL(webhook).origin), stdout);
      assert.ok(!stdout.includes('token=secret'), 'an address may hold a secret');
    }
    await encode();
    await receiver.count(2);
    connection?.close();
    running?.child.kill('SIGKILL');
    await running?.finished;
    await start();
    const { id, hooks } = await job(settled);
    assert.equal(hooks?.[0]?.state, 'done');
    assert.equal(hooks[0].name, new URL(webhook).origin);
    const secret = (await readFile(path.join(box.stateDir, 'webhook.key'), 'utf8')).trim();
    assert.equal((await stat(path.join(box.stateDir, 'webhook.key'))).mode & 0o777, 0o600);
    const ids = new Set<unknown>();
    for (const { headers, body } of receiver.received) {
      const [, seconds = '', given] =
        /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(headers['dffmpeg-signature'])) ?? [];
      assert.equal(given, createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
      assert.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 120);
      ids.add(headers['dffmpeg-delivery']);
    }
    assert.equal(ids.size, 1, 'every try names the same delivery');
    const { event, job: told } = JSON.parse(receiver.received.at(-1)?.body ?? '') as {
      event: string;
      job: object;
    };
    assert.equal(event, 'job.done');
    const shown = jobOutputSchema.parse(told);
    assert.deepEqual(Object.keys(told).sort(), Object.keys(shown).sort());
    assert.deepEqual([shown.id, shown.state], [id, 'done']);
    for (const name of await readdir(path.join(box.stateDir, 'logs'), { recursive: true }))
      if (name.endsWith('.log'))
        assert.ok(!(await readFile(path.join(box.stateDir, 'logs', name), 'utf8')).includes(secret), name);
  });

  it('give up on what a server refuses, after a few tries on what does not work, and go on when a person says so', async () => {
    receiver = new Receiver(404);
    const webhook = await receiver.listen();
    await configure([{ on: 'failed', webhook }]);
    await start();
    await box.write('broken.mp4', 'not media');
    await encode('broken.mp4');
    const refused = await job(settled);
    assert.equal(refused.state, 'failed');
    assert.equal(refused.hooks?.[0]?.tries, 1);
    receiver.answers.push(301, 503, 503, 503, 503);
    await box.run(['job', 'retry-hooks', refused.id]);
    await receiver.count(2);
    await job((each) => settled(each) && /301/.test(each.hooks?.[0]?.error?.message ?? ''));
    await box.run(['job', 'retry-hooks', refused.id]);
    const given = await job((each) => settled(each) && each.hooks?.[0]?.tries === 4);
    assert.match(given.hooks?.[0]?.error?.message ?? '', /503/);
    await box.run(['job', 'retry-hooks', refused.id]);
    const done = await job((each) => each.hooks?.[0]?.state === 'done');
    assert.equal(done.state, 'failed', 'its own state stays');
    assert.equal((await box.run(['job', 'retry-hooks', refused.id])).code, 1);
  });

  itOnUnix('make a copy of its own where the folder, or the name in it, leads to the result', async () => {
    await mkdir(box.file('library'));
    await symlink(box.folder, box.file('same'));
    await symlink(box.file('clip.small.mp4'), box.file('library', 'clip.small.mp4'));
    await configure([{ copyTo: box.file('same') }, { copyTo: box.file('library') }]);
    await start();
    await encode();
    const { hooks } = await job(settled);
    assert.deepEqual(
      hooks?.map(({ state }) => state),
      ['done', 'done'],
    );
    const result = await readFile(box.file('clip.small.mp4'));
    await rm(box.file('clip.small.mp4'));
    for (const copy of [box.file('clip.small-2.mp4'), box.file('library', 'clip.small-2.mp4')])
      assert.ok((await readFile(copy)).equals(result), copy);
  });

  it('copy results, never over anything, and wait for a folder that is away', async () => {
    const copyTo = box.file('copies');
    await configure([{ copyTo }], { hookAttempts: 100 });
    await start();
    await encode();
    await job((each) => (each.hooks?.[0]?.tries ?? 0) > 0);
    await mkdir(copyTo);
    await copyFile(box.file('clip.mp4'), path.join(copyTo, 'clip.small.mp4'));
    const { state } = await job(settled);
    assert.equal(state, 'done');
    assert.deepEqual((await readdir(copyTo)).sort(), ['clip.small-2.mp4', 'clip.small.mp4']);
    const [copy, result] = await Promise.all(
      [path.join(copyTo, 'clip.small-2.mp4'), box.file('clip.small.mp4')].map((file) => readFile(file)),
    );
    assert.ok(copy?.equals(result ?? Buffer.alloc(0)));
  });

  it('come from config.jsonc alone, and are refused where they are unsafe', async () => {
    await box.write('state/config.vscode.json', JSON.stringify({ hooks: [{ copyTo: box.file('stolen') }] }));
    await mkdir(box.file('stolen'));
    await box.write('key', 'secret');
    await chmod(box.file('key'), 0o644);
    await configure([{ webhook: 'http://127.0.0.1:9/', secretFile: box.file('key') }]);
    await start();
    await encode();
    const { hooks } = await job(settled);
    assert.equal(hooks?.length, 1);
    assert.match(hooks[0]?.error?.message ?? '', /can be read by other accounts/);
    assert.deepEqual(await readdir(box.file('stolen')), []);
    await configure([{ webhook: 'http://example.com/' }]);
    await running?.printed('stderr', /is https/);
  });
});
