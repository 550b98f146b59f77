import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Sandbox } from '../cli/harness.ts';

/** Says that it began, runs what it is to run, and says that it ended. */
const tool = (file: string): string => `#!/bin/sh
echo "begin $*" >> '${file}'
while [ "\${1#--}" != "$1" ]; do shift; done
"$@"
echo end >> '${file}'
`;

describe('keeping the machine awake', function () {
  this.timeout(120_000);
  let box: Sandbox;
  let told: string;

  beforeEach(async function () {
    // The stand-in for the system's program is for a Unix shell, and has the name that Linux knows.
    if (process.platform !== 'linux') this.skip();
    box = await Sandbox.create({ DFFMPEG_KEEP_AWAKE_SECONDS: '0.2', DFFMPEG_SLOTS: 'cpu=2' });
    told = box.file('told');
    box.env['PATH'] = `${box.file('tools')}${path.delimiter}${box.env['PATH'] ?? ''}`;
  });
  afterEach(() => box.remove());

  const install = async (script: string): Promise<void> => {
    await chmod(await box.write('tools/systemd-inhibit', script), 0o755);
  };
  const lines = (): string[] => (existsSync(told) ? readFileSync(told, 'utf8').trim().split('\n') : []);
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await delay(25);
  };

  it('from the first encode to a moment after the last, and never while nothing is encoded', async () => {
    await install(tool(told));
    const { clip, preset } = await box.longEncode();
    await box.clip('short.mp4');
    assert.equal((await box.run(['status'])).code, 0);
    assert.deepEqual(lines(), []);
    const id = (await box.run(['encode', clip, '--preset', preset, '--detach'])).stdout.trim();
    await until(() => lines().length > 0);
    assert.match(lines()[0] ?? '', /^begin --what=idle:sleep .*cat$/);
    assert.equal((await box.run(['encode', 'short.mp4'])).code, 0);
    assert.deepEqual(lines().slice(1), [], 'one for all, and still there');
    // A job that stands still does not keep the machine awake.
    await box.run(['job', 'pause', id]);
    await until(() => lines().length === 2);
    assert.equal(lines()[1], 'end');
    await box.run(['job', 'resume', id]);
    await until(() => lines().length === 3);
    await box.run(['job', 'cancel', id]);
    await until(() => lines().length === 4);
    assert.equal(lines()[3], 'end');
  });

  it('ends with a daemon that is killed, before any other starts', async () => {
    await install(tool(told));
    const { clip, preset } = await box.longEncode();
    await box.run(['encode', clip, '--preset', preset, '--detach']);
    await until(() => lines().length > 0);
    process.kill(box.discovery().pid, 'SIGKILL');
    await until(() => lines().at(-1) === 'end');
  });

  it('is not asked for where the setting says no', async () => {
    await install(tool(told));
    await box.write('state/config.jsonc', '{ "keepAwake": false }');
    await box.clip('short.mp4');
    assert.equal((await box.run(['encode', 'short.mp4'])).code, 0);
    assert.deepEqual(lines(), []);
  });

  it('is said once in the log where the system does not let us, and encodes go on', async () => {
    await install('#!/bin/sh\necho "Access denied" >&2\nexit 1\n');
    for (const name of ['one.mp4', 'two.mp4']) {
      await box.clip(name);
      assert.equal((await box.run(['encode', name])).code, 0);
    }
    const folder = path.join(box.stateDir, 'logs');
    const logs = (await readdir(folder)).filter((name) => /^daemon.*\.log$/.test(name));
    const text = logs.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('');
    const said = text.split('\n').filter((line) => line.includes('cannot be kept awake'));
    assert.equal(said.length, 1, text);
    assert.match(said[0] ?? '', /Access denied/);
  });
});
