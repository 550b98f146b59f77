import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { which } from '../../../scripts/lib/which.mjs';
import { pairingOutputSchema, workersOutputSchema } from '../../../src/cli/jsonOutput.ts';
import { jobOutputSchema, type JobOutput } from '../../../src/protocol/jobOutput.ts';
import { Sandbox } from '../cli/harness.ts';
import { BareMachine } from './bareMachine.ts';

async function flipBit(file: string): Promise<void> {
  const bytes = await readFile(file);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  await writeFile(file, bytes);
}

describe('the line that makes a bare machine a worker', function () {
  this.timeout(180_000);
  let machine: BareMachine;
  let desk: Sandbox;

  before(async function () {
    const problem = await BareMachine.problem();
    if (problem === undefined) return;
    console.log(`      not tried: ${problem}`);
    this.skip();
  });
  beforeEach(async () => {
    machine = await BareMachine.make();
    desk = await Sandbox.create({
      DFFMPEG_LISTEN: '0.0.0.0:0',
      DFFMPEG_ADVERTISE: machine.outside,
      DFFMPEG_SLOTS: 'cpu=0',
    });
    await desk.start(['serve']).printed('stdout', /"event":"ready"/);
  });
  afterEach(async () => {
    await machine.close();
    await desk.remove();
  });

  async function pair(): Promise<{ line: string; code: string }> {
    const { code, reach } = await desk.json(pairingOutputSchema, ['worker', 'pair']);
    assert.ok(reach?.install !== undefined);
    return { line: reach.install, code };
  }
  async function job(id: string, isSo: (job: JobOutput) => boolean): Promise<JobOutput> {
    for (;;) {
      const found = await desk.json(jobOutputSchema, ['job', 'show', id]);
      if (isSo(found)) return found;
      assert.ok(!['failed', 'cancelled'].includes(found.state), JSON.stringify(found, undefined, 1));
    }
  }

  it('makes one of it that does a job', async () => {
    const { line } = await pair();
    // To this machine itself nothing is given: it has the program.
    const { status } = await fetch(desk.discovery().url.replace(/^ws:(.*)channel$/, 'http:$1install'));
    assert.equal(status, 426);
    const began = performance.now();
    const node = machine.paste(`${line} --name node --json`);
    await node.printed('stdout', /"event":"connected"/);
    const { workers } = await desk.json(workersOutputSchema, ['workers']);
    const seconds = (performance.now() - began) / 1000;
    assert.ok(workers.some(({ name }) => name === 'node'));
    assert.ok(seconds < 60, `${seconds}`);
    const clip = await desk.clip('clip.mp4');
    const { stdout, stderr } = await desk.run(['encode', clip, '--on', 'node', '--detach']);
    assert.match(stdout, /\S/, stderr);
    const done = await job(stdout.trim(), ({ state }) => state === 'done');
    assert.equal(done.attempts.find(({ kind }) => kind === 'encode')?.worker, 'node');
    // A second time nothing is fetched, and no code is needed.
    await machine.halt();
    await node.finished;
    const again = machine.paste(`${line} --json`);
    await again.printed('stdout', /"event":"connected"/);
    assert.doesNotMatch(again.stderr, /Fetching/);
    await machine.halt();
    await again.finished;
    const later = machine.paste('.local/share/dffmpeg/dffmpeg worker run --json');
    await later.printed('stdout', /"event":"connected"/);
  });

  it('does nothing where another key answers', async () => {
    const { line } = await pair();
    const wrong = line.replace(/sha256\/\/.{4}/, 'sha256//AAAA');
    assert.notEqual(wrong, line);
    const { stdout, stderr } = await machine.paste(wrong).finished;
    assert.match(stderr, /curl: \(90\)/);
    assert.equal(stdout, '');
    assert.deepEqual(await machine.files(), []);
  });

  for (const [what, damage, says] of [
    ['cut', (file: string) => truncate(file, 1000), /could not be fetched/],
    ['a bit is another', flipBit, /is not what was announced/],
  ] as const)
    it(`refuses a download that is damaged (${what})`, async () => {
      const { line } = await pair();
      // Packed when it is asked for first.
      await machine.paste(`${line.split('|')[0] ?? ''} > script`).finished;
      const packed = path.join(desk.stateDir, 'install');
      for (const name of await readdir(packed)) await damage(path.join(packed, name));
      const { code, stdout, stderr } = await machine.paste(line).finished;
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, says);
      assert.match(stderr, /Nothing was installed; paste the line again\./);
      assert.deepEqual(
        (await machine.files()).filter(
          (name) => !/^(?:\.local(?:\/share(?:\/dffmpeg)?)?|script)$/.test(name),
        ),
        [],
      );
    });

  it('says so where the code is not good', async () => {
    const { line, code } = await pair();
    const { code: exit, stderr } = await machine.paste(line.replace(code, 'AAAA-AAAA-AAAA-AAAA')).finished;
    assert.equal(exit, 1);
    assert.match(stderr, /code/i);
  });

  it('takes the Node of a machine for which the other one has none, and says so where there is none', async () => {
    const { line } = await pair();
    await machine.give('uname', '#!/bin/sh\n[ "$1" = -s ] && echo Linux || echo riscv64\n');
    const { code, stderr } = await machine.paste(line).finished;
    assert.equal(code, 1);
    assert.match(stderr, /This machine \(linux-riscv64\) needs Node 22\.13 or newer on PATH/);
    assert.deepEqual(await machine.files(), ['.local', '.local/share', '.local/share/dffmpeg']);
    // One that is too old is as none.
    await machine.give('node', '#!/bin/sh\nexit 1\n');
    assert.equal((await machine.paste(line).finished).code, 1);
    await machine.give('node', `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
    const node = machine.paste(`${line} --json`);
    await node.printed('stdout', /"event":"connected"/);
    assert.doesNotMatch(node.stderr, /Fetching Node/);
  });

  it('says so where there is no ffmpeg, and goes on when it is there', async () => {
    const { line } = await pair();
    const place = path.join(machine.home, 'media');
    const node = machine.paste(`${line} --name node --json --ffmpeg ${place} --ffmpeg-look-seconds 0.2`);
    await node.printed('stdout', /"event":"connected"/);
    await node.printed('stderr', /There is no ffmpeg .* Nothing is encoded here until it is there\./);
    const ready = async (): Promise<string | undefined> => {
      const { workers } = await desk.json(workersOutputSchema, ['workers']);
      return workers.find(({ name }) => name === 'node')?.ffmpeg.state;
    };
    assert.equal(await ready(), 'missing');
    await mkdir(place);
    for (const name of ['ffprobe', 'ffmpeg']) await symlink(which(name) ?? '', path.join(place, name));
    await node.printed('stderr', /ffmpeg \S+ is ready \(/);
    while ((await ready()) !== 'ready');
  });
});
