import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, watch } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { jobsOutputSchema, doctorOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { jobOutputSchema } from '../../../src/protocol/jobOutput.ts';
import { connectToDaemon, type DaemonConnection } from '../../../src/client/connection.ts';
import { builtinPresets } from '../../../src/encoding/builtinPresets.ts';
import { ffmpegsIn, program, Sandbox, type Running } from '../cli/harness.ts';

function serve(box: Sandbox, ...flags: string[]): Running {
  return box.start(['serve', ...flags]);
}

async function ready(running: Running): Promise<string> {
  const [line] = await running.printed('stdout', /^.*\n/);
  const event = JSON.parse(line) as { event: string; url: string };
  assert.equal(event.event, 'ready');
  return event.url;
}

function connect(box: Sandbox): Promise<DaemonConnection> {
  return connectToDaemon({ stateDir: box.stateDir, start: false, client: 'test', version: '0' });
}

/** Everything that was logged anywhere. */
function allLogs(box: Sandbox): string {
  const folder = path.join(box.stateDir, 'logs');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

/** Resolves when a file of the state folder is gone. */
async function gone(box: Sandbox, name: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const watcher = watch(box.stateDir, () => look());
    const look = (): void => {
      if (statSync(path.join(box.stateDir, name), { throwIfNoEntry: false }) !== undefined) return;
      watcher.close();
      resolve();
    };
    look();
  });
}

