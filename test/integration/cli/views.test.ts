import assert from 'node:assert/strict';
import {
  doctorOutputSchema,
  presetsOutputSchema,
  statusOutputSchema,
  workersOutputSchema,
} from '../../../src/cli/jsonOutput.ts';
import { Sandbox } from './harness.ts';

describe('what the command line shows', function () {
  this.timeout(60_000);
  let box: Sandbox;
  before(async () => (box = await Sandbox.create()));
  after(() => box.remove());

  it('status starts nothing', async () => {
    const { code, stdout } = await box.run(['status']);
    assert.equal(code, 0);
    assert.match(stdout, /No daemon is running/);
    assert.throws(() => box.discovery());
  });

  it('doctor ends with 0 where an encode could run, with every setting and where it comes from', async () => {
    const report = await box.json(doctorOutputSchema, ['doctor']);
    assert.equal(report.ok, true, JSON.stringify(report.checks));
    assert.ok(report.checks.some(({ name, level }) => name === 'ffmpeg' && level === 'ok'));
    assert.match(report.checks.find(({ name }) => name === 'encoders')?.detail ?? '', /libx264/);
    assert.ok(report.settings.some(({ key, origin }) => key === 'idleMinutes' && origin === 'default'));
    const person = await box.run(['doctor']);
    assert.match(person.stdout, /✓ ffmpeg .*\n[^]*An encode can run\./);
  });

  it('workers, presets and status are as documented', async () => {
    const { workers } = await box.json(workersOutputSchema, ['workers']);
    assert.equal(workers.filter(({ local }) => local).length, 1);
    const { presets } = await box.json(presetsOutputSchema, ['presets', 'list']);
    assert.deepEqual(
      presets.slice(0, 4).map(({ name }) => name),
      ['web', 'small', 'av1', 'audio'],
    );
    const status = await box.json(statusOutputSchema, ['status']);
    assert.equal(status.daemon?.pid, box.discovery().pid);
    for (const args of [['workers'], ['presets'], ['status', '--all'], ['jobs']])
      assert.equal((await box.run(args)).code, 0, args.join(' '));
  });

  it('presets of the workspace are there, and a wrong one is named with file and line', async () => {
    await box.write(
      '.vscode/settings.json',
      '{\n  "dffmpeg.presets": {\n    "mine": { "container": "mkv", "audio": { "encoder": "flac" } },\n    "bad": { "container": "avi" }\n  }\n}',
    );
    const { code, stdout, stderr } = await box.run(['presets', 'list']);
    assert.equal(code, 1);
    assert.match(stdout, /^mine +\.vscode\/settings\.json/m);
    assert.match(stderr, /settings\.json:4: Preset bad\.container/);
    const shown = await box.run(['presets', 'show', 'mine']);
    assert.deepEqual(JSON.parse(shown.stdout), { mine: { container: 'mkv', audio: { encoder: 'flac' } } });
  });

  it('doctor ends with 1 without ffmpeg, and says what to type', async () => {
    const poor = await Sandbox.create({ DFFMPEG_FFMPEG: '/nowhere/ffmpeg' });
    try {
      const { code, stdout } = await poor.run(['doctor']);
      assert.equal(code, 1, stdout);
      assert.match(stdout, /✗ ffmpeg .*\n\s+\S/);
      await poor.write('x.mp4', 'x');
      const encode = await poor.run(['encode', 'x.mp4']);
      assert.equal(encode.code, 1);
      assert.match(encode.stderr, /^dffmpeg: .*ffmpeg/);
    } finally {
      await poor.remove();
    }
  });

  it('status --watch follows', async () => {
    const watch = box.start(['status', '--watch', '--json']);
    await watch.printed('stdout', /^\{.*\}\n/);
    watch.child.kill('SIGINT');
    const { code, stdout } = await watch.finished;
    assert.equal(code, 0);
    for (const line of stdout.trimEnd().split('\n')) statusOutputSchema.parse(JSON.parse(line));
  });
});