describe('dffmpeg serve', function () {
  this.timeout(90_000);
  let box: Sandbox;
  beforeEach(async () => (box = await Sandbox.create()));
  afterEach(() => box.remove());

  it('is ready with one line, its discovery file is private, and SIGTERM ends it orderly', async () => {
    const running = serve(box);
    const url = await ready(running);
    const discovery = box.discovery();
    assert.equal(discovery.url, url);
    assert.equal(discovery.pid, running.child.pid);
    if (process.platform !== 'win32') {
      assert.equal(statSync(path.join(box.stateDir, 'daemon.json')).mode & 0o777, 0o600);
      assert.equal(statSync(box.stateDir).mode & 0o777, 0o700);
    }
    running.child.kill('SIGTERM');
    const { code, stdout, stderr } = await running.finished;
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    assert.throws(() => box.discovery());
    assert.equal((allLogs(box) + stderr).includes(discovery.key), false, 'the key is in a log');
  });

  it('has a fresh key each time', async () => {
    const keys: string[] = [];
    for (let start = 0; start < 2; start += 1) {
      const running = serve(box);
      await ready(running);
      keys.push(box.discovery().key);
      running.child.kill('SIGTERM');
      await running.finished;
    }
    assert.notEqual(keys[0], keys[1]);
  });

  it('leaves with 3 where another one serves, which goes on', async () => {
    const first = serve(box);
    await ready(first);
    const { code, stderr } = await serve(box).finished;
    assert.equal(code, 3);
    assert.match(stderr, new RegExp(`process id ${first.child.pid} serves .* already`));
    assert.equal((await box.run(['jobs'])).code, 0);
    assert.equal(box.discovery().pid, first.child.pid);
  });

  it('is one for two commands at once', async () => {
    const both = await Promise.all([box.run(['jobs', '--json']), box.run(['workers', '--json'])]);
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
      both.map(({ stderr }) => stderr).join(),
    );
    const starts = allLogs(box).match(/"msg":"ready"/g);
    assert.equal(starts?.length, 1);
  });

  it('leaves when it has had nothing to do for long enough', async () => {
    const running = serve(box, '--idle-minutes', '0.01');
    await ready(running);
    assert.equal((await running.finished).code, 0);
  });

  it('stays while a client is there', async () => {
    const running = serve(box);
    await ready(running);
    const daemon = await connect(box);
    // From now on it would leave at once, but for the client.
    await box.write('state/config.jsonc', '{ "idleMinutes": 0.001 }');
    const counts = async (): Promise<boolean> => {
      const { settings } = await daemon.request('config.show', {});
      return settings.some(({ key, value }) => key === 'idleMinutes' && value === '0.001');
    };
    while (!(await counts()));
    const long = performance.now() + 500;
    while (performance.now() < long)
      assert.equal((await daemon.request('daemon.status', {})).pid, running.child.pid);
    daemon.close();
    assert.equal((await running.finished).code, 0);
  });

  it('refuses a bad flag in a sentence', async () => {
    for (const [flag = '', value = '', words = ''] of [
      ['--listen', 'everywhere', 'Write HOST:PORT'],
      ['--idle-minutes', 'soon', '--idle-minutes is not right'],
    ]) {
      const { code, stderr } = await serve(box, flag, value).finished;
      assert.equal(code, 2);
      assert.ok(stderr.includes(words), stderr);
      assert.doesNotMatch(stderr, /\n\s+at /);
    }
  });

  it('starts with a broken config.jsonc, says so, and follows its repair', async () => {
    const config = path.join(box.stateDir, 'config.jsonc');
    await writeFile(config, '{\n  "idleMinutes": 5,\n  oops\n}');
    const running = serve(box);
    await ready(running);
    assert.match(running.stderr, /config\.jsonc:3/);
    const broken = (await box.run(['doctor'])).stdout;
    assert.match(broken, /! settings .*config\.jsonc:3: This is not valid JSON.*\n\s+Correct it; until then/);
    const preset = { container: 'mkv', audio: { encoder: 'flac' } };
    await writeFile(config, JSON.stringify({ idleMinutes: 7, presets: { mine: preset } }));
    await running.printed('stderr', /settings changed/);
    const { settings } = await box.json(doctorOutputSchema, ['doctor']);
    const idle = settings.find(({ key }) => key === 'idleMinutes');
    assert.deepEqual(
      [idle?.value, idle?.unit, idle?.default, idle?.place],
      ['7', 'minutes', '10', 'config.jsonc:1'],
    );
    const { stdout } = await box.run(['doctor']);
    assert.doesNotMatch(stdout, /^! settings/m);
    assert.match(stdout, /^ *idleMinutes +7 minutes +config\.jsonc:1 +default: 10 minutes$/m);
    assert.doesNotMatch(stdout, /retryMaxSeconds/);
    assert.match(
      (await box.run(['doctor', '--settings'])).stdout,
      /^ *retryMaxSeconds +60 seconds +default/m,
    );
    assert.match((await box.run(['presets'])).stdout, /^mine +config\.jsonc/m);
  });

  it('puts a running encode back into the queue when it is told to leave, and the next one encodes it', async () => {
    const { preset } = await box.longEncode();
    const first = serve(box);
    await ready(first);
    const id = (await box.run(['encode', 'long.mp4', '--preset', preset, '--detach'])).stdout.trim();
    await box.start(['job', 'logs', id, '--follow']).printed('stdout', /ffmpeg/);
    first.child.kill('SIGTERM');
    assert.equal((await first.finished).code, 0);
    assert.deepEqual(await ffmpegsIn(box.folder), []);
    const second = serve(box);
    await ready(second);
    const log = box.start(['job', 'logs', id, '--follow']);
    const shown = await box.json(jobOutputSchema, ['job', 'show', id]);
    assert.ok(['waiting', 'planned', 'running', 'accepted', 'probing'].includes(shown.state), shown.state);
    await box.run(['job', 'cancel', id]);
    assert.equal((await log.finished).code, 0);
  });

  it('has all of 1,000 submits after a kill -9', async () => {
    await stat(program);
    // Without ffmpeg nothing is done with them: they are what was answered.
    const poor = ['--ffmpeg', '/nowhere/ffmpeg'];
    const first = serve(box, ...poor);
    await ready(first);
    const daemon = await connect(box);
    const preset = { name: 'web', preset: builtinPresets['web']! };
    const begun = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, number) =>
        daemon.request('jobs.submit', {
          submissionId: `s-${number}`,
          sources: [box.file(`clip-${number}.mp4`)],
          preset,
        }),
      ),
    );
    const tookMs = performance.now() - begun;
    first.child.kill('SIGKILL');
    await first.finished;
    daemon.close();
    const second = serve(box, ...poor);
    await ready(second);
    const ids = new Set<string>();
    for (let after: string | undefined; ;) {
      const page = await box.json(jobsOutputSchema, [
        'jobs',
        '--limit',
        '500',
        ...(after ? ['--after', after] : []),
      ]);
      for (const { id } of page.jobs) ids.add(id);
      after = page.next;
      if (after === undefined) break;
    }
    assert.deepEqual([...ids].sort(), answers.map(({ job }) => job.id).sort());
    assert.ok(tookMs < 5_000, `1,000 submits took ${Math.round(tookMs)} ms`);
  });

  it('survives that nobody reads its output any more', async () => {
    const running = serve(box, '--log-level', 'debug');
    await ready(running);
    running.child.stderr?.destroy();
    running.child.stdout?.destroy();
    assert.equal((await box.run(['jobs'])).code, 0);
    assert.equal((await box.run(['workers'])).code, 0);
    assert.equal(box.discovery().pid, running.child.pid);
    process.kill(box.discovery().pid, 'SIGTERM');
    await gone(box, 'daemon.json');
  });
});
